// Stack protectors in every function (gcc 12, -O1 -fstack-protector-all).
	.arch armv8-a
	.file	"sp.c"
	.text
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"a1b22c333"
	.align	3
.LC1:
	.string	"%d %s %s\n"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB12:
	.cfi_startproc
	stp	x29, x30, [sp, -112]!
	.cfi_def_cfa_offset 112
	.cfi_offset 29, -112
	.cfi_offset 30, -104
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	.cfi_offset 19, -96
	.cfi_offset 20, -88
	adrp	x0, :got:__stack_chk_guard
	ldr	x0, [x0, :got_lo12:__stack_chk_guard]
	ldr	x1, [x0]
	str	x1, [sp, 104]
	mov	x1, 0
	mov	x0, 28261
	movk	x0, 0x64, lsl 16
	str	x0, [sp, 40]
	adrp	x2, .LC0
	add	x2, x2, :lo12:.LC0
	mov	w19, 0
	mov	w1, 97
	add	x3, sp, 48
	b	.L3
.L2:
	ldrb	w1, [x2, 1]!
	cmp	w1, 0
	ccmp	w19, 22, 0, ne
	bgt	.L7
.L3:
	sub	w0, w1, #48
	and	w0, w0, 255
	cmp	w0, 9
	bhi	.L2
	strb	w1, [x3, w19, sxtw]
	add	w19, w19, 1
	b	.L2
.L7:
	add	x1, sp, 48
	strb	wzr, [x1, w19, sxtw]
	add	x20, sp, 72
	mov	x0, x20
	bl	strcpy
	add	x3, sp, 40
	mov	x2, x20
	mov	w1, w19
	adrp	x0, .LC1
	add	x0, x0, :lo12:.LC1
	bl	printf
	adrp	x0, :got:__stack_chk_guard
	ldr	x0, [x0, :got_lo12:__stack_chk_guard]
	ldr	x2, [sp, 104]
	ldr	x1, [x0]
	subs	x2, x2, x1
	mov	x1, 0
	bne	.L8
	mov	w0, 0
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 112
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
.L8:
	.cfi_restore_state
	bl	__stack_chk_fail
	.cfi_endproc
.LFE12:
	.size	main, .-main
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

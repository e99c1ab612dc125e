	.arch armv8-a
	.text
	.align	2
	.p2align 4,,11
	.global	is_odd
	.type	is_odd, %function
is_odd:
.LFB12:
	.cfi_startproc
	cbnz	w0, .L4
	ret
	.p2align 2,,3
.L4:
	sub	w0, w0, #1
	b	is_even
	.cfi_endproc
.LFE12:
	.size	is_odd, .-is_odd
	.align	2
	.p2align 4,,11
	.global	is_even
	.type	is_even, %function
is_even:
.LFB11:
	.cfi_startproc
	cbnz	w0, .L7
	mov	w0, 1
	ret
	.p2align 2,,3
.L7:
	sub	w0, w0, #1
	b	is_odd
	.cfi_endproc
.LFE11:
	.size	is_even, .-is_even
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%d\n"
	.section	.text.startup,"ax",@progbits
	.align	2
	.p2align 4,,11
	.global	main
	.type	main, %function
main:
.LFB13:
	.cfi_startproc
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	w0, 16961
	movk	w0, 0xf, lsl 16
	mov	x29, sp
	bl	is_even
	mov	w1, w0
	adrp	x2, .LC0
	add	x0, x2, :lo12:.LC0
	bl	printf
	mov	w0, 0
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE13:
	.size	main, .-main
	.section	.note.GNU-stack,"",@progbits

	.arch armv8-a
	.file	"pair_passed_on.c"
	.text
	.local	calls
	.comm	calls,4,4
	.align	2
	.p2align 4,,11
	.type	doubled, %function
doubled:
.LFB11:
	.cfi_startproc
	lsl	x1, x0, 1
	ret
	.cfi_endproc
.LFE11:
	.size	doubled, .-doubled
	.align	2
	.p2align 4,,11
	.type	squared, %function
squared:
.LFB12:
	.cfi_startproc
	mov	x1, x0
	add	x0, x0, 1
	mul	x1, x1, x1
	ret
	.cfi_endproc
.LFE12:
	.size	squared, .-squared
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%ld %d\n"
	.section	.text.startup,"ax",@progbits
	.align	2
	.p2align 4,,11
	.global	main
	.type	main, %function
main:
.LFB13:
	.cfi_startproc
	stp	x29, x30, [sp, -64]!
	.cfi_def_cfa_offset 64
	.cfi_offset 29, -64
	.cfi_offset 30, -56
	adrp	x1, doubled
	add	x1, x1, :lo12:doubled
	mov	x29, sp
	stp	x21, x22, [sp, 32]
	.cfi_offset 21, -32
	.cfi_offset 22, -24
	add	x22, sp, 48
	sub	w21, w0, #3
	adrp	x0, squared
	add	x0, x0, :lo12:squared
	stp	x19, x20, [sp, 16]
	.cfi_offset 19, -48
	.cfi_offset 20, -40
	mov	x20, 3
	mov	x19, 0
	stp	x1, x0, [sp, 48]
	.p2align 3,,7
.L5:
	add	w2, w21, w20
	and	x2, x2, 1
	add	x19, x19, x19, lsl 2
	mov	x1, x20
	add	x20, x20, 1
	ldr	x0, [x22, x2, lsl 3]
	bl	forward
	add	x19, x1, x19, lsl 1
	sub	x19, x19, x0
	cmp	x20, 9
	bne	.L5
	adrp	x2, calls
	mov	x1, x19
	adrp	x0, .LC0
	add	x0, x0, :lo12:.LC0
	ldr	w2, [x2, #:lo12:calls]
	bl	printf
	ldp	x19, x20, [sp, 16]
	mov	w0, 0
	ldp	x21, x22, [sp, 32]
	ldp	x29, x30, [sp], 64
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 21
	.cfi_restore 22
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE13:
	.size	main, .-main
	.text
	.align	2
	.p2align 4,,11
	.type	forward, %function
forward:
.LFB14:
	.cfi_startproc
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x2, x0
	mov	x0, x1
	mov	x29, sp
	blr	x2
	adrp	x3, calls
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ldr	w2, [x3, #:lo12:calls]
	add	w2, w2, 1
	str	w2, [x3, #:lo12:calls]
	ret
	.cfi_endproc
.LFE14:
	.size	forward, .-forward
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

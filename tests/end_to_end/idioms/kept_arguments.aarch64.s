	.arch armv8-a
	.text
	.align	2
	.p2align 4,,11
	.global	scale
	.type	scale, %function
scale:
.LFB11:
	.cfi_startproc
	ldr	w1, [x0]
	add	w1, w1, w1, lsl 1
	add	w1, w1, 1
	str	w1, [x0]
	ret
	.cfi_endproc
.LFE11:
	.size	scale, .-scale
	.align	2
	.p2align 4,,11
	.global	halve
	.type	halve, %function
halve:
.LFB12:
	.cfi_startproc
	ldr	d0, [x1]
	fmov	d2, 5.0e-1
	fmov	d1, 1.0e+0
	fmul	d0, d0, d2
	fadd	d0, d0, d1
	str	d0, [x1]
	ret
	.cfi_endproc
.LFE12:
	.size	halve, .-halve
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%d %g %ld %g\n"
	.section	.text.startup,"ax",@progbits
	.align	2
	.p2align 4,,11
	.global	main
	.type	main, %function
main:
.LFB13:
	.cfi_startproc
	stp	x29, x30, [sp, -48]!
	.cfi_def_cfa_offset 48
	.cfi_offset 29, -48
	.cfi_offset 30, -40
	adrp	x0, .LANCHOR0
	fmov	d1, 2.5e+0
	mov	x29, sp
	ldr	x1, [x0, #:lo12:.LANCHOR0]
	mov	w2, 4
	fmov	d0, 3.5e+0
	str	x19, [sp, 16]
	.cfi_offset 19, -32
	add	x19, x0, :lo12:.LANCHOR0
	str	w2, [sp, 36]
	add	x0, sp, 36
	str	d8, [sp, 24]
	.cfi_offset 72, -24
	str	d1, [sp, 40]
	blr	x1
	ldr	x2, [x19, 8]
	fmov	d8, d0
	add	x1, sp, 40
	mov	x0, 77
	blr	x2
	fmov	d0, d8
	ldr	w1, [sp, 36]
	mov	x2, x0
	ldr	d1, [sp, 40]
	adrp	x0, .LC0
	add	x0, x0, :lo12:.LC0
	bl	printf
	ldr	x19, [sp, 16]
	mov	w0, 0
	ldr	d8, [sp, 24]
	ldp	x29, x30, [sp], 48
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 19
	.cfi_restore 72
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE13:
	.size	main, .-main
	.global	halving
	.global	scaling
	.section	.data.rel.local,"aw"
	.align	3
	.set	.LANCHOR0,. + 0
	.type	scaling, %object
	.size	scaling, 8
scaling:
	.xword	scale
	.type	halving, %object
	.size	halving, 8
halving:
	.xword	halve
	.section	.note.GNU-stack,"",@progbits

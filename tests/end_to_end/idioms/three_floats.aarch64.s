	.arch armv8-a
	.text
	.align	2
	.global	turn
	.type	turn, %function
turn:
.LFB0:
	sub	sp, sp, #64
	fmov	s3, s0
	fmov	s0, s2
	str	s3, [sp, 16]
	str	s1, [sp, 20]
	str	s0, [sp, 24]
	ldr	s2, [sp, 24]
	ldr	s0, [sp, 16]
	fadd	s1, s0, s0
	ldr	s3, [sp, 20]
	fmov	s0, 1.0e+0
	fadd	s0, s3, s0
	str	s2, [sp, 48]
	str	s1, [sp, 52]
	str	s0, [sp, 56]
	ldr	s2, [sp, 48]
	ldr	s1, [sp, 52]
	ldr	s0, [sp, 56]
	fmov	s3, s2
	fmov	s2, s0
	fmov	s0, s3
	add	sp, sp, 64
	ret
.LFE0:
	.size	turn, .-turn
	.align	2
	.global	spread
	.type	spread, %function
spread:
.LFB1:
	sub	sp, sp, #112
	str	d0, [sp, 40]
	ldr	d1, [sp, 40]
	fmov	d0, 1.0e+0
	fadd	d2, d1, d0
	ldr	d0, [sp, 40]
	fadd	d1, d0, d0
	ldr	d3, [sp, 40]
	fmov	d0, 3.0e+0
	fsub	d0, d3, d0
	ldr	d3, [sp, 40]
	str	d3, [sp, 80]
	str	d2, [sp, 88]
	str	d1, [sp, 96]
	str	d0, [sp, 104]
	ldr	d3, [sp, 80]
	ldr	d2, [sp, 88]
	ldr	d1, [sp, 96]
	ldr	d0, [sp, 104]
	fmov	d5, d3
	fmov	d4, d2
	fmov	d2, d1
	fmov	d3, d0
	fmov	d0, d5
	fmov	d1, d4
	add	sp, sp, 112
	ret
.LFE1:
	.size	spread, .-spread
	.section	.rodata
	.align	3
.LC1:
	.string	"%g %g %g\n"
	.align	3
.LC2:
	.string	"%g %g %g %g\n"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB2:
	stp	x29, x30, [sp, -64]!
	mov	x29, sp
	adrp	x0, .LC0
	add	x1, x0, :lo12:.LC0
	add	x0, sp, 48
	ldr	x2, [x1]
	str	x2, [x0]
	ldr	w1, [x1, 8]
	str	w1, [x0, 8]
	str	wzr, [sp, 60]
	b	.L6
.L7:
	ldr	s0, [sp, 48]
	ldr	s1, [sp, 52]
	ldr	s2, [sp, 56]
	bl	turn
	fmov	s3, s0
	fmov	s0, s2
	str	s3, [sp, 48]
	str	s1, [sp, 52]
	str	s0, [sp, 56]
	ldr	s0, [sp, 48]
	fcvt	d3, s0
	ldr	s0, [sp, 52]
	fcvt	d1, s0
	ldr	s0, [sp, 56]
	fcvt	d0, s0
	fmov	d2, d0
	fmov	d0, d3
	adrp	x0, .LC1
	add	x0, x0, :lo12:.LC1
	bl	printf
	ldr	w0, [sp, 60]
	add	w0, w0, 1
	str	w0, [sp, 60]
.L6:
	ldr	w0, [sp, 60]
	cmp	w0, 2
	ble	.L7
	ldr	s0, [sp, 52]
	fcvt	d0, s0
	bl	spread
	fmov	d5, d0
	fmov	d4, d1
	fmov	d1, d2
	fmov	d0, d3
	str	d5, [sp, 16]
	str	d4, [sp, 24]
	str	d1, [sp, 32]
	str	d0, [sp, 40]
	ldr	d0, [sp, 16]
	ldr	d1, [sp, 24]
	ldr	d2, [sp, 32]
	ldr	d3, [sp, 40]
	adrp	x0, .LC2
	add	x0, x0, :lo12:.LC2
	bl	printf
	mov	w0, 0
	ldp	x29, x30, [sp], 64
	ret
.LFE2:
	.size	main, .-main
	.section	.rodata
	.align	3
.LC0:
	.word	1065353216
	.word	1073741824
	.word	1077936128
	.text
	.section	.note.GNU-stack,"",@progbits

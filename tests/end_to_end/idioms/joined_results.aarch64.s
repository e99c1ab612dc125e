	.arch armv8-a
	.text
	.align	2
	.p2align 4,,11
	.type	tripled, %function
tripled:
.LFB11:
	add	x1, x0, x0, lsl 1
	ret
.LFE11:
	.size	tripled, .-tripled
	.align	2
	.p2align 4,,11
	.type	negated, %function
negated:
.LFB12:
	mov	x1, x0
	neg	x0, x0
	sub	x1, x1, #9
	ret
.LFE12:
	.size	negated, .-negated
	.align	2
	.p2align 4,,11
	.type	near, %function
near:
.LFB13:
	fmov	d1, 3.0e+0
	fmul	d1, d0, d1
	ret
.LFE13:
	.size	near, .-near
	.align	2
	.p2align 4,,11
	.type	far, %function
far:
.LFB14:
	fmov	d1, d0
	fmov	d2, 9.0e+0
	fneg	d0, d0
	fsub	d1, d1, d2
	ret
.LFE14:
	.size	far, .-far
	.align	2
	.p2align 4,,11
	.global	sum_of_pair
	.type	sum_of_pair, %function
sum_of_pair:
.LFB15:
	stp	x29, x30, [sp, -16]!
	adrp	x2, .LANCHOR0
	mov	x29, sp
	cbz	w0, .L7
	mov	x0, x1
	ldr	x1, [x2, #:lo12:.LANCHOR0]
	blr	x1
	add	x2, x0, x0, lsl 1
	ldp	x29, x30, [sp], 16
	add	x0, x0, x2, lsl 3
	add	x0, x1, x0, lsl 2
	ret
	.p2align 2,,3
.L7:
	add	x2, x2, :lo12:.LANCHOR0
	add	x0, x1, 1
	ldr	x1, [x2, 8]
	blr	x1
	add	x2, x0, x0, lsl 1
	ldp	x29, x30, [sp], 16
	add	x0, x0, x2, lsl 3
	add	x0, x1, x0, lsl 2
	ret
.LFE15:
	.size	sum_of_pair, .-sum_of_pair
	.align	2
	.p2align 4,,11
	.global	sum_of_point
	.type	sum_of_point, %function
sum_of_point:
.LFB16:
	stp	x29, x30, [sp, -16]!
	mov	x29, sp
	cbz	w0, .L11
	adrp	x0, .LANCHOR0
	add	x0, x0, :lo12:.LANCHOR0
	ldr	x0, [x0, 16]
	blr	x0
	mov	x0, 4636737291354636288
	fmov	d2, x0
	ldp	x29, x30, [sp], 16
	fmul	d0, d0, d2
	fadd	d0, d0, d1
	ret
	.p2align 2,,3
.L11:
	fmov	d1, d0
	adrp	x0, .LANCHOR0
	add	x0, x0, :lo12:.LANCHOR0
	fmov	d0, 1.0e+0
	ldr	x0, [x0, 24]
	fadd	d0, d1, d0
	blr	x0
	mov	x0, 4636737291354636288
	fmov	d2, x0
	ldp	x29, x30, [sp], 16
	fmul	d0, d0, d2
	fadd	d0, d0, d1
	ret
.LFE16:
	.size	sum_of_point, .-sum_of_point
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%ld %ld\n"
	.text
	.align	2
	.p2align 4,,11
	.global	show
	.type	show, %function
show:
.LFB17:
	mov	x2, x1
	mov	x1, x0
	adrp	x0, .LC0
	add	x0, x0, :lo12:.LC0
	b	printf
.LFE17:
	.size	show, .-show
	.section	.rodata.str1.8
	.align	3
.LC1:
	.string	"%g %g\n"
	.section	.text.startup,"ax",@progbits
	.align	2
	.p2align 4,,11
	.global	main
	.type	main, %function
main:
.LFB18:
	stp	x29, x30, [sp, -32]!
	mov	x1, 5
	mov	w0, 0
	mov	x29, sp
	str	x19, [sp, 16]
	str	d8, [sp, 24]
	bl	sum_of_pair
	mov	x1, 6
	mov	x19, x0
	mov	w0, 1
	bl	sum_of_pair
	mov	x1, x0
	mov	x0, x19
	bl	show
	adrp	x19, .LANCHOR0
	fmov	d0, 1.5e+0
	mov	w0, 0
	bl	sum_of_point
	fmov	d8, d0
	fmov	d0, 2.5e+0
	mov	w0, 1
	bl	sum_of_point
	fmov	d1, d0
	fmov	d0, d8
	adrp	x0, .LC1
	add	x0, x0, :lo12:.LC1
	bl	printf
	add	x1, x19, :lo12:.LANCHOR0
	mov	x0, 8
	ldr	x1, [x1, 8]
	blr	x1
	bl	show
	ldr	x1, [x19, #:lo12:.LANCHOR0]
	mov	x0, 8
	blr	x1
	mov	x2, x0
	mov	x0, x1
	mov	x1, x2
	bl	show
	ldr	x19, [sp, 16]
	mov	w0, 0
	ldr	d8, [sp, 24]
	ldp	x29, x30, [sp], 32
	ret
.LFE18:
	.size	main, .-main
	.global	points
	.global	pairs
	.section	.data.rel.local,"aw"
	.align	4
	.set	.LANCHOR0,. + 0
	.type	pairs, %object
	.size	pairs, 16
pairs:
	.xword	tripled
	.xword	negated
	.type	points, %object
	.size	points, 16
points:
	.xword	near
	.xword	far
	.section	.note.GNU-stack,"",@progbits

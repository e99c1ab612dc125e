// Table lookups with indices from read-only data, some of them outside the table, and a look-alike of it in writable
// data that the program changes before it looks.
	.text
	.type	lookup, %function
lookup:
	adrp	x1, .Ltable
	add	x1, x1, :lo12:.Ltable
	ldp	q0, q1, [x1]
	adrp	x2, .Lindices
	ldr	q2, [x2, :lo12:.Lindices]
	mov	v4.16b, v0.16b
	mov	v5.16b, v1.16b
	tbl	v3.16b, {v4.16b, v5.16b}, v2.16b
	str	q3, [x0]
	movi	v3.16b, #7
	tbx	v3.16b, {v4.16b}, v2.16b
	str	q3, [x0, 16]
	adrp	x2, .Lchanging
	ldr	q2, [x2, :lo12:.Lchanging]
	tbl	v3.8b, {v4.16b}, v2.8b
	str	d3, [x0, 32]
	adrp	x2, .Lhalf
	ldr	d2, [x2, :lo12:.Lhalf]
	adrp	x2, .Lplace
	ldr	x2, [x2, :lo12:.Lplace]
	ldr	d1, [x2]
	fadd	d2, d2, d1
	fcvtzs	x3, d2
	str	x3, [x0, 40]
	ret
	.size	lookup, .-lookup

	.globl	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -80]!
	stp	x19, x20, [sp, 16]
	adrp	x2, .Lchanging
	add	x2, x2, :lo12:.Lchanging
	mov	w1, 3
	strb	w1, [x2]
	strb	w1, [x2, 5]
	add	x0, sp, 32
	bl	lookup
	mov	x19, 0
.Lnext:
	add	x0, sp, 32
	ldrb	w1, [x0, x19]
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	bl	printf
	add	x19, x19, 1
	cmp	x19, 48
	bne	.Lnext
	mov	w0, 0
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 80
	ret
	.size	main, .-main
	.section	.rodata
	.p2align	4
.Ltable:
	.byte	10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25
	.byte	26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41
.Lindices:
	.byte	0, 31, 16, 15, 32, 255, 1, 17, 2, 30, 128, 8, 9, 64, 33, 5
.Lhalf:
	.double	20.5
.Lformat:
	.string	"%d "
	.section	.data.rel.ro,"aw"
	.p2align	3
.Lplace:
	.quad	.Lhalf
	.data
	.p2align	4
.Lchanging:
	.byte	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.section	.note.GNU-stack,"",@progbits

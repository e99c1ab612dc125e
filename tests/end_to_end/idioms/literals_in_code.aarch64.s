// Constants between the functions, read by their labels, as hand-written code and -mcmodel=tiny have them.
	.text
	.align	4
.Lweights:
	.word	1, 10, 100, 1000
	.type	weigh, %function
weigh:
	ldr	q1, .Lweights
	mul	v0.4s, v0.4s, v1.4s
	addv	s0, v0.4s
	fmov	w0, s0
	adr	x1, .Lbias
	ldr	w1, [x1, w2, sxtw 2]
	add	w0, w0, w1
	ret
	.size	weigh, .-weigh
	.align	3
.Lbias:
	.word	7, -7
	.xword	.Lbias

	.global	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -32]!
	mov	x29, sp
	str	x19, [sp, 16]
	mov	w19, 0
.Lagain:
	movi	v0.4s, 3
	dup	v1.4s, w0
	add	v0.4s, v0.4s, v1.4s
	mov	w2, w19
	bl	weigh
	mov	w1, w0
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	bl	printf
	mov	w0, 1
	add	w19, w19, 1
	cmp	w19, 2
	bne	.Lagain
	mov	w0, 0
	ldr	x19, [sp, 16]
	ldp	x29, x30, [sp], 32
	ret
	.size	main, .-main
	.section	.rodata
.Lformat:
	.string	"%d\n"
	.section	.note.GNU-stack,"",@progbits

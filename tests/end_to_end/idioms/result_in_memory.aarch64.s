// x8 as the address for a result: used with an index and a distance, handed on to a function called by pointer; and as
// a register that only happens to be untouched on the way to a call by pointer whose result is a number.
	.text
	.type	squares, %function
squares:
	mov	x2, 1
.Lsquare:
	add	x4, x8, x2, lsl 3
	mul	x3, x2, x2
	madd	x3, x3, x0, x2
	str	x3, [x4, -8]
	add	x2, x2, 1
	cmp	x2, 5
	bne	.Lsquare
	ret
	.size	squares, .-squares

	.type	walk, %function
walk:
	mov	x1, 4
.Lwalk:
	str	x0, [x8], 8
	add	x0, x0, x0
	sub	x1, x1, 1
	cbnz	x1, .Lwalk
	ret
	.size	walk, .-walk

	.type	by_pointer, %function
by_pointer:
	stp	x29, x30, [sp, -32]!
	str	x19, [sp, 16]
	mov	x19, x8
	mov	x2, x0
	mov	x0, x1
	mov	x8, x19
	blr	x2
	ldr	x0, [x19]
	add	x0, x0, 1000
	str	x0, [x19]
	ldr	x19, [sp, 16]
	ldp	x29, x30, [sp], 32
	ret
	.size	by_pointer, .-by_pointer

	.type	plain, %function
plain:
	stp	x29, x30, [sp, -16]!
	mov	x2, x0
	mov	x0, x1
	blr	x2
	add	x0, x0, 5
	ldp	x29, x30, [sp], 16
	ret
	.size	plain, .-plain

	.type	twice, %function
twice:
	add	x0, x0, x0
	ret
	.size	twice, .-twice

	.type	print_four, %function
print_four:
	stp	x29, x30, [sp, -16]!
	ldp	x1, x2, [x0]
	ldp	x3, x4, [x0, 16]
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	bl	printf
	ldp	x29, x30, [sp], 16
	ret
	.size	print_four, .-print_four

	.global	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -64]!
	add	x8, sp, 32
	mov	x0, 3
	bl	squares
	add	x0, sp, 32
	bl	print_four
	add	x8, sp, 32
	adrp	x0, squares
	add	x0, x0, :lo12:squares
	mov	x1, 10
	bl	by_pointer
	add	x0, sp, 32
	bl	print_four
	add	x8, sp, 32
	adrp	x0, walk
	add	x0, x0, :lo12:walk
	mov	x1, 9
	bl	by_pointer
	add	x0, sp, 32
	bl	print_four
	adrp	x0, twice
	add	x0, x0, :lo12:twice
	mov	x1, 21
	bl	plain
	mov	x1, x0
	mov	x2, 0
	mov	x3, 0
	mov	x4, 0
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	bl	printf
	mov	w0, 0
	ldp	x29, x30, [sp], 64
	ret
	.size	main, .-main
	.section	.rodata
.Lformat:
	.string	"%ld %ld %ld %ld\n"
	.section	.note.GNU-stack,"",%progbits

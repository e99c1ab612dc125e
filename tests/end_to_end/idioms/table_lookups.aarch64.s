// Table lookups by indices that are known only when the program runs, inside the table and outside: one to four
// registers, and the kind that keeps what no index reaches.
	.text
	.type	print, %function
print:
	stp	x29, x30, [sp, -32]!
	mov	x29, sp
	str	q0, [sp, 16]
	ldp	x1, x2, [sp, 16]
	adrp	x0, format
	add	x0, x0, :lo12:format
	bl	printf
	ldp	x29, x30, [sp], 32
	ret
	.size	print, .-print

	.macro	load
	ldr	q5, [x19]
	adrp	x0, table
	add	x0, x0, :lo12:table
	ld1	{v1.16b, v2.16b, v3.16b, v4.16b}, [x0]
	.endm

	.globl	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -32]!
	mov	x29, sp
	str	x19, [sp, 16]
	adrp	x19, indices
	add	x19, x19, :lo12:indices
again:
	load
	tbl	v0.16b, {v1.16b}, v5.16b
	bl	print
	load
	tbl	v0.16b, {v1.16b, v2.16b}, v5.16b
	bl	print
	load
	tbl	v0.16b, {v1.16b, v2.16b, v3.16b}, v5.16b
	bl	print
	load
	tbl	v0.16b, {v1.16b, v2.16b, v3.16b, v4.16b}, v5.16b
	bl	print
	load
	movi	v0.16b, 0x77
	tbx	v0.16b, {v1.16b, v2.16b, v3.16b}, v5.16b
	bl	print
	load
	tbl	v0.8b, {v1.16b, v2.16b}, v5.8b
	bl	print
	add	x19, x19, 16
	adrp	x0, indices_end
	add	x0, x0, :lo12:indices_end
	cmp	x19, x0
	bne	again
	mov	w0, 0
	ldr	x19, [sp, 16]
	ldp	x29, x30, [sp], 32
	ret
	.size	main, .-main

	.section	.rodata
format:
	.string	"%016lx %016lx\n"
	.data
	.balign	16
table:
	.byte	1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
	.byte	33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63
	.byte	65, 67, 69, 71, 73, 75, 77, 79, 81, 83, 85, 87, 89, 91, 93, 95
	.byte	97, 99, 101, 103, 105, 107, 109, 111, 113, 115, 117, 119, 121, 123, 125, 127
indices:
	.byte	0, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 127, 128, 255
	.byte	20, 40, 60, 10, 30, 50, 1, 2, 3, 18, 19, 34, 35, 62, 240, 14
indices_end:
	.section	.note.GNU-stack,"",@progbits

// Helpers that take and give what the procedure call standard has no place for, and one that it allows.
	.text
	.type	twice, %function
twice:
	fadd	d4, d0, d0
	mov	x12, #7
	add	x13, x0, x12
	fmov	d0, #1.0
	ret
	.size	twice, .-twice

	.type	takes_x9, %function
takes_x9:
	add	x0, x9, x10
	ret
	.size	takes_x9, .-takes_x9

	.type	compares, %function
compares:
	cmp	x0, #5
	ret
	.size	compares, .-compares

	.type	gives_x20, %function
gives_x20:
	lsl	x20, x0, #1
	ret
	.size	gives_x20, .-gives_x20

	.type	keeps_x1, %function
keeps_x1:
	add	x0, x0, #3
	ret
	.size	keeps_x1, .-keeps_x1

	.type	reads_v4, %function
reads_v4:
	str	x30, [sp, #-16]!
	bl	twice
	fadd	d0, d4, d0
	ldr	x30, [sp], #16
	ret
	.size	reads_v4, .-reads_v4

	.type	passes_x9, %function
passes_x9:
	str	x30, [sp, #-16]!
	mov	x9, #30
	mov	x10, #100
	bl	takes_x9
	ldr	x30, [sp], #16
	ret
	.size	passes_x9, .-passes_x9

	.type	reads_flags, %function
reads_flags:
	str	x30, [sp, #-16]!
	bl	compares
	cset	x0, gt
	ldr	x30, [sp], #16
	ret
	.size	reads_flags, .-reads_flags

	.type	reads_x20, %function
reads_x20:
	stp	x30, x20, [sp, #-16]!
	bl	gives_x20
	add	x0, x20, #1
	ldp	x30, x20, [sp], #16
	ret
	.size	reads_x20, .-reads_x20

	.type	reads_x1, %function
reads_x1:
	str	x30, [sp, #-16]!
	mov	x1, #5
	bl	keeps_x1
	add	x0, x0, x1
	ldr	x30, [sp], #16
	ret
	.size	reads_x1, .-reads_x1

	.type	gives_x9, %function
gives_x9:
	add	x9, x0, #6
	ret
	.size	gives_x9, .-gives_x9

	.type	hands_on_x9, %function
hands_on_x9:
	str	x30, [sp, #-16]!
	bl	gives_x9
	mov	x0, x9
	bl	keeps_x1
	ldr	x30, [sp], #16
	ret
	.size	hands_on_x9, .-hands_on_x9

	.type	returns_x9, %function
returns_x9:
	str	x30, [sp, #-16]!
	bl	gives_x9
	mov	x0, x9
	ldr	x30, [sp], #16
	ret
	.size	returns_x9, .-returns_x9

	.type	returns_x30, %function
returns_x30:
	mov	x0, x30
	ret
	.size	returns_x30, .-returns_x30

	.type	forgets_x21, %function
forgets_x21:
	str	x21, [sp, #-16]!
	add	x21, x0, #8
	mov	x0, x21
	add	sp, sp, #16
	ret
	.size	forgets_x21, .-forgets_x21

	.globl	main
	.type	main, %function
main:
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	fmov	d0, #3.0
	bl	reads_v4
	fcvtzs	x1, d0
	bl	show
	bl	passes_x9
	mov	x1, x0
	bl	show
	mov	x0, #9
	bl	reads_flags
	mov	x1, x0
	bl	show
	mov	x0, #20
	bl	reads_x20
	mov	x1, x0
	bl	show
	mov	x0, #1
	bl	reads_x1
	mov	x1, x0
	bl	show
	mov	x0, #4
	bl	hands_on_x9
	mov	x1, x0
	bl	show
	mov	x0, #5
	bl	returns_x9
	mov	x1, x0
	bl	show
	mov	x0, #6
	bl	forgets_x21
	mov	x1, x0
	bl	show
	bl	returns_x30
	cmp	w0, #0
	cset	x1, ne
	bl	show
	mov	w0, #0
	ldp	x29, x30, [sp], #16
	ret
	.size	main, .-main

	.type	show, %function
show:
	adrp	x0, format
	add	x0, x0, :lo12:format
	b	printf
	.size	show, .-show

	.section	.rodata
format:
	.string	"%ld\n"
	.section	.note.GNU-stack,"",%progbits

// A format string's address that is kept on the stack around a loop, as compilers do for want of registers; the same
// place then keeps something else.
	.text
	.global	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -48]!
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	mov	x20, 0
.Lagain:
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	str	x0, [sp, 40]
	mov	w19, 0
.Lnext:
	ldr	x0, [sp, 40]
	mov	w1, w19
	scvtf	d0, w19
	bl	printf
	add	w19, w19, 1
	cmp	w19, 3
	bne	.Lnext
	str	x20, [sp, 40]
	adrp	x0, .Lround
	add	x0, x0, :lo12:.Lround
	ldr	x1, [sp, 40]
	bl	printf
	add	x20, x20, 1
	cmp	x20, 2
	bne	.Lagain
	mov	w0, 0
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 48
	ret
	.size	main, .-main
	.section	.rodata
.Lformat:
	.string	"%d %.1f\n"
.Lround:
	.string	"round %ld\n"
	.section	.note.GNU-stack,"",%progbits

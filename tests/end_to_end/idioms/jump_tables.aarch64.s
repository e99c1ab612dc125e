// Tables of bytes and of half words that count instructions from a label: plain numbers in an object.
	.text
	.type	first, %function
first:
	cmp	w0, 3
	bhi	.Lfirst_other
	adrp	x1, .Lfirst_table
	add	x1, x1, :lo12:.Lfirst_table
	ldrb	w1, [x1, w0, uxtw]
	adr	x2, .Lfirst_base
	add	x1, x2, w1, sxtb 2
	br	x1
.Lfirst_base:
.Lfirst_0:
	mov	w0, 100
	ret
.Lfirst_1:
	mov	w0, 111
	ret
.Lfirst_3:
	mov	w0, 133
	ret
.Lfirst_other:
	mov	w0, -1
	ret
	.size	first, .-first

	.type	second, %function
second:
	sub	w0, w0, #5
	cmp	w0, 2
	bhi	.Lsecond_other
	adrp	x1, .Lsecond_table
	add	x1, x1, :lo12:.Lsecond_table
	ldrh	w1, [x1, w0, uxtw 1]
	adr	x2, .Lsecond_base
	add	x1, x2, w1, sxth 2
	br	x1
.Lsecond_7:
	mov	w0, 207
	ret
.Lsecond_base:
.Lsecond_5:
	mov	w0, 205
	ret
.Lsecond_6:
	mov	w0, 206
	ret
.Lsecond_other:
	mov	w0, 0
	ret
	.size	second, .-second

	.global	main
	.type	main, %function
main:
	stp	x29, x30, [sp, -32]!
	stp	x19, x20, [sp, 16]
	mov	w19, 0
.Lnext:
	mov	w0, w19
	bl	first
	mov	w20, w0
	mov	w0, w19
	bl	second
	mov	w3, w0
	mov	w2, w20
	mov	w1, w19
	adrp	x0, .Lformat
	add	x0, x0, :lo12:.Lformat
	bl	printf
	add	w19, w19, 1
	cmp	w19, 9
	bne	.Lnext
	mov	w0, 0
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 32
	ret
	.size	main, .-main

	.section	.rodata
.Lfirst_table:
	.byte	(.Lfirst_0 - .Lfirst_base) / 4
	.byte	(.Lfirst_1 - .Lfirst_base) / 4
	.byte	(.Lfirst_other - .Lfirst_base) / 4
	.byte	(.Lfirst_3 - .Lfirst_base) / 4
	.p2align	1
.Lsecond_table:
	.hword	(.Lsecond_5 - .Lsecond_base) / 4
	.hword	(.Lsecond_6 - .Lsecond_base) / 4
	.hword	(.Lsecond_7 - .Lsecond_base) / 4
.Lformat:
	.string	"%d: %d %d\n"
	.section	.note.GNU-stack,"",%progbits

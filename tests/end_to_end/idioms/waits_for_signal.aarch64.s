	.arch armv8-a
	.text
	.align	2
	.type	on, %function
on:
.LFB17:
	.cfi_startproc
	adrp	x2, .LANCHOR0
	add	x1, x2, :lo12:.LANCHOR0
	str	w0, [x2, #:lo12:.LANCHOR0]
	ldr	w0, [x1, 4]
	add	w0, w0, 1
	str	w0, [x1, 4]
	ret
	.cfi_endproc
.LFE17:
	.size	on, .-on
	.align	2
	.type	wait_for, %function
wait_for:
.LFB19:
	.cfi_startproc
	mov	x3, x0
	mov	w0, 0
	mov	w4, 1
	b	.L3
.L4:
	mov	w0, w4
.L3:
	ldr	w2, [x3]
	cmp	w2, w1
	blt	.L4
	ret
	.cfi_endproc
.LFE19:
	.size	wait_for, .-wait_for
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC1:
	.string	"%d\n"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB20:
	.cfi_startproc
	stp	x29, x30, [sp, -64]!
	.cfi_def_cfa_offset 64
	.cfi_offset 29, -64
	.cfi_offset 30, -56
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	.cfi_offset 19, -48
	.cfi_offset 20, -40
	adrp	x1, on
	add	x1, x1, :lo12:on
	mov	w0, 14
	bl	signal
	adrp	x0, .LANCHOR1
	add	x0, x0, :lo12:.LANCHOR1
	add	x1, sp, 32
	ldp	q0, q1, [x0]
	stp	q0, q1, [x1]
	mov	x2, 0
	mov	w0, 0
	bl	setitimer
	adrp	x1, .LANCHOR0
	add	x1, x1, :lo12:.LANCHOR0
.L6:
	ldr	w0, [x1]
	cbz	w0, .L6
	adrp	x0, .LANCHOR0
	add	x19, x0, :lo12:.LANCHOR0
	ldr	w0, [x0, #:lo12:.LANCHOR0]
	cmp	w0, 14
	adrp	x20, .LC1
	add	x20, x20, :lo12:.LC1
	cset	w1, eq
	mov	x0, x20
	bl	printf
	mov	x0, x19
	ldr	w1, [x0, 4]!
	add	w1, w1, 3
	bl	wait_for
	mov	w1, w0
	mov	x0, x20
	bl	printf
	mov	w0, 0
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 64
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE20:
	.size	main, .-main
	.section	.rodata
	.align	3
	.set	.LANCHOR1,. + 0
.LC0:
	.xword	0
	.xword	2000
	.xword	0
	.xword	2000
	.bss
	.align	2
	.set	.LANCHOR0,. + 0
	.type	got, %object
	.size	got, 4
got:
	.zero	4
	.type	ticks, %object
	.size	ticks, 4
ticks:
	.zero	4
	.section	.note.GNU-stack,"",@progbits

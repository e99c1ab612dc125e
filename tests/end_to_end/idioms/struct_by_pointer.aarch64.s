// Structures in two registers, returned by functions that are called by pointer (gcc 12, -O1).
	.arch armv8-a
	.file	"fp2.c"
	.text
	.align	2
	.type	first, %function
first:
.LFB0:
	.cfi_startproc
	mov	x1, x0
	add	x0, x0, 1
	lsl	x1, x1, 1
	ret
	.cfi_endproc
.LFE0:
	.size	first, .-first
	.align	2
	.type	second, %function
second:
.LFB1:
	.cfi_startproc
	mov	x1, x0
	sub	x0, x0, #1
	add	x1, x1, x1, lsl 1
	ret
	.cfi_endproc
.LFE1:
	.size	second, .-second
	.align	2
	.type	near, %function
near:
.LFB2:
	.cfi_startproc
	fmov	d1, d0
	fmov	d0, 1.0e+0
	fadd	d0, d1, d0
	fadd	d1, d1, d1
	ret
	.cfi_endproc
.LFE2:
	.size	near, .-near
	.align	2
	.global	far
	.type	far, %function
far:
.LFB3:
	.cfi_startproc
	fmov	d1, d0
	fmov	d0, 1.0e+0
	fsub	d0, d1, d0
	fmov	d2, 3.0e+0
	fmul	d1, d1, d2
	ret
	.cfi_endproc
.LFE3:
	.size	far, .-far
	.align	2
	.type	forwarded, %function
forwarded:
.LFB4:
	.cfi_startproc
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x29, sp
	adrp	x2, .LANCHOR0
	add	x2, x2, :lo12:.LANCHOR0
	ldr	x2, [x2, w0, sxtw 3]
	mov	x0, x1
	blr	x2
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE4:
	.size	forwarded, .-forwarded
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%ld %ld %g %g\n"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB5:
	.cfi_startproc
	stp	x29, x30, [sp, -80]!
	.cfi_def_cfa_offset 80
	.cfi_offset 29, -80
	.cfi_offset 30, -72
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	stp	x21, x22, [sp, 32]
	stp	x23, x24, [sp, 48]
	str	x25, [sp, 64]
	str	d8, [sp, 72]
	.cfi_offset 19, -64
	.cfi_offset 20, -56
	.cfi_offset 21, -48
	.cfi_offset 22, -40
	.cfi_offset 23, -32
	.cfi_offset 24, -24
	.cfi_offset 25, -16
	.cfi_offset 72, -8
	mov	w24, w0
	add	w23, w0, w0, lsl 2
	lsl	w23, w23, 1
	sxtw	x23, w23
	mov	x19, 0
	fmov	d8, 1.5e+0
	adrp	x22, .LANCHOR0
	add	x22, x22, :lo12:.LANCHOR0
	add	x22, x22, 16
	adrp	x25, .LC0
	add	x25, x25, :lo12:.LC0
.L8:
	mov	x1, x23
	mov	w0, w19
	bl	forwarded
	mov	x20, x0
	mov	x21, x1
	scvtf	d0, w24
	ldr	x0, [x22, x19, lsl 3]
	fmul	d0, d0, d8
	blr	x0
	mov	x2, x21
	mov	x1, x20
	mov	x0, x25
	bl	printf
	add	x19, x19, 1
	cmp	x19, 2
	bne	.L8
	mov	w0, 0
	ldr	d8, [sp, 72]
	ldp	x19, x20, [sp, 16]
	ldp	x21, x22, [sp, 32]
	ldp	x23, x24, [sp, 48]
	ldr	x25, [sp, 64]
	ldp	x29, x30, [sp], 80
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 25
	.cfi_restore 23
	.cfi_restore 24
	.cfi_restore 21
	.cfi_restore 22
	.cfi_restore 19
	.cfi_restore 20
	.cfi_restore 72
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE5:
	.size	main, .-main
	.global	points
	.global	pairs
	.section	.data.rel.local,"aw"
	.align	3
	.set	.LANCHOR0,. + 0
	.type	pairs, %object
	.size	pairs, 16
pairs:
	.xword	first
	.xword	second
	.type	points, %object
	.size	points, 16
points:
	.xword	near
	.xword	far
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

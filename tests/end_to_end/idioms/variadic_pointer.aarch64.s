// A variadic function that is called by pointer (gcc 12, -O1); RISC-V would have to know that it is one.
	.arch armv8-a
	.file	"vptr.c"
	.text
	.align	2
	.type	scale, %function
scale:
.LFB0:
	.cfi_startproc
	scvtf	d2, w0
	fmul	d0, d2, d0
	fcvt	d1, s1
	fadd	d0, d0, d1
	ret
	.cfi_endproc
.LFE0:
	.size	scale, .-scale
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%d %g %d %g\n"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB1:
	.cfi_startproc
	stp	x29, x30, [sp, -48]!
	.cfi_def_cfa_offset 48
	.cfi_offset 29, -48
	.cfi_offset 30, -40
	mov	x29, sp
	str	x19, [sp, 16]
	.cfi_offset 19, -32
	adrp	x0, .LANCHOR0
	add	x0, x0, :lo12:.LANCHOR0
	str	x0, [sp, 40]
	ldr	x0, [sp, 40]
	ldr	x19, [x0]
	ldr	x0, [sp, 40]
	ldr	x1, [x0, 8]
	fmov	s1, 2.5e-1
	mov	w0, 3
	fmov	d0, 2.5e+0
	blr	x1
	fmov	d1, 5.0e-1
	mov	w2, 2
	mov	w1, 1
	adrp	x0, .LC0
	add	x0, x0, :lo12:.LC0
	blr	x19
	mov	w0, 0
	ldr	x19, [sp, 16]
	ldp	x29, x30, [sp], 48
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 19
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE1:
	.size	main, .-main
	.global	operations
	.section	.data.rel,"aw"
	.align	3
	.set	.LANCHOR0,. + 0
	.type	operations, %object
	.size	operations, 16
operations:
	.xword	printf
	.xword	scale
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

// Calls through the global offset table, of functions here and elsewhere (gcc 12, -O1 -fPIC -fno-plt).
	.arch armv8-a
	.file	"np.c"
	.text
	.align	2
	.global	product
	.type	product, %function
product:
.LFB11:
	.cfi_startproc
	fmov	d5, d0
	fmov	d6, d1
	fmul	d4, d0, d2
	fmul	d0, d1, d3
	fsub	d0, d4, d0
	fmul	d4, d5, d3
	fmul	d1, d1, d2
	fadd	d1, d4, d1
	fcmp	d0, d1
	bvs	.L7
	ret
.L7:
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x29, sp
	fmov	d1, d6
	fmov	d0, d5
	adrp	x0, :got:__muldc3
	ldr	x0, [x0, :got_lo12:__muldc3]
	blr	x0
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE11:
	.size	product, .-product
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%s %g %g\n"
	.text
	.align	2
	.global	say
	.type	say, %function
say:
.LFB12:
	.cfi_startproc
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x29, sp
	mov	x1, x0
	adrp	x0, .LC0
	add	x0, x0, :lo12:.LC0
	adrp	x2, :got:printf
	ldr	x2, [x2, :got_lo12:printf]
	blr	x2
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE12:
	.size	say, .-say
	.section	.rodata.str1.8
	.align	3
.LC2:
	.string	"product"
	.align	3
.LC4:
	.string	"infinite"
	.text
	.align	2
	.global	main
	.type	main, %function
main:
.LFB13:
	.cfi_startproc
	stp	x29, x30, [sp, -48]!
	.cfi_def_cfa_offset 48
	.cfi_offset 29, -48
	.cfi_offset 30, -40
	mov	x29, sp
	stp	x19, x20, [sp, 16]
	str	x21, [sp, 32]
	str	d8, [sp, 40]
	.cfi_offset 19, -32
	.cfi_offset 20, -24
	.cfi_offset 21, -16
	.cfi_offset 72, -8
	scvtf	d8, w0
	adrp	x0, .LANCHOR0
	add	x19, x0, :lo12:.LANCHOR0
	ldr	d2, [x0, #:lo12:.LANCHOR0]
	ldr	d3, [x19, 8]
	fmov	d0, d8
	fmov	d1, 2.0e+0
	adrp	x21, :got:product
	ldr	x21, [x21, :got_lo12:product]
	blr	x21
	adrp	x0, .LC2
	add	x0, x0, :lo12:.LC2
	adrp	x20, :got:say
	ldr	x20, [x20, :got_lo12:say]
	blr	x20
	ldr	d2, [x19, 16]
	ldr	d3, [x19, 24]
	adrp	x0, .LC5
	ldr	d0, [x0, #:lo12:.LC5]
	fmov	d1, d8
	blr	x21
	adrp	x0, .LC4
	add	x0, x0, :lo12:.LC4
	blr	x20
	mov	w0, 0
	ldr	d8, [sp, 40]
	ldp	x19, x20, [sp, 16]
	ldr	x21, [sp, 32]
	ldp	x29, x30, [sp], 48
	.cfi_restore 30
	.cfi_restore 29
	.cfi_restore 21
	.cfi_restore 19
	.cfi_restore 20
	.cfi_restore 72
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
.LFE13:
	.size	main, .-main
	.section	.rodata.cst8,"aM",@progbits,8
	.align	3
.LC5:
	.word	0
	.word	2146435072
	.section	.rodata
	.align	3
	.set	.LANCHOR0,. + 0
.LC1:
	.word	0
	.word	1074266112
	.word	0
	.word	-1074790400
.LC3:
	.word	0
	.word	1073741824
	.word	0
	.word	1072693248
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

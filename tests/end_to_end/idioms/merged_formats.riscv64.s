# One call of printf for three formats whose arguments differ, as compilers merge the ends of branches.
	.text
	.type	show, @function
show:
	addi	sp, sp, -16
	sd	ra, 8(sp)
	beqz	a0, .Lnumber
	li	a2, 1
	beq	a0, a2, .Ltext
	lla	a0, .Lreal_format
	lla	a2, .Lreal
	fld	fa0, 0(a2)
	fmv.x.d	a1, fa0
	li	a2, 5
	j	.Lprint
.Lnumber:
	lla	a0, .Lnumber_format
	j	.Lprint
.Ltext:
	lla	a1, .Lword
	lla	a0, .Ltext_format
.Lprint:
	call	printf
	ld	ra, 8(sp)
	addi	sp, sp, 16
	ret
	.size	show, .-show

	.globl	main
	.type	main, @function
main:
	addi	sp, sp, -16
	sd	ra, 8(sp)
	sd	s1, 0(sp)
	li	a0, 0
	li	a1, -123456789
	call	show
	mv	s1, a0
	li	a0, 1
	call	show
	add	s1, s1, a0
	li	a0, 2
	call	show
	add	s1, s1, a0
	lla	a0, .Lnumber_format
	mv	a1, s1
	call	printf
	li	a0, 0
	ld	ra, 8(sp)
	ld	s1, 0(sp)
	addi	sp, sp, 16
	ret
	.size	main, .-main

	.section	.rodata
	.p2align	3
.Lreal:
	.double	2.75
.Lnumber_format:
	.string	"number %ld\n"
.Ltext_format:
	.string	"text %s\n"
.Lreal_format:
	.string	"real %g and %d\n"
.Lword:
	.string	"word"
	.section	.note.GNU-stack,"",@progbits

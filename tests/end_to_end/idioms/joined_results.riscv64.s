	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	1
	.type	tripled, @function
tripled:
	addi	sp,sp,-16
	slli	a1,a0,1
	add	a1,a1,a0
	addi	sp,sp,16
	jr	ra
	.size	tripled, .-tripled
	.align	1
	.type	negated, @function
negated:
	addi	sp,sp,-16
	mv	a1,a0
	addi	a1,a1,-9
	neg	a0,a0
	addi	sp,sp,16
	jr	ra
	.size	negated, .-negated
	.align	1
	.type	near, @function
near:
	addi	sp,sp,-32
	fld	fa1,.LC0,a5
	fmul.d	fa1,fa0,fa1
	addi	sp,sp,32
	jr	ra
	.size	near, .-near
	.align	1
	.type	far, @function
far:
	addi	sp,sp,-32
	fld	fa1,.LC1,a5
	fsub.d	fa1,fa0,fa1
	fneg.d	fa0,fa0
	addi	sp,sp,32
	jr	ra
	.size	far, .-far
	.align	1
	.globl	sum_of_pair
	.type	sum_of_pair, @function
sum_of_pair:
	addi	sp,sp,-32
	sd	ra,24(sp)
	beq	a0,zero,.L11
	ld	a5,.LANCHOR0
	mv	a0,a1
	jalr	a5
	sd	a0,0(sp)
	ld	a4,0(sp)
	li	a5,100
	sd	a1,8(sp)
	mul	a5,a5,a4
	ld	a0,8(sp)
	ld	ra,24(sp)
	addi	sp,sp,32
	add	a0,a5,a0
	jr	ra
.L11:
	ld	a5,.LANCHOR0+8
	addi	a0,a1,1
	jalr	a5
	sd	a0,0(sp)
	ld	a4,0(sp)
	li	a5,100
	sd	a1,8(sp)
	mul	a5,a5,a4
	ld	a0,8(sp)
	ld	ra,24(sp)
	addi	sp,sp,32
	add	a0,a5,a0
	jr	ra
	.size	sum_of_pair, .-sum_of_pair
	.align	1
	.globl	sum_of_point
	.type	sum_of_point, @function
sum_of_point:
	addi	sp,sp,-32
	sd	ra,24(sp)
	beq	a0,zero,.L15
	ld	a5,.LANCHOR0+16
	jalr	a5
	fsd	fa0,0(sp)
	fsd	fa1,8(sp)
.L16:
	fld	fa5,0(sp)
	fld	fa4,.LC3,a5
	fld	fa0,8(sp)
	fmul.d	fa5,fa5,fa4
	ld	ra,24(sp)
	addi	sp,sp,32
	fadd.d	fa0,fa5,fa0
	jr	ra
.L15:
	fmv.d	fa5,fa0
	fld	fa0,.LC2,a5
	ld	a5,.LANCHOR0+24
	fadd.d	fa0,fa5,fa0
	jalr	a5
	fsd	fa0,0(sp)
	fsd	fa1,8(sp)
	j	.L16
	.size	sum_of_point, .-sum_of_point
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC4:
	.string	"%ld %ld\n"
	.text
	.align	1
	.globl	show
	.type	show, @function
show:
	mv	a2,a1
	mv	a1,a0
	lla	a0,.LC4
	tail	printf@plt
	.size	show, .-show
	.section	.rodata.str1.8
	.align	3
.LC7:
	.string	"%g %g\n"
	.section	.text.startup,"ax",@progbits
	.align	1
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-48
	li	a1,5
	li	a0,0
	sd	ra,40(sp)
	sd	s0,32(sp)
	fsd	fs0,24(sp)
	call	sum_of_pair
	mv	s0,a0
	li	a1,6
	li	a0,1
	call	sum_of_pair
	mv	a1,a0
	mv	a0,s0
	call	show
	li	a0,0
	fld	fa0,.LC5,a5
	call	sum_of_point
	fmv.d	fs0,fa0
	li	a0,1
	fld	fa0,.LC6,a5
	call	sum_of_point
	fmv.x.d	a2,fa0
	fmv.x.d	a1,fs0
	lla	a0,.LC7
	lla	s0,.LANCHOR0
	call	printf@plt
	ld	a5,8(s0)
	li	a0,8
	jalr	a5
	sd	a0,0(sp)
	sd	a1,8(sp)
	call	show
	ld	a5,0(s0)
	li	a0,8
	jalr	a5
	mv	a5,a1
	mv	a1,a0
	mv	a0,a5
	call	show
	ld	ra,40(sp)
	ld	s0,32(sp)
	fld	fs0,24(sp)
	li	a0,0
	addi	sp,sp,48
	jr	ra
	.size	main, .-main
	.globl	points
	.globl	pairs
	.section	.rodata.cst8,"aM",@progbits,8
	.align	3
.LC0:
	.word	0
	.word	1074266112
	.align	3
.LC1:
	.word	0
	.word	1075970048
	.align	3
.LC2:
	.word	0
	.word	1072693248
	.align	3
.LC3:
	.word	0
	.word	1079574528
	.align	3
.LC5:
	.word	0
	.word	1073217536
	.align	3
.LC6:
	.word	0
	.word	1074003968
	.section	.data.rel.local,"aw"
	.align	3
	.set	.LANCHOR0,. + 0
	.type	pairs, @object
	.size	pairs, 16
pairs:
	.dword	tripled
	.dword	negated
	.type	points, @object
	.size	points, 16
points:
	.dword	near
	.dword	far
	.section	.note.GNU-stack,"",@progbits

# Structures in two registers, returned by functions that are called by pointer (gcc 12, -O1).
	.file	"fp2.c"
	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	1
	.type	first, @function
first:
	addi	sp,sp,-16
	mv	a1,a0
	addi	a0,a0,1
	slli	a1,a1,1
	addi	sp,sp,16
	jr	ra
	.size	first, .-first
	.align	1
	.type	second, @function
second:
	addi	sp,sp,-16
	mv	a1,a0
	slli	a5,a0,1
	addi	a0,a0,-1
	add	a1,a5,a1
	addi	sp,sp,16
	jr	ra
	.size	second, .-second
	.align	1
	.type	near, @function
near:
	addi	sp,sp,-32
	fmv.d	fa1,fa0
	fld	fa0,.LC0,a5
	fadd.d	fa0,fa1,fa0
	fadd.d	fa1,fa1,fa1
	addi	sp,sp,32
	jr	ra
	.size	near, .-near
	.align	1
	.globl	far
	.type	far, @function
far:
	addi	sp,sp,-32
	fmv.d	fa1,fa0
	fld	fa0,.LC0,a5
	fld	fa5,.LC1,a5
	fsub.d	fa0,fa1,fa0
	fmul.d	fa1,fa1,fa5
	addi	sp,sp,32
	jr	ra
	.size	far, .-far
	.align	1
	.type	forwarded, @function
forwarded:
	addi	sp,sp,-32
	sd	ra,24(sp)
	slli	a4,a0,3
	lla	a5,.LANCHOR0
	add	a5,a5,a4
	ld	a5,0(a5)
	mv	a0,a1
	jalr	a5
	ld	ra,24(sp)
	addi	sp,sp,32
	jr	ra
	.size	forwarded, .-forwarded
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC3:
	.string	"%ld %ld %g %g\n"
	.text
	.align	1
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-96
	sd	ra,88(sp)
	sd	s0,80(sp)
	sd	s1,72(sp)
	sd	s2,64(sp)
	sd	s3,56(sp)
	sd	s4,48(sp)
	sd	s5,40(sp)
	sd	s6,32(sp)
	mv	s3,a0
	slliw	s2,a0,2
	addw	s2,s2,a0
	slliw	s2,s2,1
	lla	s1,.LANCHOR0+16
	li	s0,0
	lla	s6,.LC2
	lla	s5,.LC3
	li	s4,2
.L12:
	mv	a1,s2
	mv	a0,s0
	call	forwarded
	sd	a0,0(sp)
	sd	a1,8(sp)
	fcvt.d.w	fa0,s3
	fld	fa5,0(s6)
	ld	a5,0(s1)
	fmul.d	fa0,fa0,fa5
	jalr	a5
	fmv.x.d	a4,fa1
	fmv.x.d	a3,fa0
	ld	a2,8(sp)
	ld	a1,0(sp)
	mv	a0,s5
	call	printf@plt
	addiw	s0,s0,1
	addi	s1,s1,8
	bne	s0,s4,.L12
	li	a0,0
	ld	ra,88(sp)
	ld	s0,80(sp)
	ld	s1,72(sp)
	ld	s2,64(sp)
	ld	s3,56(sp)
	ld	s4,48(sp)
	ld	s5,40(sp)
	ld	s6,32(sp)
	addi	sp,sp,96
	jr	ra
	.size	main, .-main
	.globl	points
	.globl	pairs
	.section	.rodata.cst8,"aM",@progbits,8
	.align	3
.LC0:
	.word	0
	.word	1072693248
	.align	3
.LC1:
	.word	0
	.word	1074266112
	.align	3
.LC2:
	.word	0
	.word	1073217536
	.section	.data.rel.local,"aw"
	.align	3
	.set	.LANCHOR0,. + 0
	.type	pairs, @object
	.size	pairs, 16
pairs:
	.dword	first
	.dword	second
	.type	points, @object
	.size	points, 16
points:
	.dword	near
	.dword	far
	.ident	"GCC: (Debian 12.2.0-13) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

# Stack protectors in every function (gcc 12, -O1 -fstack-protector-all).
	.file	"sp.c"
	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"a1b22c333"
	.align	3
.LC1:
	.string	"%d %s %s\n"
	.text
	.align	1
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-112
	sd	ra,104(sp)
	sd	s0,96(sp)
	sd	s1,88(sp)
	la	a5,__stack_chk_guard
	ld	a4, 0(a5)
	sd	a4, 72(sp)
	li	a4, 0
	li	a5,6582272
	addi	a5,a5,-411
	sd	a5,8(sp)
	lla	a3,.LC0
	li	s0,0
	li	a4,97
	li	a2,9
	li	a1,22
	j	.L4
.L2:
	addi	a3,a3,1
	lbu	a4,0(a3)
	beq	a4,zero,.L3
	bgt	s0,a1,.L3
.L4:
	addiw	a5,a4,-48
	andi	a5,a5,0xff
	bgtu	a5,a2,.L2
	addi	a5,s0,80
	add	a5,a5,sp
	sb	a4,-64(a5)
	addiw	s0,s0,1
	j	.L2
.L3:
	addi	a5,s0,80
	add	a5,a5,sp
	sb	zero,-64(a5)
	addi	a1,sp,16
	addi	s1,sp,40
	mv	a0,s1
	call	strcpy@plt
	addi	a3,sp,8
	mv	a2,s1
	mv	a1,s0
	lla	a0,.LC1
	call	printf@plt
	la	a5,__stack_chk_guard
	ld	a4, 72(sp)
	ld	a5, 0(a5)
	xor	a5, a4, a5
	li	a4, 0
	bne	a5,zero,.L8
	li	a0,0
	ld	ra,104(sp)
	ld	s0,96(sp)
	ld	s1,88(sp)
	addi	sp,sp,112
	jr	ra
.L8:
	call	__stack_chk_fail@plt
	.size	main, .-main
	.ident	"GCC: (Debian 12.2.0-13) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

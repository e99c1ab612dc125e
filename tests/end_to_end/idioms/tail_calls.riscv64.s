	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	1
	.globl	is_odd
	.type	is_odd, @function
is_odd:
	bne	a0,zero,.L4
	ret
.L4:
	addiw	a0,a0,-1
	tail	is_even
	.size	is_odd, .-is_odd
	.align	1
	.globl	is_even
	.type	is_even, @function
is_even:
	bne	a0,zero,.L7
	li	a0,1
	ret
.L7:
	addiw	a0,a0,-1
	tail	is_odd
	.size	is_even, .-is_even
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%d\n"
	.section	.text.startup,"ax",@progbits
	.align	1
	.globl	main
	.type	main, @function
main:
	li	a0,999424
	addi	sp,sp,-16
	addi	a0,a0,577
	sd	ra,8(sp)
	call	is_even
	mv	a1,a0
	lla	a0,.LC0
	call	printf@plt
	ld	ra,8(sp)
	li	a0,0
	addi	sp,sp,16
	jr	ra
	.size	main, .-main
	.section	.note.GNU-stack,"",@progbits

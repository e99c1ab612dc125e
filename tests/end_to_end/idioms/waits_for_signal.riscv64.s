	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	1
	.type	on, @function
on:
	sw	a0,.LANCHOR0,a5
	lw	a5,.LANCHOR0+4
	addiw	a5,a5,1
	sw	a5,.LANCHOR0+4,a4
	ret
	.size	on, .-on
	.align	1
	.type	wait_for, @function
wait_for:
	mv	a4,a0
	li	a0,0
	li	a3,1
	j	.L3
.L4:
	mv	a0,a3
.L3:
	lw	a5,0(a4)
	sext.w	a5,a5
	blt	a5,a1,.L4
	ret
	.size	wait_for, .-wait_for
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC1:
	.string	"%d\n"
	.text
	.align	1
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-48
	sd	ra,40(sp)
	lla	a1,on
	li	a0,14
	call	signal@plt
	lla	a5,.LANCHOR1
	ld	a2,0(a5)
	ld	a3,8(a5)
	ld	a4,16(a5)
	ld	a5,24(a5)
	sd	a2,0(sp)
	sd	a3,8(sp)
	sd	a4,16(sp)
	sd	a5,24(sp)
	li	a2,0
	mv	a1,sp
	li	a0,0
	call	setitimer@plt
	lla	a4,.LANCHOR0
.L6:
	lw	a5,0(a4)
	sext.w	a5,a5
	beq	a5,zero,.L6
	lw	a1,.LANCHOR0
	addi	a1,a1,-14
	seqz	a1,a1
	lla	a0,.LC1
	call	printf@plt
	lw	a1,.LANCHOR0+4
	addiw	a1,a1,3
	lla	a0,.LANCHOR0+4
	call	wait_for
	mv	a1,a0
	lla	a0,.LC1
	call	printf@plt
	li	a0,0
	ld	ra,40(sp)
	addi	sp,sp,48
	jr	ra
	.size	main, .-main
	.section	.rodata
	.align	3
	.set	.LANCHOR1,. + 0
.LC0:
	.dword	0
	.dword	2000
	.dword	0
	.dword	2000
	.bss
	.align	2
	.set	.LANCHOR0,. + 0
	.type	got, @object
	.size	got, 4
got:
	.zero	4
	.type	ticks, @object
	.size	ticks, 4
ticks:
	.zero	4
	.section	.note.GNU-stack,"",@progbits

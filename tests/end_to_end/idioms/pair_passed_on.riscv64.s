	.file	"pair_passed_on.c"
	.option pic
	.attribute arch, "rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.local	calls
	.comm	calls,4,4
	.align	1
	.type	doubled, @function
doubled:
	addi	sp,sp,-16
	slli	a1,a0,1
	addi	sp,sp,16
	jr	ra
	.size	doubled, .-doubled
	.align	1
	.type	squared, @function
squared:
	addi	sp,sp,-16
	mv	a1,a0
	mul	a1,a1,a1
	addi	a0,a0,1
	addi	sp,sp,16
	jr	ra
	.size	squared, .-squared
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"%ld %d\n"
	.section	.text.startup,"ax",@progbits
	.align	1
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-80
	lla	a5,doubled
	sd	a5,0(sp)
	lla	a5,squared
	sd	s0,64(sp)
	sd	s1,56(sp)
	sd	s2,48(sp)
	sd	s3,40(sp)
	sd	ra,72(sp)
	sd	a5,8(sp)
	li	s0,3
	li	s3,0
	addiw	s1,a0,-3
	li	s2,9
.L7:
	addw	a5,s1,s0
	andi	a5,a5,1
	slli	a5,a5,3
	addi	a5,a5,32
	add	a5,a5,sp
	ld	a0,-32(a5)
	mv	a1,s0
	addi	s0,s0,1
	call	forward
	slli	a5,s3,2
	add	a5,a5,s3
	slli	a5,a5,1
	add	a5,a5,a1
	sd	a0,16(sp)
	sd	a1,24(sp)
	sub	s3,a5,a0
	bne	s0,s2,.L7
	mv	a1,s3
	lw	a2,calls
	lla	a0,.LC0
	call	printf@plt
	ld	ra,72(sp)
	ld	s0,64(sp)
	ld	s1,56(sp)
	ld	s2,48(sp)
	ld	s3,40(sp)
	li	a0,0
	addi	sp,sp,80
	jr	ra
	.size	main, .-main
	.text
	.align	1
	.type	forward, @function
forward:
	addi	sp,sp,-48
	sd	ra,40(sp)
	mv	a5,a0
	mv	a0,a1
	jalr	a5
	lla	a4,calls
	lw	a5,0(a4)
	ld	ra,40(sp)
	addiw	a5,a5,1
	sw	a5,0(a4)
	addi	sp,sp,48
	jr	ra
	.size	forward, .-forward
	.ident	"GCC: (Debian 12.2.0-13) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

	.text
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0                          # -- Begin function turn
.LCPI0_0:
	.long	0x3f800000                      # float 1
	.text
	.globl	turn
	.p2align	4, 0x90
	.type	turn,@function
turn:                                   # @turn
# %bb.0:
	movaps	%xmm0, %xmm2
	shufps	$85, %xmm0, %xmm2               # xmm2 = xmm2[1,1],xmm0[1,1]
	addss	.LCPI0_0(%rip), %xmm2
	addss	%xmm0, %xmm0
	unpcklps	%xmm0, %xmm1                    # xmm1 = xmm1[0],xmm0[0],xmm1[1],xmm0[1]
	movaps	%xmm1, %xmm0
	movaps	%xmm2, %xmm1
	retq
.Lfunc_end0:
	.size	turn, .Lfunc_end0-turn
                                        # -- End function
	.section	.rodata.cst8,"aM",@progbits,8
	.p2align	3, 0x0                          # -- Begin function spread
.LCPI1_0:
	.quad	0x3ff0000000000000              # double 1
.LCPI1_1:
	.quad	0xc008000000000000              # double -3
	.text
	.globl	spread
	.p2align	4, 0x90
	.type	spread,@function
spread:                                 # @spread
# %bb.0:
	movq	%rdi, %rax
	movsd	%xmm0, (%rdi)
	movsd	.LCPI1_0(%rip), %xmm1           # xmm1 = [1.0E+0,0.0E+0]
	addsd	%xmm0, %xmm1
	movsd	%xmm1, 8(%rdi)
	movapd	%xmm0, %xmm1
	addsd	%xmm0, %xmm1
	movsd	%xmm1, 16(%rdi)
	addsd	.LCPI1_1(%rip), %xmm0
	movsd	%xmm0, 24(%rdi)
	retq
.Lfunc_end1:
	.size	spread, .Lfunc_end1-spread
                                        # -- End function
	.section	.rodata.cst16,"aM",@progbits,16
	.p2align	4, 0x0                          # -- Begin function main
.LCPI2_0:
	.long	0x3f800000                      # float 1
	.long	0x40000000                      # float 2
	.zero	4
	.zero	4
.LCPI2_2:
	.long	0x3f800000                      # float 1
	.long	0x40000000                      # float 2
	.long	0x00000000                      # float 0
	.long	0x00000000                      # float 0
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0
.LCPI2_1:
	.long	0x40400000                      # float 3
	.text
	.globl	main
	.p2align	4, 0x90
	.type	main,@function
main:                                   # @main
# %bb.0:
	pushq	%rbp
	pushq	%rbx
	subq	$72, %rsp
	movsd	.LCPI2_2(%rip), %xmm0           # xmm0 = [1.0E+0,2.0E+0,0.0E+0,0.0E+0]
	movss	.LCPI2_1(%rip), %xmm1           # xmm1 = [3.0E+0,0.0E+0,0.0E+0,0.0E+0]
	movl	$3, %ebp
	leaq	.L.str(%rip), %rbx
	.p2align	4, 0x90
.LBB2_1:                                # =>This Inner Loop Header: Depth=1
	callq	turn
	movaps	%xmm0, 48(%rsp)                 # 16-byte Spill
	movaps	%xmm1, %xmm2
	movss	%xmm1, 4(%rsp)                  # 4-byte Spill
	movaps	%xmm0, %xmm1
	shufps	$85, %xmm0, %xmm1               # xmm1 = xmm1[1,1],xmm0[1,1]
	cvtss2sd	%xmm0, %xmm0
	cvtss2sd	%xmm1, %xmm1
	cvtss2sd	%xmm2, %xmm2
	movq	%rbx, %rdi
	movsd	%xmm1, 8(%rsp)                  # 8-byte Spill
	movb	$3, %al
	callq	printf@PLT
	movss	4(%rsp), %xmm1                  # 4-byte Reload
                                        # xmm1 = mem[0],zero,zero,zero
	movaps	48(%rsp), %xmm0                 # 16-byte Reload
	decl	%ebp
	jne	.LBB2_1
# %bb.2:
	leaq	16(%rsp), %rdi
	movsd	8(%rsp), %xmm0                  # 8-byte Reload
                                        # xmm0 = mem[0],zero
	callq	spread
	movsd	16(%rsp), %xmm0                 # xmm0 = mem[0],zero
	movsd	24(%rsp), %xmm1                 # xmm1 = mem[0],zero
	movsd	32(%rsp), %xmm2                 # xmm2 = mem[0],zero
	movsd	40(%rsp), %xmm3                 # xmm3 = mem[0],zero
	leaq	.L.str.1(%rip), %rdi
	movb	$4, %al
	callq	printf@PLT
	xorl	%eax, %eax
	addq	$72, %rsp
	popq	%rbx
	popq	%rbp
	retq
.Lfunc_end2:
	.size	main, .Lfunc_end2-main
                                        # -- End function
	.type	.L.str,@object                  # @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"%g %g %g\n"
	.size	.L.str, 10

	.type	.L.str.1,@object                # @.str.1
.L.str.1:
	.asciz	"%g %g %g %g\n"
	.size	.L.str.1, 13

	.section	".note.GNU-stack","",@progbits

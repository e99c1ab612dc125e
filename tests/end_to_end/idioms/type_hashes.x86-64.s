	.text
	.globl	index_of                        # -- Begin function index_of
	.p2align	4, 0x90
	.type	index_of,@function
	.long	3238382334                      # 0xc105cafe
	.long	1225856718                      # 0x491116ce
index_of:                               # @index_of
# %bb.0:
	testl	%esi, %esi
	setg	%al
	jle	.LBB0_1
# %bb.2:
	testq	%rdi, %rdi
	je	.LBB0_13
# %bb.3:
	movl	%esi, %esi
	movq	%rdi, %r8
	notq	%r8
	xorl	%ecx, %ecx
	.p2align	4, 0x90
.LBB0_4:                                # =>This Inner Loop Header: Depth=1
	leaq	(,%rcx,4), %r9
	cmpq	%r8, %r9
	ja	.LBB0_13
# %bb.5:                                #   in Loop: Header=BB0_4 Depth=1
	testb	$3, %dil
	jne	.LBB0_14
# %bb.6:                                #   in Loop: Header=BB0_4 Depth=1
	cmpl	%edx, (%rdi,%rcx,4)
	je	.LBB0_7
# %bb.10:                               #   in Loop: Header=BB0_4 Depth=1
	incq	%rcx
	cmpq	%rsi, %rcx
	setb	%al
	jne	.LBB0_4
	jmp	.LBB0_11
.LBB0_1:
                                        # implicit-def: $edx
	jmp	.LBB0_11
.LBB0_7:
	cmpl	$1073741824, %edx               # imm = 0x40000000
	jae	.LBB0_15
# %bb.8:
	addl	%edx, %edx
	addl	%ecx, %edx
	jo	.LBB0_9
.LBB0_11:
	testb	$1, %al
	je	.LBB0_16
# %bb.12:
	movl	%edx, %eax
	retq
.LBB0_13:
	ud1l	19(%eax), %eax
.LBB0_14:
	ud1l	22(%eax), %eax
.LBB0_16:
	pushq	%rax
	callq	abort@PLT
	ud1l	1(%eax), %eax
.LBB0_15:
	ud1l	20(%eax), %eax
.LBB0_9:
	ud1l	(%eax), %eax
.Lfunc_end0:
	.size	index_of, .Lfunc_end0-index_of
                                        # -- End function
	.globl	scaled                          # -- Begin function scaled
	.p2align	4, 0x90
	.type	scaled,@function
	.long	3238382334                      # 0xc105cafe
	.long	3648132210                      # 0xd9721472
scaled:                                 # @scaled
# %bb.0:
	movl	%edi, %eax
	imull	%esi, %eax
	jo	.LBB1_4
# %bb.1:
	andl	$7, %esi
	movl	%esi, %ecx
	notb	%cl
	movl	%edi, %edx
	shrl	%cl, %edx
	testl	%edx, %edx
	jne	.LBB1_5
# %bb.2:
	movl	%esi, %ecx
	shll	%cl, %edi
	addl	%edi, %eax
	jo	.LBB1_6
# %bb.3:
	retq
.LBB1_4:
	ud1l	12(%eax), %eax
.LBB1_5:
	ud1l	20(%eax), %eax
.LBB1_6:
	ud1l	(%eax), %eax
.Lfunc_end1:
	.size	scaled, .Lfunc_end1-scaled
                                        # -- End function
	.globl	main                            # -- Begin function main
	.p2align	4, 0x90
	.type	main,@function
	.long	3238382334                      # 0xc105cafe
	.long	901845932                       # 0x35c113ac
main:                                   # @main
# %bb.0:
	pushq	%rbp
	pushq	%rbx
	subq	$24, %rsp
	movaps	.L__const.main.v(%rip), %xmm0
	movaps	%xmm0, (%rsp)
	movq	%rsp, %rdi
	movl	$4, %esi
	movl	$4, %edx
	callq	index_of
	movl	%eax, %ebx
	movl	$5, %edi
	movl	$6, %esi
	callq	scaled
	movl	%eax, %ebp
	movq	chosen(%rip), %rax
	cmpl	$-1056584962, -8(%rax)          # imm = 0xC105CAFE
	jne	.LBB2_3
# %bb.1:
	cmpl	$-646835086, -4(%rax)           # imm = 0xD9721472
	jne	.LBB2_2
.LBB2_3:
	movl	$2, %edi
	movl	$3, %esi
	callq	*%rax
	leaq	.L.str(%rip), %rdi
	movl	%ebx, %esi
	movl	%ebp, %edx
	movl	%eax, %ecx
	xorl	%eax, %eax
	callq	printf@PLT
	xorl	%eax, %eax
	addq	$24, %rsp
	popq	%rbx
	popq	%rbp
	retq
.LBB2_2:
	ud1l	6(%eax), %eax
.Lfunc_end2:
	.size	main, .Lfunc_end2-main
                                        # -- End function
	.type	chosen,@object                  # @chosen
	.data
	.globl	chosen
	.p2align	3, 0x0
chosen:
	.quad	scaled
	.size	chosen, 8

	.type	.L__const.main.v,@object        # @__const.main.v
	.section	.rodata.cst16,"aM",@progbits,16
	.p2align	4, 0x0
.L__const.main.v:
	.long	3                               # 0x3
	.long	1                               # 0x1
	.long	4                               # 0x4
	.long	1                               # 0x1
	.size	.L__const.main.v, 16

	.type	.L.str,@object                  # @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"%d %d %d\n"
	.size	.L.str, 10

	.section	".note.GNU-stack","",@progbits

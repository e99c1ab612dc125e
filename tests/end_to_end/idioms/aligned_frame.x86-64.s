	.text
	.globl	misaligned                      # -- Begin function misaligned
	.p2align	4, 0x90
	.type	misaligned,@function
misaligned:                             # @misaligned
# %bb.0:
	movq	%rdi, %rax
	#APP
	#NO_APP
	movl	%esi, %ecx
	xorl	%edx, %edx
	divq	%rcx
	xorl	%eax, %eax
	testq	%rdx, %rdx
	setne	%al
	retq
.Lfunc_end0:
	.size	misaligned, .Lfunc_end0-misaligned
                                        # -- End function
	.globl	main                            # -- Begin function main
	.p2align	4, 0x90
	.type	main,@function
main:                                   # @main
# %bb.0:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	andq	$-512, %rsp                     # imm = 0xFE00
	subq	$512, %rsp                      # imm = 0x200
	movaps	.L__const.main.a(%rip), %xmm0
	movaps	%xmm0, 384(%rsp)
	movl	$0, 400(%rsp)
	movb	$0, 2(%rsp)
	movw	$7, (%rsp)
	leaq	384(%rsp), %rdi
	movl	$128, %esi
	callq	misaligned
	movl	%eax, %ebx
	movq	%rsp, %rdi
	movl	$512, %esi                      # imm = 0x200
	callq	misaligned
	movl	388(%rsp), %ecx
	movsbl	(%rsp), %r8d
	leaq	.L.str(%rip), %rdi
	movl	%ebx, %esi
	movl	%eax, %edx
	xorl	%eax, %eax
	callq	printf@PLT
	xorl	%eax, %eax
	leaq	-8(%rbp), %rsp
	popq	%rbx
	popq	%rbp
	retq
.Lfunc_end1:
	.size	main, .Lfunc_end1-main
                                        # -- End function
	.type	.L__const.main.a,@object        # @__const.main.a
	.section	.rodata,"a",@progbits
	.p2align	7, 0x0
.L__const.main.a:
	.long	1                               # 0x1
	.long	2                               # 0x2
	.long	0                               # 0x0
	.long	0                               # 0x0
	.long	0                               # 0x0
	.size	.L__const.main.a, 20

	.type	.L__const.main.b,@object        # @__const.main.b
	.p2align	9, 0x0
.L__const.main.b:
	.asciz	"\007\000"
	.size	.L__const.main.b, 3

	.type	.L.str,@object                  # @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"%d %d %d %d\n"
	.size	.L.str, 13

	.section	".note.GNU-stack","",@progbits

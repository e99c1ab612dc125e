	.text
	.p2align 4
	.globl	scale
	.type	scale, @function
scale:
	movl	(%rdi), %eax
	leal	1(%rax,%rax,2), %eax
	movl	%eax, (%rdi)
	ret
	.size	scale, .-scale
	.p2align 4
	.globl	halve
	.type	halve, @function
halve:
	movsd	.LC0(%rip), %xmm0
	mulsd	(%rsi), %xmm0
	movq	%rdi, %rax
	addsd	.LC1(%rip), %xmm0
	movsd	%xmm0, (%rsi)
	ret
	.size	halve, .-halve
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC4:
	.string	"%d %g %ld %g\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	subq	$40, %rsp
	movq	.LC2(%rip), %rax
	movsd	.LC3(%rip), %xmm0
	leaq	20(%rsp), %rdi
	movl	$4, 20(%rsp)
	movq	%rax, 24(%rsp)
	movq	scaling(%rip), %rax
	call	*%rax
	leaq	24(%rsp), %rsi
	movl	$77, %edi
	movq	halving(%rip), %rax
	movsd	%xmm0, 8(%rsp)
	call	*%rax
	movsd	24(%rsp), %xmm1
	movsd	8(%rsp), %xmm0
	leaq	.LC4(%rip), %rdi
	movl	20(%rsp), %esi
	movq	%rax, %rdx
	movl	$2, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$40, %rsp
	ret
	.size	main, .-main
	.globl	halving
	.section	.data.rel.local,"aw"
	.align 8
	.type	halving, @object
	.size	halving, 8
halving:
	.quad	halve
	.globl	scaling
	.align 8
	.type	scaling, @object
	.size	scaling, 8
scaling:
	.quad	scale
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC0:
	.long	0
	.long	1071644672
	.align 8
.LC1:
	.long	0
	.long	1072693248
	.align 8
.LC2:
	.long	0
	.long	1074003968
	.align 8
.LC3:
	.long	0
	.long	1074528256
	.section	.note.GNU-stack,"",@progbits

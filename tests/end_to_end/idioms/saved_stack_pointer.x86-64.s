	.text
	.p2align 4
	.type	sum, @function
sum:
	testl	%esi, %esi
	jle	.L4
	movl	%esi, %esi
	xorl	%eax, %eax
	leaq	(%rdi,%rsi,4), %rdx
	.p2align 4,,10
	.p2align 3
.L3:
	addq	$4, %rdi
	leal	(%rax,%rax,2), %eax
	addl	-4(%rdi), %eax
	cmpq	%rdx, %rdi
	jne	.L3
	ret
	.p2align 4,,10
	.p2align 3
.L4:
	xorl	%eax, %eax
	ret
	.size	sum, .-sum
	.p2align 4
	.type	mixed, @function
mixed:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%r15
	movq	%r9, %r15
	pushq	%r14
	movq	%rcx, %r14
	pushq	%r13
	movq	%rdx, %r13
	pushq	%r12
	movq	%rsi, %r12
	movl	$16, %esi
	pushq	%rbx
	movq	%r8, %rbx
	andq	$-32, %rsp
	subq	$64, %rsp
	addl	16(%rbp), %edi
	vpbroadcastd	24(%rbp), %ymm0
	vpmulld	.LC0(%rip), %ymm0, %ymm2
	vpmulld	.LC1(%rip), %ymm0, %ymm0
	vmovd	%edi, %xmm1
	movq	%rsp, %rdi
	vpbroadcastd	%xmm1, %ymm1
	vpaddd	%ymm1, %ymm2, %ymm2
	vpaddd	%ymm1, %ymm0, %ymm0
	vmovdqa	%ymm2, (%rsp)
	vmovdqa	%ymm0, 32(%rsp)
	vzeroupper
	call	sum
	leaq	-40(%rbp), %rsp
	movl	%eax, %edx
	leal	(%rbx,%r15), %eax
	popq	%rbx
	addl	%r14d, %eax
	addl	%r13d, %eax
	addl	%r12d, %eax
	popq	%r12
	popq	%r13
	addl	%edx, %eax
	popq	%r14
	popq	%r15
	popq	%rbp
	ret
	.size	mixed, .-mixed
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC2:
	.string	"%d\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	leaq	8(%rsp), %r10
	andq	$-32, %rsp
	vmovd	%edi, %xmm0
	movl	$16, %esi
	pushq	-8(%r10)
	vpbroadcastd	%xmm0, %ymm0
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%r12
	leaq	.LC2(%rip), %r12
	pushq	%r10
	pushq	%rbx
	movl	%edi, %ebx
	leaq	-112(%rbp), %rdi
	subq	$88, %rsp
	vpmulld	.LC0(%rip), %ymm0, %ymm1
	vmovdqa	%ymm1, -112(%rbp)
	vpmulld	.LC1(%rip), %ymm0, %ymm0
	vmovdqa	%ymm0, -80(%rbp)
	vzeroupper
	call	sum
	addl	$3, %ebx
	movq	%r12, %rdi
	movl	%eax, %esi
	xorl	%eax, %eax
	call	printf@PLT
	pushq	%rbx
	movl	$3, %edx
	movl	$4, %ecx
	pushq	$7
	movl	$6, %r9d
	movl	$5, %r8d
	movl	$2, %esi
	movl	$1, %edi
	call	mixed
	movq	%r12, %rdi
	movl	%eax, %esi
	xorl	%eax, %eax
	call	printf@PLT
	popq	%rax
	popq	%rdx
	leaq	-24(%rbp), %rsp
	popq	%rbx
	popq	%r10
	xorl	%eax, %eax
	popq	%r12
	popq	%rbp
	leaq	-8(%r10), %rsp
	ret
	.size	main, .-main
	.section	.rodata.cst32,"aM",@progbits,32
	.align 32
.LC0:
	.long	0
	.long	1
	.long	2
	.long	3
	.long	4
	.long	5
	.long	6
	.long	7
	.align 32
.LC1:
	.long	8
	.long	9
	.long	10
	.long	11
	.long	12
	.long	13
	.long	14
	.long	15
	.section	.note.GNU-stack,"",@progbits

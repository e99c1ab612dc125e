# A call by pointer whose argument on the stack was copied through xmm7: a register with something in it that is no
# argument, since the ones before it hold none.
	.text
	.globl	weigh
	.type	weigh, @function
weigh:
	movq	8(%rsp), %rax
	imulq	%rdi, %rax
	addq	16(%rsp), %rax
	addq	24(%rsp), %rax
	addq	32(%rsp), %rax
	ret
	.size	weigh, .-weigh

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	subq	$64, %rsp
	movq	$3, 32(%rsp)
	movq	$5, 40(%rsp)
	movq	$7, 48(%rsp)
	movq	$9, 56(%rsp)
	xorl	%ebx, %ebx
.Lnext:
	movdqa	32(%rsp), %xmm0
	movdqa	48(%rsp), %xmm7
	movups	%xmm0, (%rsp)
	movups	%xmm7, 16(%rsp)
	leal	1(%rbx), %edi
	movl	%ebx, %eax
	andl	$1, %eax
	leaq	weighers(%rip), %rdx
	call	*(%rdx,%rax,8)
	movq	%rax, %rsi
	leaq	text(%rip), %rdi
	xorl	%eax, %eax
	call	printf
	incl	%ebx
	cmpl	$5, %ebx
	jne	.Lnext
	xorl	%eax, %eax
	addq	$64, %rsp
	popq	%rbx
	ret
	.size	main, .-main

	.globl	weigh_less
	.type	weigh_less, @function
weigh_less:
	movq	8(%rsp), %rax
	subq	%rdi, %rax
	imulq	32(%rsp), %rax
	ret
	.size	weigh_less, .-weigh_less

	.section	.rodata
text:
	.string	"%ld\n"
	.section	.data.rel.ro,"aw"
	.align 8
weighers:
	.quad	weigh
	.quad	weigh_less
	.section	.note.GNU-stack,"",@progbits

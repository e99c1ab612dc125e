	.file	"pair_passed_on.c"
	.text
	.local	calls
	.comm	calls,4,4
	.p2align 4
	.type	doubled, @function
doubled:
	movq	%rdi, %rax
	leaq	(%rdi,%rdi), %rdx
	ret
	.size	doubled, .-doubled
	.p2align 4
	.type	squared, @function
squared:
	movq	%rdi, %rdx
	leaq	1(%rdi), %rax
	imulq	%rdi, %rdx
	ret
	.size	squared, .-squared
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%ld %d\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	pushq	%r12
	leaq	squared(%rip), %rax
	leaq	doubled(%rip), %rsi
	pushq	%rbp
	movq	%rsi, %xmm0
	movq	%rax, %xmm1
	movl	$3, %ebp
	pushq	%rbx
	punpcklqdq	%xmm1, %xmm0
	xorl	%ebx, %ebx
	leal	-3(%rdi), %r12d
	subq	$16, %rsp
	movaps	%xmm0, (%rsp)
	.p2align 4,,10
	.p2align 3
.L5:
	leal	(%r12,%rbp), %eax
	movq	%rbp, %rsi
	addq	$1, %rbp
	andl	$1, %eax
	movq	(%rsp,%rax,8), %rdi
	call	forward
	leaq	(%rbx,%rbx,4), %rcx
	leaq	(%rdx,%rcx,2), %rbx
	subq	%rax, %rbx
	cmpq	$9, %rbp
	jne	.L5
	movl	calls(%rip), %edx
	movq	%rbx, %rsi
	leaq	.LC0(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	addq	$16, %rsp
	xorl	%eax, %eax
	popq	%rbx
	popq	%rbp
	popq	%r12
	ret
	.size	main, .-main
	.text
	.p2align 4
	.type	forward, @function
forward:
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	addl	$1, calls(%rip)
	addq	$8, %rsp
	ret
	.size	forward, .-forward
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

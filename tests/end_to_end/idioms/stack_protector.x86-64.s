# Stack protectors in every function (gcc 12, -O1 -fstack-protector-all).
	.file	"sp.c"
	.text
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"a1b22c333"
.LC1:
	.string	"%d %s %s\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbp
	pushq	%rbx
	subq	$104, %rsp
	movq	%fs:40, %rax
	movq	%rax, 88(%rsp)
	xorl	%eax, %eax
	movq	$6581861, 8(%rsp)
	leaq	.LC0(%rip), %rdx
	movl	$0, %ebx
	movl	$97, %eax
	jmp	.L3
.L2:
	addq	$1, %rdx
	movzbl	(%rdx), %eax
	testb	%al, %al
	je	.L6
	cmpl	$22, %ebx
	jg	.L6
.L3:
	leal	-48(%rax), %ecx
	cmpb	$9, %cl
	ja	.L2
	movslq	%ebx, %rcx
	movb	%al, 16(%rsp,%rcx)
	leal	1(%rbx), %ebx
	jmp	.L2
.L6:
	movslq	%ebx, %rax
	movb	$0, 16(%rsp,%rax)
	leaq	16(%rsp), %rsi
	leaq	48(%rsp), %rbp
	movq	%rbp, %rdi
	call	strcpy@PLT
	leaq	8(%rsp), %rcx
	movq	%rbp, %rdx
	movl	%ebx, %esi
	leaq	.LC1(%rip), %rdi
	movl	$0, %eax
	call	printf@PLT
	movq	88(%rsp), %rax
	subq	%fs:40, %rax
	jne	.L9
	movl	$0, %eax
	addq	$104, %rsp
	popq	%rbx
	popq	%rbp
	ret
.L9:
	call	__stack_chk_fail@PLT
	.size	main, .-main
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

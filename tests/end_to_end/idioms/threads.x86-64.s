# pthread_attr_t differs between the instruction sets, but no attributes are passed (gcc 12, -O1).
	.file	"th.c"
	.text
	.type	add, @function
add:
	imulq	$1000, %rdi, %rax
	testq	%rdi, %rdi
	js	.L2
	leaq	sums(%rip), %rdx
	movq	(%rdx,%rdi,8), %rcx
	movl	$0, %edx
.L3:
	addq	%rdx, %rcx
	addq	$1, %rdx
	cmpq	%rax, %rdx
	jle	.L3
	leaq	sums(%rip), %rax
	movq	%rcx, (%rax,%rdi,8)
.L2:
	leaq	5(%rdi), %rax
	ret
	.size	add, .-add
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%ld %ld\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbp
	pushq	%rbx
	subq	$48, %rsp
	leaq	16(%rsp), %rbx
	movq	%rbx, %r13
	movl	$0, %r12d
	leaq	add(%rip), %r14
.L7:
	movq	%r12, %rcx
	movq	%r14, %rdx
	movl	$0, %esi
	movq	%r13, %rdi
	call	pthread_create@PLT
	movl	%eax, %ebp
	testl	%eax, %eax
	jne	.L9
	addq	$1, %r12
	addq	$8, %r13
	cmpq	$4, %r12
	jne	.L7
	leaq	32(%rbx), %r14
	movl	$0, %r12d
	leaq	8(%rsp), %r13
.L8:
	movq	(%rbx), %rdi
	movq	%r13, %rsi
	call	pthread_join@PLT
	movq	%r12, %rsi
	addq	8(%rsp), %rsi
	movq	%rsi, %r12
	addq	$8, %rbx
	cmpq	%r14, %rbx
	jne	.L8
	movq	8+sums(%rip), %rdx
	addq	sums(%rip), %rdx
	addq	16+sums(%rip), %rdx
	addq	24+sums(%rip), %rdx
	leaq	.LC0(%rip), %rdi
	movl	$0, %eax
	call	printf@PLT
.L5:
	movl	%ebp, %eax
	addq	$48, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	ret
.L9:
	movl	$1, %ebp
	jmp	.L5
	.size	main, .-main
	.local	sums
	.comm	sums,32,32
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

# Helpers that answer in the carry flag, in a third register and in one that calls keep; and one that gcc's -fipa-ra makes.
	.text
	.type	tests_bit, @function
tests_bit:
	btq	$2, %rdi
	ret
	.size	tests_bit, .-tests_bit

	.type	gives_rcx, @function
gives_rcx:
	leaq	1(%rdi), %rcx
	ret
	.size	gives_rcx, .-gives_rcx

	.type	gives_rbx, @function
gives_rbx:
	leaq	2(%rdi), %rbx
	ret
	.size	gives_rbx, .-gives_rbx

	.type	takes_xmm9, @function
takes_xmm9:
	cvttsd2si	%xmm9, %rax
	ret
	.size	takes_xmm9, .-takes_xmm9

	.type	keeps_rsi, @function
keeps_rsi:
	leaq	3(%rdi), %rax
	ret
	.size	keeps_rsi, .-keeps_rsi

	.type	reads_carry, @function
reads_carry:
	call	tests_bit
	sbbq	%rax, %rax
	ret
	.size	reads_carry, .-reads_carry

	.type	reads_rcx, @function
reads_rcx:
	call	gives_rcx
	leaq	(%rcx,%rcx), %rax
	ret
	.size	reads_rcx, .-reads_rcx

	.type	reads_rbx, @function
reads_rbx:
	pushq	%rbx
	call	gives_rbx
	leaq	1(%rbx), %rax
	popq	%rbx
	ret
	.size	reads_rbx, .-reads_rbx

	.type	passes_xmm9, @function
passes_xmm9:
	cvtsi2sdq	%rdi, %xmm9
	call	takes_xmm9
	ret
	.size	passes_xmm9, .-passes_xmm9

	.type	reads_rsi, @function
reads_rsi:
	movl	$5, %esi
	call	keeps_rsi
	addq	%rsi, %rax
	ret
	.size	reads_rsi, .-reads_rsi

	.type	hands_on_rcx, @function
hands_on_rcx:
	call	gives_rcx
	movq	%rcx, %rdi
	call	keeps_rsi
	ret
	.size	hands_on_rcx, .-hands_on_rcx

	.type	returns_rcx, @function
returns_rcx:
	call	gives_rcx
	movq	%rcx, %rax
	ret
	.size	returns_rcx, .-returns_rcx

	.type	forgets_r12, @function
forgets_r12:
	pushq	%r12
	leaq	8(%rdi), %r12
	movq	%r12, %rax
	addq	$8, %rsp
	ret
	.size	forgets_r12, .-forgets_r12

	.type	finds_caller, @function
finds_caller:
	xorl	%eax, %eax
	cmpq	$0, (%rsp)
	setne	%al
	ret
	.size	finds_caller, .-finds_caller

	.macro	show function
	movl	$12, %edi
	call	\function
	movq	%rax, %rsi
	leaq	format(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	.endm

	.globl	main
	.type	main, @function
main:
	subq	$8, %rsp
	show	reads_carry
	show	reads_rcx
	show	reads_rbx
	show	passes_xmm9
	show	reads_rsi
	show	hands_on_rcx
	show	returns_rcx
	show	forgets_r12
	show	finds_caller
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
	.size	main, .-main

	.section	.rodata
format:
	.string	"%ld\n"
	.section	.note.GNU-stack,"",@progbits

	.text
	.p2align 4
	.globl	add_one
	.type	add_one, @function
add_one:
	movq	(%rdi), %rax
	leaq	-1(%rax), %rdx
	movq	%rdx, (%rdi)
	testq	%rax, %rax
	jle	.L1
	addq	$1, 8(%rdi)
	jmp	*steps(%rip)
	.p2align 4,,10
	.p2align 3
.L1:
	ret
	.size	add_one, .-add_one
	.p2align 4
	.globl	add_two
	.type	add_two, @function
add_two:
	movq	(%rdi), %rax
	leaq	-1(%rax), %rdx
	movq	%rdx, (%rdi)
	testq	%rax, %rax
	jle	.L4
	addq	$2, 8(%rdi)
	jmp	*8+steps(%rip)
	.p2align 4,,10
	.p2align 3
.L4:
	ret
	.size	add_two, .-add_two
	.p2align 4
	.globl	is_odd
	.type	is_odd, @function
is_odd:
	testl	%edi, %edi
	jne	.L8
	xorl	%eax, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L8:
	subl	$1, %edi
	jmp	is_even
	.size	is_odd, .-is_odd
	.p2align 4
	.globl	is_even
	.type	is_even, @function
is_even:
	testl	%edi, %edi
	jne	.L11
	movl	$1, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L11:
	subl	$1, %edi
	jmp	is_odd
	.size	is_even, .-is_even
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC1:
	.string	"%ld %d\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	subq	$24, %rsp
	movdqa	.LC0(%rip), %xmm0
	movq	%rsp, %rdi
	movaps	%xmm0, (%rsp)
	call	add_one
	movl	$1000001, %edi
	call	is_even
	movq	8(%rsp), %rsi
	leaq	.LC1(%rip), %rdi
	movl	%eax, %edx
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$24, %rsp
	ret
	.size	main, .-main
	.globl	steps
	.section	.data.rel.local,"aw"
	.align 16
	.type	steps, @object
	.size	steps, 16
steps:
	.quad	add_two
	.quad	add_one
	.section	.rodata.cst16,"aM",@progbits,16
	.align 16
.LC0:
	.quad	1000001
	.quad	0
	.section	.note.GNU-stack,"",@progbits

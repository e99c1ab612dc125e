# A structure by value on the stack, indexed by a variable from the frame pointer, next to an array of the callee's own.
	.text
	.type	weigh, @function
weigh:
	pushq	%rbp
	movq	%rsp, %rbp
	pxor	%xmm0, %xmm0
	movups	%xmm0, -32(%rbp)
	movups	%xmm0, -16(%rbp)
	xorl	%eax, %eax
.Lcopy:
	movl	16(%rbp,%rax,4), %edx
	imull	%edi, %edx
	movl	%edx, -32(%rbp,%rax,4)
	addq	$1, %rax
	cmpq	$8, %rax
	jne	.Lcopy
	xorl	%ecx, %ecx
	movl	$1, %eax
.Lsum:
	movl	-36(%rbp,%rax,4), %edx
	imull	%eax, %edx
	addl	12(%rbp,%rax,4), %edx
	addl	%edx, %ecx
	addq	$1, %rax
	cmpq	$9, %rax
	jne	.Lsum
	movl	%ecx, %eax
	popq	%rbp
	ret
	.size	weigh, .-weigh

	.globl	main
	.type	main, @function
main:
	subq	$40, %rsp
	xorl	%eax, %eax
.Lfill:
	leal	3(%rax,%rax), %edx
	movl	%edx, (%rsp,%rax,4)
	addq	$1, %rax
	cmpq	$8, %rax
	jne	.Lfill
	movl	$7, %edi
	call	weigh
	movl	%eax, %esi
	leaq	.Lformat(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$40, %rsp
	ret
	.size	main, .-main
	.section	.rodata
.Lformat:
	.string	"%d\n"
	.section	.note.GNU-stack,"",@progbits

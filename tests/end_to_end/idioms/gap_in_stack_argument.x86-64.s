# A structure by value on the stack of which the caller writes only the first and the sixth member; the callee finds
# them by an index. The caller has an array above it, and a register saved above that.
	.text
	.type	pick, @function
pick:
	leaq	8(%rsp), %rdx
	movq	(%rdx,%rdi,8), %rax
	ret
	.size	pick, .-pick

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	subq	$96, %rsp
	movq	$1, 64(%rsp)
	movq	$2, 72(%rsp)
	movq	$111, (%rsp)
	movq	$666, 40(%rsp)
	xorl	%edi, %edi
	call	pick
	movq	%rax, %rbx
	movl	$5, %edi
	call	pick
	leaq	(%rax,%rbx), %rsi
	movq	72(%rsp), %rdx
	leaq	.Lformat(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$96, %rsp
	popq	%rbx
	ret
	.size	main, .-main
	.section	.rodata
.Lformat:
	.string	"%ld %ld\n"
	.section	.note.GNU-stack,"",@progbits

# Eight bytes compared and exchanged, with success and with failure. Only the failure clears the upper halves of rax and rdx.
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	movabsq	$0x1122334455667788, %rax
	movabsq	$0x99aabbccddeeff00, %rdx
	movabsq	$0x0102030405060708, %rbx
	movabsq	$0x1112131415161718, %rcx
	lock cmpxchg8b	cell(%rip)
	setz	%r8b
	movzbl	%r8b, %r8d
	movq	%rax, %rsi
	leaq	format(%rip), %rdi
	movq	cell(%rip), %rcx
	xorl	%eax, %eax
	call	printf@PLT
	movabsq	$0x1122334455667788, %rax
	movabsq	$0x99aabbccddeeff00, %rdx
	movabsq	$0x2122232425262728, %rbx
	movabsq	$0x3132333435363738, %rcx
	cmpxchg8b	cell(%rip)
	setz	%r8b
	movzbl	%r8b, %r8d
	movq	%rax, %rsi
	leaq	format(%rip), %rdi
	movq	cell(%rip), %rcx
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	popq	%rbx
	ret
	.size	main, .-main
	.data
	.p2align	3
cell:	.quad	0xddeeff0055667788
	.section	.rodata
format:	.asciz	"%lx %lx %lx %d\n"
	.section	.note.GNU-stack,"",@progbits

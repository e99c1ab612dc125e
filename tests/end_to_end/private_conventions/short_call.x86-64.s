# Intel's processors ignore the prefix before a near call, AMD's make it a call within 64 KiB; with rex64 it is padding.
	.text
	.type	seven, @function
seven:
	movl	$7, %eax
	ret
	.size	seven, .-seven

	.type	padded, @function
padded:
	subq	$8, %rsp
	data16
	rex64
	call	seven
	addq	$8, %rsp
	ret
	.size	padded, .-padded

	.type	short, @function
short:
	subq	$8, %rsp
	data16 call	seven
	addq	$8, %rsp
	ret
	.size	short, .-short

	.type	bytes, @function
bytes:
	subq	$8, %rsp
	.byte	0x66
	call	seven
	addq	$8, %rsp
	ret
	.size	bytes, .-bytes

	.globl	main
	.type	main, @function
main:
	subq	$8, %rsp
	call	padded
	movl	%eax, %esi
	leaq	format(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$8, %rsp
	ret
	.size	main, .-main

	.section	.rodata
format:
	.string	"%d\n"
	.section	.note.GNU-stack,"",@progbits

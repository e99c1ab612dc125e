# Hand-written code: functions that are labels and nothing else. One is called, one stands in a table that other files
# may read, the address of one is handed to the C library.
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	movl	$5, %edi
	call	twice
	movl	%eax, %ebx
	movl	$7, %edi
	call	*table(%rip)
	addl	%eax, %ebx
	leaq	numbers(%rip), %rdi
	movl	$3, %esi
	movl	$4, %edx
	leaq	order(%rip), %rcx
	call	qsort@PLT
	movl	numbers(%rip), %esi
	addl	%ebx, %esi
	leaq	format(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	popq	%rbx
	ret
	.size	main, .-main
twice:
	leal	(%rdi,%rdi), %eax
	ret
square:
	movl	%edi, %eax
	imull	%edi, %eax
	ret
order:
	movl	(%rdi), %eax
	subl	(%rsi), %eax
	ret
	.data
	.globl	table
table:	.quad	square
	.p2align	2
numbers:
	.long	900, 300, 600
	.section	.rodata
format:	.asciz	"%d\n"
	.section	.note.GNU-stack,"",@progbits

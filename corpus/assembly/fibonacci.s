# A whole program: recursion, a table of strings, and a call to the C library with a format string. AT&T syntax.
	.section	.rodata.str1.1,"aMS",@progbits,1
.Lformat:
	.string	"fibonacci(%d) = %ld, %s\n"
.Leven:
	.string	"even"
.Lodd:
	.string	"odd"
	.section	.data.rel.ro.local,"aw"
	.align	8
parity_names:
	.quad	.Leven
	.quad	.Lodd

	.text
	.globl	fibonacci
	.type	fibonacci, @function
fibonacci:                              # edi -> rax, by the definition
	movslq	%edi, %rax
	cmpl	$2, %edi
	jl	.Lsmall
	pushq	%rbp
	pushq	%rbx
	subq	$8, %rsp
	movl	%edi, %ebx
	leal	-1(%rdi), %edi
	call	fibonacci
	movq	%rax, %rbp
	leal	-2(%rbx), %edi
	call	fibonacci
	addq	%rbp, %rax
	addq	$8, %rsp
	popq	%rbx
	popq	%rbp
.Lsmall:
	ret
	.size	fibonacci, .-fibonacci

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	movl	$1, %ebx
.Lprint:
	movl	%ebx, %edi
	call	fibonacci
	movq	%rax, %rdx
	andl	$1, %eax
	leaq	parity_names(%rip), %rcx
	movq	(%rcx,%rax,8), %rcx
	movl	%ebx, %esi
	leaq	.Lformat(%rip), %rdi
	xorl	%eax, %eax              # no floating-point arguments
	call	printf@PLT
	addl	$4, %ebx
	cmpl	$21, %ebx
	jle	.Lprint
	xorl	%eax, %eax
	popq	%rbx
	ret
	.size	main, .-main
	.section	.note.GNU-stack,"",@progbits

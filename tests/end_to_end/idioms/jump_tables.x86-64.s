# Two tables of distances, of which an object keeps no labels; functions by pointer that an object names by section and
# offset; a call that does not return at the end of a function, with padding behind it.
	.text
	.type	fail, @function
fail:
	subq	$8, %rsp
	movl	$3, %edi
	call	exit@PLT
	.p2align 4
	.size	fail, .-fail

	.type	first, @function
first:
	cmpl	$3, %edi
	ja	.Lfirst_other
	leaq	.Lfirst_table(%rip), %rdx
	movl	%edi, %edi
	movslq	(%rdx,%rdi,4), %rax
	addq	%rdx, %rax
	jmp	*%rax
.Lfirst_0:
	movl	$100, %eax
	ret
.Lfirst_1:
	movl	$111, %eax
	ret
.Lfirst_3:
	movl	$133, %eax
	ret
.Lfirst_other:
	movl	$-1, %eax
	ret
	.size	first, .-first

	.type	second, @function
second:
	subl	$5, %edi
	cmpl	$2, %edi
	ja	.Lsecond_other
	leaq	.Lsecond_table(%rip), %rdx
	movl	%edi, %edi
	movslq	(%rdx,%rdi,4), %rax
	addq	%rdx, %rax
	jmp	*%rax
.Lsecond_5:
	movl	$205, %eax
	ret
.Lsecond_6:
	movl	$206, %eax
	ret
.Lsecond_7:
	subq	$8, %rsp
	call	fail
	.p2align 4
.Lsecond_other:
	xorl	%eax, %eax
	ret
	.size	second, .-second

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	pushq	%rbp
	subq	$8, %rsp
	xorl	%ebx, %ebx
.Lnext:
	movl	%ebx, %eax
	shrl	$2, %eax
	leaq	functions(%rip), %rdx
	movl	%ebx, %edi
	call	*(%rdx,%rax,8)
	movl	%eax, %edx
	movl	%ebx, %esi
	leaq	.Lformat(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	addl	$1, %ebx
	cmpl	$7, %ebx
	jne	.Lnext
	xorl	%eax, %eax
	addq	$8, %rsp
	popq	%rbp
	popq	%rbx
	ret
	.size	main, .-main

	.section	.rodata
	.p2align	2
.Lfirst_table:
	.long	.Lfirst_0-.Lfirst_table
	.long	.Lfirst_1-.Lfirst_table
	.long	.Lfirst_other-.Lfirst_table
	.long	.Lfirst_3-.Lfirst_table
.Lsecond_table:
	.long	.Lsecond_5-.Lsecond_table
	.long	.Lsecond_6-.Lsecond_table
	.long	.Lsecond_7-.Lsecond_table
.Lformat:
	.string	"%d: %d\n"
	.section	.data.rel.ro.local,"aw",@progbits
	.p2align	3
functions:
	.quad	first
	.quad	second
	.section	.note.GNU-stack,"",@progbits

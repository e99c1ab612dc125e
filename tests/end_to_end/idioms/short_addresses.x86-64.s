# Addresses in 32 bits, as code has them that is not position independent (gcc 12, -O1 -fno-pie).
	.file	"npie.c"
	.text
	.type	sum, @function
sum:
	testl	%esi, %esi
	je	.L4
	movl	%esi, %eax
	leaq	(%rdi,%rax,4), %rdx
	movl	$0, %eax
.L3:
	addq	$4, %rdi
	addl	-4(%rdi), %eax
	cmpq	%rdx, %rdi
	jne	.L3
	ret
.L4:
	movl	%esi, %eax
	ret
	.size	sum, .-sum
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%d %s\n"
.LC1:
	.string	"%d %d\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbp
	pushq	%rbx
	subq	$8, %rsp
	movslq	%edi, %rbp
	movq	names(,%rbp,8), %rbx
	movl	$4, %esi
	movl	$table, %edi
	call	sum
	movl	%eax, %esi
	movq	%rbx, %rdx
	movl	$.LC0, %edi
	movl	$0, %eax
	call	printf
	leaq	0(,%rbp,4), %rbx
	movl	$9, table(,%rbp,4)
	movl	$3, %esi
	movl	$table+4, %edi
	call	sum
	movl	%eax, %esi
	leaq	4(%rbx), %rdx
	sarq	$2, %rdx
	movl	$.LC1, %edi
	movl	$0, %eax
	call	printf
	movl	$0, %eax
	addq	$8, %rsp
	popq	%rbx
	popq	%rbp
	ret
	.size	main, .-main
	.section	.rodata.str1.1
.LC2:
	.string	"zero"
.LC3:
	.string	"one"
.LC4:
	.string	"two"
	.section	.rodata
	.align 16
	.type	names, @object
	.size	names, 24
names:
	.quad	.LC2
	.quad	.LC3
	.quad	.LC4
	.data
	.align 16
	.type	table, @object
	.size	table, 16
table:
	.long	3
	.long	1
	.long	4
	.long	1
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

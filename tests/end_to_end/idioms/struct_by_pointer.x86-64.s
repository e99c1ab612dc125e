# Structures in two registers, returned by functions that are called by pointer (gcc 12, -O1).
	.file	"fp2.c"
	.text
	.type	first, @function
first:
	leaq	1(%rdi), %rax
	leaq	(%rdi,%rdi), %rdx
	ret
	.size	first, .-first
	.type	second, @function
second:
	leaq	-1(%rdi), %rax
	leaq	(%rdi,%rdi,2), %rdx
	ret
	.size	second, .-second
	.type	near, @function
near:
	movapd	%xmm0, %xmm1
	addsd	.LC0(%rip), %xmm0
	addsd	%xmm1, %xmm1
	ret
	.size	near, .-near
	.globl	far
	.type	far, @function
far:
	movapd	%xmm0, %xmm1
	subsd	.LC0(%rip), %xmm0
	mulsd	.LC1(%rip), %xmm1
	ret
	.size	far, .-far
	.type	forwarded, @function
forwarded:
	subq	$8, %rsp
	movslq	%edi, %rax
	movq	%rsi, %rdi
	leaq	pairs(%rip), %rdx
	call	*(%rdx,%rax,8)
	addq	$8, %rsp
	ret
	.size	forwarded, .-forwarded
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC3:
	.string	"%ld %ld %g %g\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbp
	pushq	%rbx
	subq	$24, %rsp
	movl	%edi, %r13d
	leal	(%rdi,%rdi,4), %r12d
	addl	%r12d, %r12d
	movslq	%r12d, %r12
	movl	$0, %ebx
	leaq	points(%rip), %r15
	leaq	.LC3(%rip), %r14
.L8:
	movq	%r12, %rsi
	movl	%ebx, %edi
	call	forwarded
	movq	%rax, 8(%rsp)
	movq	%rdx, %rbp
	pxor	%xmm0, %xmm0
	cvtsi2sdl	%r13d, %xmm0
	mulsd	.LC2(%rip), %xmm0
	call	*(%r15,%rbx,8)
	movq	%rbp, %rdx
	movq	8(%rsp), %rsi
	movq	%r14, %rdi
	movl	$2, %eax
	call	printf@PLT
	addq	$1, %rbx
	cmpq	$2, %rbx
	jne	.L8
	movl	$0, %eax
	addq	$24, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	ret
	.size	main, .-main
	.globl	points
	.section	.data.rel.local,"aw"
	.align 16
	.type	points, @object
	.size	points, 16
points:
	.quad	near
	.quad	far
	.globl	pairs
	.align 16
	.type	pairs, @object
	.size	pairs, 16
pairs:
	.quad	first
	.quad	second
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC0:
	.long	0
	.long	1072693248
	.align 8
.LC1:
	.long	0
	.long	1074266112
	.align 8
.LC2:
	.long	0
	.long	1073217536
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

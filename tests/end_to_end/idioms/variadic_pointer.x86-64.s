# A variadic function that is called by pointer (gcc 12, -O1); RISC-V would have to know that it is one.
	.file	"vptr.c"
	.text
	.type	scale, @function
scale:
	movapd	%xmm0, %xmm2
	pxor	%xmm0, %xmm0
	cvtsi2sdl	%edi, %xmm0
	mulsd	%xmm2, %xmm0
	cvtss2sd	%xmm1, %xmm1
	addsd	%xmm1, %xmm0
	ret
	.size	scale, .-scale
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC3:
	.string	"%d %g %d %g\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	subq	$16, %rsp
	leaq	operations(%rip), %rax
	movq	%rax, 8(%rsp)
	movq	8(%rsp), %rax
	movq	(%rax), %rbx
	movq	8(%rsp), %rax
	movss	.LC1(%rip), %xmm1
	movl	$3, %edi
	movsd	.LC0(%rip), %xmm0
	call	*8(%rax)
	movsd	.LC2(%rip), %xmm1
	movl	$2, %edx
	movl	$1, %esi
	leaq	.LC3(%rip), %rdi
	movl	$2, %eax
	call	*%rbx
	movl	$0, %eax
	addq	$16, %rsp
	popq	%rbx
	ret
	.size	main, .-main
	.globl	operations
	.section	.data.rel,"aw"
	.align 16
	.type	operations, @object
	.size	operations, 16
operations:
	.quad	printf
	.quad	scale
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC0:
	.long	0
	.long	1074003968
	.section	.rodata.cst4,"aM",@progbits,4
	.align 4
.LC1:
	.long	1048576000
	.section	.rodata.cst8
	.align 8
.LC2:
	.long	0
	.long	1071644672
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

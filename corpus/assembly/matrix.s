# 4 x 4 matrices of doubles, two lanes at a time with SSE2: product and trace. AT&T syntax.
# Prototypes: matrix.h
	.text
	.globl	matrix_multiply
	.type	matrix_multiply, @function
matrix_multiply:                        # rdi = C, rsi = A, rdx = B, all row by row; C = A * B
	movl	$4, %ecx                # rows left
.Lrow:
	xorpd	%xmm0, %xmm0            # C[i][0..1]
	xorpd	%xmm1, %xmm1            # C[i][2..3]
	movq	%rdx, %r8               # row k of B
	xorl	%eax, %eax              # k
.Lterm:
	movsd	(%rsi,%rax,8), %xmm2    # A[i][k] in both lanes
	unpcklpd	%xmm2, %xmm2
	movupd	(%r8), %xmm3
	movupd	16(%r8), %xmm4
	mulpd	%xmm2, %xmm3
	mulpd	%xmm2, %xmm4
	addpd	%xmm3, %xmm0
	addpd	%xmm4, %xmm1
	addq	$32, %r8
	incq	%rax
	cmpq	$4, %rax
	jne	.Lterm
	movupd	%xmm0, (%rdi)
	movupd	%xmm1, 16(%rdi)
	addq	$32, %rdi
	addq	$32, %rsi
	decl	%ecx
	jnz	.Lrow
	ret
	.size	matrix_multiply, .-matrix_multiply

	.globl	matrix_trace
	.type	matrix_trace, @function
matrix_trace:
	movsd	(%rdi), %xmm0
	addsd	40(%rdi), %xmm0
	addsd	80(%rdi), %xmm0
	addsd	120(%rdi), %xmm0
	ret
	.size	matrix_trace, .-matrix_trace
	.section	.note.GNU-stack,"",@progbits

# Numbers of many 64-bit words, least significant first: addition with a carry chain, product with one word. AT&T syntax.
# Prototypes: wide.h
	.text
	.globl	wide_add
	.type	wide_add, @function
wide_add:                               # rdi = sum, rsi = a, rdx = b, rcx = words (at least 1) -> carry out
	xorl	%r8d, %r8d              # index; also clears the carry
.Ladd_word:
	movq	(%rsi,%r8,8), %rax
	adcq	(%rdx,%r8,8), %rax
	movq	%rax, (%rdi,%r8,8)
	leaq	1(%r8), %r8             # lea and dec leave the carry alone
	decq	%rcx
	jnz	.Ladd_word
	setc	%al
	movzbl	%al, %eax
	ret
	.size	wide_add, .-wide_add

	.globl	wide_scale
	.type	wide_scale, @function
wide_scale:                             # rdi = product, rsi = a, rdx = factor, rcx = words -> the word carried out
	movq	%rdx, %r9
	xorl	%r8d, %r8d
	xorl	%r10d, %r10d            # carried into this word
	testq	%rcx, %rcx
	je	.Lscale_done
.Lscale_word:
	movq	(%rsi,%r8,8), %rax
	mulq	%r9
	addq	%r10, %rax
	adcq	$0, %rdx
	movq	%rax, (%rdi,%r8,8)
	movq	%rdx, %r10
	incq	%r8
	cmpq	%rcx, %r8
	jne	.Lscale_word
.Lscale_done:
	movq	%r10, %rax
	ret
	.size	wide_scale, .-wide_scale
	.section	.note.GNU-stack,"",@progbits

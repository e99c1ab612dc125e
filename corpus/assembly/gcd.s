# Euclid's algorithm, and the least common multiple by way of it. AT&T syntax.
# Prototypes: gcd.h
	.text
	.globl	gcd
	.type	gcd, @function
gcd:                                    # rdi, rsi -> rax
	movq	%rdi, %rax
.Lgcd_loop:
	testq	%rsi, %rsi
	je	.Lgcd_done
	xorl	%edx, %edx
	divq	%rsi                    # rdx = rax mod rsi
	movq	%rsi, %rax
	movq	%rdx, %rsi
	jmp	.Lgcd_loop
.Lgcd_done:
	ret
	.size	gcd, .-gcd

	.globl	lcm
	.type	lcm, @function
lcm:                                    # a / gcd(a, b) * b, and 0 when either is 0
	testq	%rdi, %rdi
	je	.Llcm_zero
	testq	%rsi, %rsi
	je	.Llcm_zero
	pushq	%rbx
	pushq	%r12
	subq	$8, %rsp                # the callee expects rsp at a multiple of 16 before its return address
	movq	%rdi, %rbx
	movq	%rsi, %r12
	call	gcd
	movq	%rax, %rcx
	movq	%rbx, %rax
	xorl	%edx, %edx
	divq	%rcx
	imulq	%r12, %rax
	addq	$8, %rsp
	popq	%r12
	popq	%rbx
	ret
.Llcm_zero:
	xorl	%eax, %eax
	ret
	.size	lcm, .-lcm
	.section	.note.GNU-stack,"",@progbits

# cvtsi2sd keeps the upper half of its register, here of what a call without a prototype left there: nobody looks at it,
# so that the call still has one result, in eax.
	.text
	.globl	scale
	.type	scale, @function
scale:
	addsd	%xmm0, %xmm0
	ret
	.size	scale, .-scale

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	subq	$16, %rsp
	movl	$-3, %ebx
.Lnext:
	cvtsi2sdl	%ebx, %xmm0
	call	scale
	cvttsd2si	%xmm0, %esi
	leaq	text(%rip), %rdi
	xorl	%eax, %eax
	call	printf
	call	__sched_yield
	addl	%eax, %ebx
	incl	%ebx
	cmpl	$40, %ebx
	jl	.Lnext
	xorl	%eax, %eax
	addq	$16, %rsp
	popq	%rbx
	ret
	.size	main, .-main

	.section	.rodata
text:
	.string	"%d\n"
	.section	.note.GNU-stack,"",@progbits

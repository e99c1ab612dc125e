	.text
	.type	on, @function
on:
	movl	%edi, got(%rip)
	movl	ticks(%rip), %eax
	addl	$1, %eax
	movl	%eax, ticks(%rip)
	ret
	.size	on, .-on
	.type	wait_for, @function
wait_for:
	movl	$0, %edx
	movl	$1, %ecx
	jmp	.L3
.L4:
	movl	%ecx, %edx
.L3:
	movl	(%rdi), %eax
	cmpl	%esi, %eax
	jl	.L4
	movl	%edx, %eax
	ret
	.size	wait_for, .-wait_for
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%d\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	subq	$32, %rsp
	leaq	on(%rip), %rsi
	movl	$14, %edi
	call	signal@PLT
	movq	$0, (%rsp)
	movq	$2000, 8(%rsp)
	movq	$0, 16(%rsp)
	movq	$2000, 24(%rsp)
	movq	%rsp, %rsi
	movl	$0, %edx
	movl	$0, %edi
	call	setitimer@PLT
.L6:
	movl	got(%rip), %eax
	testl	%eax, %eax
	je	.L6
	movl	got(%rip), %eax
	cmpl	$14, %eax
	sete	%sil
	movzbl	%sil, %esi
	leaq	.LC0(%rip), %rbx
	movq	%rbx, %rdi
	movl	$0, %eax
	call	printf@PLT
	movl	ticks(%rip), %esi
	addl	$3, %esi
	leaq	ticks(%rip), %rdi
	call	wait_for
	movl	%eax, %esi
	movq	%rbx, %rdi
	movl	$0, %eax
	call	printf@PLT
	movl	$0, %eax
	addq	$32, %rsp
	popq	%rbx
	ret
	.size	main, .-main
	.local	ticks
	.comm	ticks,4,4
	.local	got
	.comm	got,4,4
	.section	.note.GNU-stack,"",@progbits

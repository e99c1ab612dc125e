# Several names for the same bytes: what is stored through one is there when it is loaded through another.
	.text
	.type	equated, @function
equated:
	movl	$1, first(%rip)
	movl	$2, second(%rip)
	movl	first(%rip), %eax
	ret
	.size	equated, .-equated

	.type	labelled, @function
labelled:
	movl	$3, third(%rip)
	movl	$4, .Lthird(%rip)
	movl	third(%rip), %eax
	ret
	.size	labelled, .-labelled

# A neighbour by an offset from another symbol, as gcc's section anchors have it.
	.type	neighbour, @function
neighbour:
	movl	$5, fourth(%rip)
	movl	$6, .Lanchor+4(%rip)
	movl	fourth(%rip), %eax
	ret
	.size	neighbour, .-neighbour

	.type	in_loop, @function
in_loop:
	xorl	%eax, %eax
.Lagain:
	addl	$1, first(%rip)
	addl	second(%rip), %eax
	subl	$1, %edi
	jne	.Lagain
	ret
	.size	in_loop, .-in_loop

	.type	weak_name, @function
weak_name:
	movl	$7, first(%rip)
	movl	$8, maybe(%rip)
	movl	first(%rip), %eax
	ret
	.size	weak_name, .-weak_name

	.type	thread_name, @function
thread_name:
	movl	$9, %fs:thread_first@tpoff
	movl	$10, %fs:thread_second@tpoff
	movl	%fs:thread_first@tpoff, %eax
	ret
	.size	thread_name, .-thread_name

	.type	same_address, @function
same_address:
	leaq	first(%rip), %rcx
	leaq	second(%rip), %rdx
	xorl	%eax, %eax
	cmpq	%rcx, %rdx
	sete	%al
	ret
	.size	same_address, .-same_address

	.type	same_function, @function
same_function:
	leaq	equated(%rip), %rcx
	leaq	equated_too(%rip), %rdx
	xorl	%eax, %eax
	cmpq	%rcx, %rdx
	sete	%al
	ret
	.size	same_function, .-same_function
	.set	equated_too, equated

	.macro	show function
	call	\function
	movl	%eax, %esi
	movq	%rbx, %rdi
	xorl	%eax, %eax
	call	printf@PLT
	.endm

	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	leaq	.Lformat(%rip), %rbx
	show	equated
	show	labelled
	show	neighbour
	movl	$3, %edi
	show	in_loop
	show	weak_name
	show	thread_name
	show	same_address
	show	same_function
	xorl	%eax, %eax
	popq	%rbx
	ret
	.size	main, .-main

	.section	.rodata
.Lformat:
	.string	"%d\n"

	.data
	.globl	first
	.type	first, @object
	.size	first, 4
	.balign	4
.Lanchor:
first:
	.long	0
	.globl	fourth
	.type	fourth, @object
	.size	fourth, 4
fourth:
	.long	0
	.globl	third
	.type	third, @object
	.size	third, 4
.Lthird:
third:
	.long	0
	.globl	second
	.type	second, @object
	.size	second, 4
	.set	second, first
	.weak	maybe
	.set	maybe, first

	.section	.tdata,"awT",@progbits
	.balign	4
	.type	thread_first, @object
	.size	thread_first, 4
thread_first:
	.long	0
	.set	thread_second, thread_first
	.section	.note.GNU-stack,"",@progbits

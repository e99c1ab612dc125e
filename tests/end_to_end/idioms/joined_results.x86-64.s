	.text
	.type	tripled, @function
tripled:
	movq	%rdi, %rax
	leaq	(%rdi,%rdi,2), %rdx
	ret
	.size	tripled, .-tripled
	.type	negated, @function
negated:
	movq	%rdi, %rax
	negq	%rax
	leaq	-9(%rdi), %rdx
	ret
	.size	negated, .-negated
	.type	near, @function
near:
	movapd	%xmm0, %xmm1
	mulsd	.LC0(%rip), %xmm1
	ret
	.size	near, .-near
	.type	far, @function
far:
	movapd	%xmm0, %xmm1
	xorpd	.LC1(%rip), %xmm0
	subsd	.LC2(%rip), %xmm1
	ret
	.size	far, .-far
	.globl	sum_of_pair
	.type	sum_of_pair, @function
sum_of_pair:
	subq	$8, %rsp
	testl	%edi, %edi
	je	.L6
	movq	pairs(%rip), %rax
	movq	%rsi, %rdi
	call	*%rax
.L7:
	leaq	(%rax,%rax,4), %rax
	leaq	(%rax,%rax,4), %rax
	leaq	(%rdx,%rax,4), %rax
	addq	$8, %rsp
	ret
.L6:
	movq	8+pairs(%rip), %rax
	leaq	1(%rsi), %rdi
	call	*%rax
	jmp	.L7
	.size	sum_of_pair, .-sum_of_pair
	.globl	sum_of_point
	.type	sum_of_point, @function
sum_of_point:
	subq	$8, %rsp
	testl	%edi, %edi
	je	.L10
	movq	points(%rip), %rax
	call	*%rax
.L11:
	mulsd	.LC4(%rip), %xmm0
	addsd	%xmm1, %xmm0
	addq	$8, %rsp
	ret
.L10:
	movq	8+points(%rip), %rax
	addsd	.LC3(%rip), %xmm0
	call	*%rax
	jmp	.L11
	.size	sum_of_point, .-sum_of_point
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC5:
	.string	"%ld %ld\n"
	.text
	.globl	show
	.type	show, @function
show:
	subq	$8, %rsp
	movq	%rsi, %rdx
	movq	%rdi, %rsi
	leaq	.LC5(%rip), %rdi
	movl	$0, %eax
	call	printf@PLT
	addq	$8, %rsp
	ret
	.size	show, .-show
	.section	.rodata.str1.1
.LC8:
	.string	"%g %g\n"
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	movl	$6, %esi
	movl	$1, %edi
	call	sum_of_pair
	movq	%rax, %rbx
	movl	$5, %esi
	movl	$0, %edi
	call	sum_of_pair
	movq	%rax, %rdi
	movq	%rbx, %rsi
	call	show
	movsd	.LC6(%rip), %xmm0
	movl	$1, %edi
	call	sum_of_point
	movq	%xmm0, %rbx
	movsd	.LC7(%rip), %xmm0
	movl	$0, %edi
	call	sum_of_point
	movq	%rbx, %xmm1
	leaq	.LC8(%rip), %rdi
	movl	$2, %eax
	call	printf@PLT
	movq	8+pairs(%rip), %rax
	movl	$8, %edi
	call	*%rax
	movq	%rdx, %rsi
	movq	%rax, %rdi
	call	show
	movq	pairs(%rip), %rax
	movl	$8, %edi
	call	*%rax
	movq	%rax, %rsi
	movq	%rdx, %rdi
	call	show
	movl	$0, %eax
	popq	%rbx
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
	.quad	tripled
	.quad	negated
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC0:
	.long	0
	.long	1074266112
	.section	.rodata.cst16,"aM",@progbits,16
	.align 16
.LC1:
	.long	0
	.long	-2147483648
	.long	0
	.long	0
	.section	.rodata.cst8
	.align 8
.LC2:
	.long	0
	.long	1075970048
	.align 8
.LC3:
	.long	0
	.long	1072693248
	.align 8
.LC4:
	.long	0
	.long	1079574528
	.align 8
.LC6:
	.long	0
	.long	1074003968
	.align 8
.LC7:
	.long	0
	.long	1073217536
	.section	.note.GNU-stack,"",@progbits

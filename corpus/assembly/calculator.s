# A stack machine: a switch over a relative jump table, as compilers emit it for position-independent code. AT&T syntax.
# Opcodes: 0 halt, 1 push the next byte, 2 add, 3 subtract, 4 multiply, 5 duplicate. Prototypes: calculator.h
	.text
	.globl	calculate
	.type	calculate, @function
calculate:                              # rdi = program -> rax = top of the stack, or 0 for an unknown opcode
	pushq	%rbp
	movq	%rsp, %rbp
	subq	$512, %rsp              # room for 64 values
	leaq	512(%rsp), %rsi         # the stack grows down; rsi points to its top
	leaq	.Ltable(%rip), %rdx
	movq	$0, -8(%rsi)
	subq	$8, %rsi
.Lnext:
	movzbl	(%rdi), %eax
	incq	%rdi
	cmpl	$5, %eax
	ja	.Lunknown
	movslq	(%rdx,%rax,4), %rax
	addq	%rdx, %rax
	jmp	*%rax
.Lpush:
	movsbq	(%rdi), %rax
	incq	%rdi
	subq	$8, %rsi
	movq	%rax, (%rsi)
	jmp	.Lnext
.Ladd:
	movq	(%rsi), %rax
	addq	$8, %rsi
	addq	%rax, (%rsi)
	jmp	.Lnext
.Lsubtract:
	movq	(%rsi), %rax
	addq	$8, %rsi
	subq	%rax, (%rsi)
	jmp	.Lnext
.Lmultiply:
	movq	(%rsi), %rax
	addq	$8, %rsi
	imulq	(%rsi), %rax
	movq	%rax, (%rsi)
	jmp	.Lnext
.Lduplicate:
	movq	(%rsi), %rax
	subq	$8, %rsi
	movq	%rax, (%rsi)
	jmp	.Lnext
.Lunknown:
	xorl	%eax, %eax
	leave
	ret
.Lhalt:
	movq	(%rsi), %rax
	leave
	ret
	.size	calculate, .-calculate
	.section	.rodata
	.align	4
.Ltable:
	.long	.Lhalt-.Ltable
	.long	.Lpush-.Ltable
	.long	.Ladd-.Ltable
	.long	.Lsubtract-.Ltable
	.long	.Lmultiply-.Ltable
	.long	.Lduplicate-.Ltable
	.section	.note.GNU-stack,"",@progbits

# Bytes and a little state: length of a string, number of words, case folding in place. AT&T syntax.
# Prototypes: text.h
	.text
	.globl	text_length
	.type	text_length, @function
text_length:
	movq	%rdi, %rax
	cmpb	$0, (%rdi)
	je	.Llength_done
.Llength_loop:
	incq	%rax
	cmpb	$0, (%rax)
	jne	.Llength_loop
.Llength_done:
	subq	%rdi, %rax
	ret
	.size	text_length, .-text_length

	.globl	word_count
	.type	word_count, @function
word_count:                             # a word starts where a letter follows a non-letter
	xorl	%eax, %eax
	xorl	%ecx, %ecx              # 1 while inside a word
.Lword_loop:
	movzbl	(%rdi), %edx
	testb	%dl, %dl
	je	.Lword_done
	orl	$32, %edx
	subl	$97, %edx
	cmpl	$25, %edx
	setbe	%sil                    # 1 for a letter
	movzbl	%sil, %esi
	movl	%esi, %r8d
	subl	%ecx, %r8d              # 1 only where a word starts
	cmpl	$1, %r8d
	sete	%r8b
	movzbl	%r8b, %r8d
	addq	%r8, %rax
	movl	%esi, %ecx
	incq	%rdi
	jmp	.Lword_loop
.Lword_done:
	ret
	.size	word_count, .-word_count

	.globl	to_upper
	.type	to_upper, @function
to_upper:                               # returns how many letters it changed
	xorl	%eax, %eax
.Lupper_loop:
	movzbl	(%rdi), %ecx
	testl	%ecx, %ecx
	je	.Lupper_done
	leal	-97(%rcx), %edx
	cmpl	$26, %edx
	jae	.Lupper_next
	andb	$0xdf, (%rdi)
	incl	%eax
.Lupper_next:
	incq	%rdi
	jmp	.Lupper_loop
.Lupper_done:
	ret
	.size	to_upper, .-to_upper
	.section	.note.GNU-stack,"",@progbits

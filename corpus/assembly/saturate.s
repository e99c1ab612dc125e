# Adds bytes that stick at 255, sixteen at a time with SSE2 and the rest one by one. Intel syntax.
# Prototypes: saturate.h
	.intel_syntax noprefix
	.text
	.globl	saturating_add
	.type	saturating_add, @function
saturating_add:                         # rdi = sums, rsi = a, rdx = b, rcx = how many
	xor	eax, eax                # done so far
	mov	r8, rcx
	and	r8, -16
	je	.Ltail
.Lblock:
	movdqu	xmm0, xmmword ptr [rsi + rax]
	movdqu	xmm1, xmmword ptr [rdx + rax]
	paddusb	xmm0, xmm1
	movdqu	xmmword ptr [rdi + rax], xmm0
	add	rax, 16
	cmp	rax, r8
	jne	.Lblock
.Ltail:
	cmp	rax, rcx
	jae	.Ldone
	movzx	r9d, byte ptr [rsi + rax]
	movzx	r10d, byte ptr [rdx + rax]
	add	r9d, r10d
	mov	r10d, 255
	cmp	r9d, 255
	cmova	r9d, r10d
	mov	byte ptr [rdi + rax], r9b
	inc	rax
	jmp	.Ltail
.Ldone:
	ret
	.size	saturating_add, .-saturating_add
	.section	.note.GNU-stack,"",@progbits

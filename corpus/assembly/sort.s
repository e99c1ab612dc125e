# Insertion sort with the comparison passed as a function pointer, and two comparisons to pass. Intel syntax.
# Prototypes: sort.h
	.intel_syntax noprefix
	.text
	.globl	sort_ints
	.type	sort_ints, @function
sort_ints:                              # rdi = values, rsi = how many, rdx = compare(a, b): does a come before b?
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	mov	rbx, rdi
	mov	r12, rsi
	mov	r13, rdx
	mov	r14d, 1                 # values[0 .. r14) are in order
.Linsert:
	cmp	r14, r12
	jae	.Lsorted
	mov	rbp, r14
.Lsift:
	test	rbp, rbp
	je	.Lplaced
	mov	edi, dword ptr [rbx + 4*rbp]
	mov	esi, dword ptr [rbx + 4*rbp - 4]
	call	r13
	test	eax, eax
	je	.Lplaced
	mov	eax, dword ptr [rbx + 4*rbp]
	xchg	eax, dword ptr [rbx + 4*rbp - 4]
	mov	dword ptr [rbx + 4*rbp], eax
	dec	rbp
	jmp	.Lsift
.Lplaced:
	inc	r14
	jmp	.Linsert
.Lsorted:
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret
	.size	sort_ints, .-sort_ints

	.globl	ascending
	.type	ascending, @function
ascending:
	xor	eax, eax
	cmp	edi, esi
	setl	al
	ret
	.size	ascending, .-ascending

	.globl	by_low_digit
	.type	by_low_digit, @function
by_low_digit:                           # compares a mod 10 with b mod 10, unsigned
	mov	eax, edi
	xor	edx, edx
	mov	ecx, 10
	div	ecx
	mov	r8d, edx
	mov	eax, esi
	xor	edx, edx
	div	ecx
	xor	eax, eax
	cmp	r8d, edx
	setb	al
	ret
	.size	by_low_digit, .-by_low_digit
	.section	.note.GNU-stack,"",@progbits

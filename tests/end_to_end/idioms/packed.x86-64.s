	.text
	.p2align 4
	.type	paddb, @function
paddb:
	movdqa	(%rsi), %xmm0
	paddb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddb, .-paddb
	.p2align 4
	.type	paddw, @function
paddw:
	movdqa	(%rsi), %xmm0
	paddw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddw, .-paddw
	.p2align 4
	.type	psubb, @function
psubb:
	movdqa	(%rsi), %xmm0
	psubb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubb, .-psubb
	.p2align 4
	.type	psubw, @function
psubw:
	movdqa	(%rsi), %xmm0
	psubw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubw, .-psubw
	.p2align 4
	.type	pcmpeqb, @function
pcmpeqb:
	movdqa	(%rsi), %xmm0
	pcmpeqb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pcmpeqb, .-pcmpeqb
	.p2align 4
	.type	pcmpeqw, @function
pcmpeqw:
	movdqa	(%rsi), %xmm0
	pcmpeqw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pcmpeqw, .-pcmpeqw
	.p2align 4
	.type	pcmpgtb, @function
pcmpgtb:
	movdqa	(%rsi), %xmm0
	pcmpgtb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pcmpgtb, .-pcmpgtb
	.p2align 4
	.type	pcmpgtw, @function
pcmpgtw:
	movdqa	(%rsi), %xmm0
	pcmpgtw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pcmpgtw, .-pcmpgtw
	.p2align 4
	.type	blend, @function
blend:
	movdqa	(%rsi), %xmm1
	movdqa	(%rdx), %xmm2
	movdqa	%xmm1, %xmm0
	paddd	%xmm2, %xmm0
	pblendvb	%xmm0, %xmm2, %xmm1
	movaps	%xmm1, (%rdi)
	ret
	.size	blend, .-blend
	.p2align 4
	.type	cmpu, @function
cmpu:
	movq	(%rsi), %rcx
	movq	(%rdx), %rdx
	xorl	%eax, %eax
	cmpq	%rcx, %rdx
	setb	%al
	cmpq	%rdx, %rcx
	sbbl	$0, %eax
	cltq
	movq	%rax, (%rdi)
	ret
	.size	cmpu, .-cmpu
	.p2align 4
	.type	edge, @function
edge:
	movq	s(%rip), %rax
	movq	%rax, %rdx
	salq	$13, %rdx
	xorq	%rax, %rdx
	movq	%rdx, %rax
	shrq	$7, %rax
	xorq	%rdx, %rax
	movq	%rax, %rdx
	salq	$17, %rdx
	xorq	%rax, %rdx
	movq	%rdx, s(%rip)
	testb	$1, %dl
	je	.L13
	shrq	$8, %rdx
	leaq	k.0(%rip), %rax
	andl	$15, %edx
	movq	(%rax,%rdx,8), %rax
	ret
	.p2align 4,,10
	.p2align 3
.L13:
	movq	%rdx, %rax
	salq	$13, %rax
	xorq	%rdx, %rax
	movq	%rax, %rcx
	shrq	$7, %rcx
	xorq	%rax, %rcx
	movq	%rcx, %rax
	salq	$17, %rax
	xorq	%rcx, %rax
	andl	$2, %edx
	je	.L15
	movq	%rax, s(%rip)
	ret
	.p2align 4,,10
	.p2align 3
.L15:
	movq	%rax, %rdx
	salq	$13, %rdx
	xorq	%rax, %rdx
	movq	%rdx, %rcx
	shrq	$7, %rcx
	xorq	%rdx, %rcx
	movq	%rcx, %rdx
	salq	$17, %rdx
	xorq	%rcx, %rdx
	movq	%rdx, s(%rip)
	andq	%rdx, %rax
	ret
	.size	edge, .-edge
	.p2align 4
	.type	scalar, @function
scalar:
	movq	(%rdx), %rdx
	movq	%rdi, %r8
	movq	(%rsi), %rdi
	movl	%edx, %ecx
	movq	%rdi, %r10
	movq	%rdi, %r9
	movq	%rdx, %rax
#APP
# 34 "/tmp/rl/rules_idiom.c" 1
	shldq %cl,%rdx,%r10
# 0 "" 2
#NO_APP
	movl	%edi, %ecx
	movq	%rdi, %rsi
#APP
# 34 "/tmp/rl/rules_idiom.c" 1
	shrdq %cl,%rdx,%r9
# 0 "" 2
#NO_APP
	movl	%edi, %ecx
	bswap	%rsi
	addq	%r10, %rsi
	andl	$31, %ecx
	shrq	%cl, %rax
	movl	%edi, %ecx
	lzcntl	%eax, %eax
	movl	%eax, %eax
	shrq	%cl, %rdx
	addq	%r9, %rax
	lzcntq	%rdx, %rdx
	addq	%rdx, %rsi
	movq	%rax, %xmm0
	pinsrq	$1, %rsi, %xmm0
	movaps	%xmm0, (%r8)
	ret
	.size	scalar, .-scalar
	.p2align 4
	.type	wide, @function
wide:
	movq	%rdx, %rax
	movq	%rdi, %r8
	movq	8(%rsi), %rdx
	movq	(%rax), %rdi
	movq	8(%rax), %rcx
	movq	%rdi, %rax
	addq	(%rsi), %rax
	adcq	%rcx, %rdx
	adcq	$0, %rax
	subq	%rcx, %rax
	sbbq	%rdi, %rdx
	movq	%rax, %xmm0
	setc	%cl
	movzbl	%cl, %ecx
	xorq	%rcx, %rdx
	pinsrq	$1, %rdx, %xmm0
	movaps	%xmm0, (%r8)
	ret
	.size	wide, .-wide
	.p2align 4
	.type	cmps, @function
cmps:
	movl	(%rsi), %eax
	movl	(%rdx), %edx
	cmpl	%eax, %edx
	setl	%al
	setg	%dl
	movzbl	%al, %eax
	movzbl	%dl, %edx
	subl	%edx, %eax
	cltq
	movq	%rax, (%rdi)
	ret
	.size	cmps, .-cmps
	.p2align 4
	.type	movmskb, @function
movmskb:
	movdqa	(%rsi), %xmm0
	pmovmskb	%xmm0, %eax
	movq	%rax, (%rdi)
	ret
	.size	movmskb, .-movmskb
	.p2align 4
	.type	any, @function
any:
	movdqa	(%rsi), %xmm0
	pcmpeqb	(%rdx), %xmm0
	pmovmskb	%xmm0, %eax
	testl	%eax, %eax
	setne	%al
	movzbl	%al, %eax
	movq	%rax, (%rdi)
	ret
	.size	any, .-any
	.p2align 4
	.type	popcl, @function
popcl:
	xorl	%eax, %eax
	popcntq	(%rsi), %rax
	movq	%rax, (%rdi)
	ret
	.size	popcl, .-popcl
	.p2align 4
	.type	popc, @function
popc:
	movl	(%rsi), %eax
	popcntl	%eax, %eax
	movq	%rax, (%rdi)
	ret
	.size	popc, .-popc
	.p2align 4
	.type	countneg, @function
countneg:
	movdqa	(%rsi), %xmm0
	pmovmskb	%xmm0, %eax
	popcntl	%eax, %eax
	movq	%rax, (%rdi)
	ret
	.size	countneg, .-countneg
	.p2align 4
	.type	count, @function
count:
	movdqa	(%rsi), %xmm0
	pcmpeqb	(%rdx), %xmm0
	pmovmskb	%xmm0, %eax
	popcntl	%eax, %eax
	movq	%rax, (%rdi)
	ret
	.size	count, .-count
	.p2align 4
	.type	movmskpd, @function
movmskpd:
	movapd	(%rdx), %xmm0
	movmskpd	%xmm0, %eax
	movq	%rax, (%rdi)
	ret
	.size	movmskpd, .-movmskpd
	.p2align 4
	.type	movmskps, @function
movmskps:
	movaps	(%rsi), %xmm0
	movmskps	%xmm0, %eax
	movq	%rax, (%rdi)
	ret
	.size	movmskps, .-movmskps
	.p2align 4
	.type	psadbw, @function
psadbw:
	movdqa	(%rsi), %xmm0
	psadbw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psadbw, .-psadbw
	.p2align 4
	.type	sumb, @function
sumb:
	movdqa	(%rsi), %xmm0
	pxor	%xmm1, %xmm1
	psadbw	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	sumb, .-sumb
	.p2align 4
	.type	align3, @function
align3:
	movdqa	(%rsi), %xmm0
	palignr	$3, (%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	align3, .-align3
	.p2align 4
	.type	align13, @function
align13:
	movdqa	(%rsi), %xmm0
	palignr	$13, (%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	align13, .-align13
	.p2align 4
	.type	psrad, @function
psrad:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psrad	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psrad, .-psrad
	.p2align 4
	.type	psraw, @function
psraw:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psraw	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psraw, .-psraw
	.p2align 4
	.type	psrlq, @function
psrlq:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psrlq	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psrlq, .-psrlq
	.p2align 4
	.type	psrld, @function
psrld:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psrld	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psrld, .-psrld
	.p2align 4
	.type	psrlw, @function
psrlw:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psrlw	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psrlw, .-psrlw
	.p2align 4
	.type	psllq, @function
psllq:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psllq	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psllq, .-psllq
	.p2align 4
	.type	pslld, @function
pslld:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	pslld	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pslld, .-pslld
	.p2align 4
	.type	psllw, @function
psllw:
	movq	(%rdx), %rax
	movdqa	(%rsi), %xmm0
	movq	%rax, %xmm1
	psllw	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psllw, .-psllw
	.p2align 4
	.type	zxbw, @function
zxbw:
	movdqa	(%rsi), %xmm0
	pmovzxbw	%xmm0, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	zxbw, .-zxbw
	.p2align 4
	.type	bits, @function
bits:
	movdqa	(%rsi), %xmm0
	movdqa	(%rdx), %xmm1
	movdqa	%xmm0, %xmm3
	movdqa	%xmm0, %xmm2
	pand	%xmm1, %xmm0
	paddd	%xmm1, %xmm3
	pandn	%xmm3, %xmm2
	por	%xmm2, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	bits, .-bits
	.p2align 4
	.type	psubusw, @function
psubusw:
	movdqa	(%rsi), %xmm0
	psubusw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubusw, .-psubusw
	.p2align 4
	.type	absdiffw, @function
absdiffw:
	movdqa	(%rdx), %xmm2
	movdqa	(%rsi), %xmm0
	movdqa	%xmm2, %xmm1
	psubusw	%xmm0, %xmm1
	psubusw	%xmm2, %xmm0
	por	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	absdiffw, .-absdiffw
	.p2align 4
	.type	psubusb, @function
psubusb:
	movdqa	(%rsi), %xmm0
	psubusb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubusb, .-psubusb
	.p2align 4
	.type	absdiffb, @function
absdiffb:
	movdqa	(%rdx), %xmm2
	movdqa	(%rsi), %xmm0
	movdqa	%xmm2, %xmm1
	psubusb	%xmm0, %xmm1
	psubusb	%xmm2, %xmm0
	por	%xmm1, %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	absdiffb, .-absdiffb
	.p2align 4
	.type	pabsw, @function
pabsw:
	pabsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pabsw, .-pabsw
	.p2align 4
	.type	pabsb, @function
pabsb:
	pabsb	(%rsi), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pabsb, .-pabsb
	.p2align 4
	.type	pmaxsw, @function
pmaxsw:
	movdqa	(%rsi), %xmm0
	pmaxsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaxsw, .-pmaxsw
	.p2align 4
	.type	pminsw, @function
pminsw:
	movdqa	(%rsi), %xmm0
	pminsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pminsw, .-pminsw
	.p2align 4
	.type	pmaxuw, @function
pmaxuw:
	movdqa	(%rsi), %xmm0
	pmaxuw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaxuw, .-pmaxuw
	.p2align 4
	.type	pminuw, @function
pminuw:
	movdqa	(%rsi), %xmm0
	pminuw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pminuw, .-pminuw
	.p2align 4
	.type	pmaxsb, @function
pmaxsb:
	movdqa	(%rsi), %xmm0
	pmaxsb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaxsb, .-pmaxsb
	.p2align 4
	.type	pminsb, @function
pminsb:
	movdqa	(%rsi), %xmm0
	pminsb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pminsb, .-pminsb
	.p2align 4
	.type	pmaxub, @function
pmaxub:
	movdqa	(%rsi), %xmm0
	pmaxub	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaxub, .-pmaxub
	.p2align 4
	.type	pminub, @function
pminub:
	movdqa	(%rsi), %xmm0
	pminub	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pminub, .-pminub
	.p2align 4
	.type	packusdw, @function
packusdw:
	movdqa	(%rsi), %xmm0
	packusdw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	packusdw, .-packusdw
	.p2align 4
	.type	packuswb, @function
packuswb:
	movdqa	(%rsi), %xmm0
	packuswb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	packuswb, .-packuswb
	.p2align 4
	.type	packssdw, @function
packssdw:
	movdqa	(%rsi), %xmm0
	packssdw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	packssdw, .-packssdw
	.p2align 4
	.type	packsswb, @function
packsswb:
	movdqa	(%rsi), %xmm0
	packsswb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	packsswb, .-packsswb
	.p2align 4
	.type	psignd, @function
psignd:
	movdqa	(%rsi), %xmm0
	psignd	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psignd, .-psignd
	.p2align 4
	.type	psignw, @function
psignw:
	movdqa	(%rsi), %xmm0
	psignw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psignw, .-psignw
	.p2align 4
	.type	psignb, @function
psignb:
	movdqa	(%rsi), %xmm0
	psignb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psignb, .-psignb
	.p2align 4
	.type	phsubsw, @function
phsubsw:
	movdqa	(%rsi), %xmm0
	phsubsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	phsubsw, .-phsubsw
	.p2align 4
	.type	phaddsw, @function
phaddsw:
	movdqa	(%rsi), %xmm0
	phaddsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	phaddsw, .-phaddsw
	.p2align 4
	.type	phaddd, @function
phaddd:
	movdqa	(%rsi), %xmm0
	phaddd	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	phaddd, .-phaddd
	.p2align 4
	.type	phaddw, @function
phaddw:
	movdqa	(%rsi), %xmm0
	phaddw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	phaddw, .-phaddw
	.p2align 4
	.type	pmulhuw, @function
pmulhuw:
	movdqa	(%rsi), %xmm0
	pmulhuw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmulhuw, .-pmulhuw
	.p2align 4
	.type	pmulhw, @function
pmulhw:
	movdqa	(%rsi), %xmm0
	pmulhw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmulhw, .-pmulhw
	.p2align 4
	.type	pmulhrsw, @function
pmulhrsw:
	movdqa	(%rsi), %xmm0
	pmulhrsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmulhrsw, .-pmulhrsw
	.p2align 4
	.type	pmaddubsw, @function
pmaddubsw:
	movdqa	(%rsi), %xmm0
	pmaddubsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaddubsw, .-pmaddubsw
	.p2align 4
	.type	pmaddwd, @function
pmaddwd:
	movdqa	(%rsi), %xmm0
	pmaddwd	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pmaddwd, .-pmaddwd
	.p2align 4
	.type	pavgw, @function
pavgw:
	movdqa	(%rsi), %xmm0
	pavgw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pavgw, .-pavgw
	.p2align 4
	.type	pavgb, @function
pavgb:
	movdqa	(%rsi), %xmm0
	pavgb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	pavgb, .-pavgb
	.p2align 4
	.type	psubsw, @function
psubsw:
	movdqa	(%rsi), %xmm0
	psubsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubsw, .-psubsw
	.p2align 4
	.type	psubsb, @function
psubsb:
	movdqa	(%rsi), %xmm0
	psubsb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	psubsb, .-psubsb
	.p2align 4
	.type	paddusw, @function
paddusw:
	movdqa	(%rsi), %xmm0
	paddusw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddusw, .-paddusw
	.p2align 4
	.type	paddusb, @function
paddusb:
	movdqa	(%rsi), %xmm0
	paddusb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddusb, .-paddusb
	.p2align 4
	.type	paddsw, @function
paddsw:
	movdqa	(%rsi), %xmm0
	paddsw	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddsw, .-paddsw
	.p2align 4
	.type	paddsb, @function
paddsb:
	movdqa	(%rsi), %xmm0
	paddsb	(%rdx), %xmm0
	movaps	%xmm0, (%rdi)
	ret
	.size	paddsb, .-paddsb
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%s %016lx\n"
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	leaq	ops(%rip), %r13
	pushq	%r12
	movabsq	$1099511628211, %r12
	pushq	%rbp
	pushq	%rbx
	subq	$72, %rsp
	leaq	48(%rsp), %rax
	leaq	32(%rsp), %r15
	movq	%rax, 8(%rsp)
	leaq	16(%rsp), %r14
	.p2align 4,,10
	.p2align 3
.L80:
	movabsq	$-3750763034362895579, %rbx
	xorl	%ebp, %ebp
	.p2align 4,,10
	.p2align 3
.L82:
	call	edge
	movq	%rax, %xmm0
	call	edge
	pinsrq	$1, %rax, %xmm0
	movaps	%xmm0, 16(%rsp)
	call	edge
	movq	%rax, %rsi
	call	edge
	movl	%ebp, %edx
	andl	$7, %edx
	cmpl	$7, %edx
	je	.L81
	movq	%rsi, %xmm0
	pinsrq	$1, %rax, %xmm0
.L81:
	pxor	%xmm1, %xmm1
	movq	8(%rsp), %rdi
	movq	%r15, %rdx
	movq	%r14, %rsi
	movaps	%xmm0, 32(%rsp)
	addl	$1, %ebp
	movaps	%xmm1, 48(%rsp)
	call	*8(%r13)
	xorq	48(%rsp), %rbx
	imulq	%r12, %rbx
	xorq	56(%rsp), %rbx
	imulq	%r12, %rbx
	cmpl	$300, %ebp
	jne	.L82
	movq	0(%r13), %rsi
	movq	%rbx, %rdx
	leaq	.LC0(%rip), %rdi
	xorl	%eax, %eax
	addq	$16, %r13
	call	printf@PLT
	leaq	1168+ops(%rip), %rax
	cmpq	%rax, %r13
	jne	.L80
	addq	$72, %rsp
	xorl	%eax, %eax
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	ret
	.size	main, .-main
	.section	.rodata
	.align 32
	.type	k.0, @object
	.size	k.0, 128
k.0:
	.quad	0
	.quad	-1
	.quad	-9187201950435737472
	.quad	9187201950435737471
	.quad	-9223231297218904064
	.quad	9223231297218904063
	.quad	-71777214294589696
	.quad	16
	.quad	15
	.quad	3
	.quad	64
	.quad	63
	.quad	32
	.quad	128
	.quad	4294967296
	.quad	1
	.data
	.align 8
	.type	s, @object
	.size	s, 8
s:
	.quad	88172645463325252
	.section	.rodata.str1.1
.LC1:
	.string	"paddsb"
.LC2:
	.string	"paddsw"
.LC3:
	.string	"paddusb"
.LC4:
	.string	"paddusw"
.LC5:
	.string	"psubsb"
.LC6:
	.string	"psubsw"
.LC7:
	.string	"psubusb"
.LC8:
	.string	"psubusw"
.LC9:
	.string	"paddb"
.LC10:
	.string	"paddw"
.LC11:
	.string	"psubb"
.LC12:
	.string	"psubw"
.LC13:
	.string	"pavgb"
.LC14:
	.string	"pavgw"
.LC15:
	.string	"pmaddwd"
.LC16:
	.string	"pmaddubsw"
.LC17:
	.string	"pmulhrsw"
.LC18:
	.string	"pmulhw"
.LC19:
	.string	"pmulhuw"
.LC20:
	.string	"psadbw"
.LC21:
	.string	"phaddw"
.LC22:
	.string	"phaddd"
.LC23:
	.string	"phaddsw"
.LC24:
	.string	"phsubsw"
.LC25:
	.string	"psignb"
.LC26:
	.string	"psignw"
.LC27:
	.string	"psignd"
.LC28:
	.string	"packsswb"
.LC29:
	.string	"packssdw"
.LC30:
	.string	"packuswb"
.LC31:
	.string	"packusdw"
.LC32:
	.string	"pminub"
.LC33:
	.string	"pmaxub"
.LC34:
	.string	"pminsb"
.LC35:
	.string	"pmaxsb"
.LC36:
	.string	"pminuw"
.LC37:
	.string	"pmaxuw"
.LC38:
	.string	"pminsw"
.LC39:
	.string	"pmaxsw"
.LC40:
	.string	"pabsb"
.LC41:
	.string	"pabsw"
.LC42:
	.string	"pcmpeqb"
.LC43:
	.string	"pcmpeqw"
.LC44:
	.string	"pcmpgtb"
.LC45:
	.string	"pcmpgtw"
.LC46:
	.string	"absdiffb"
.LC47:
	.string	"absdiffw"
.LC48:
	.string	"blend"
.LC49:
	.string	"bits"
.LC50:
	.string	"zxbw"
.LC51:
	.string	"psllw"
.LC52:
	.string	"pslld"
.LC53:
	.string	"psllq"
.LC54:
	.string	"psrlw"
.LC55:
	.string	"psrld"
.LC56:
	.string	"psrlq"
.LC57:
	.string	"psraw"
.LC58:
	.string	"psrad"
.LC59:
	.string	"align3"
.LC60:
	.string	"align13"
.LC61:
	.string	"sumb"
.LC62:
	.string	"movmskb"
.LC63:
	.string	"movmskps"
.LC64:
	.string	"movmskpd"
.LC65:
	.string	"count"
.LC66:
	.string	"countneg"
.LC67:
	.string	"popc"
.LC68:
	.string	"popcl"
.LC69:
	.string	"any"
.LC70:
	.string	"cmps"
.LC71:
	.string	"cmpu"
.LC72:
	.string	"wide"
.LC73:
	.string	"scalar"
	.section	.data.rel.ro.local,"aw"
	.align 32
	.type	ops, @object
	.size	ops, 1168
ops:
	.quad	.LC1
	.quad	paddsb
	.quad	.LC2
	.quad	paddsw
	.quad	.LC3
	.quad	paddusb
	.quad	.LC4
	.quad	paddusw
	.quad	.LC5
	.quad	psubsb
	.quad	.LC6
	.quad	psubsw
	.quad	.LC7
	.quad	psubusb
	.quad	.LC8
	.quad	psubusw
	.quad	.LC9
	.quad	paddb
	.quad	.LC10
	.quad	paddw
	.quad	.LC11
	.quad	psubb
	.quad	.LC12
	.quad	psubw
	.quad	.LC13
	.quad	pavgb
	.quad	.LC14
	.quad	pavgw
	.quad	.LC15
	.quad	pmaddwd
	.quad	.LC16
	.quad	pmaddubsw
	.quad	.LC17
	.quad	pmulhrsw
	.quad	.LC18
	.quad	pmulhw
	.quad	.LC19
	.quad	pmulhuw
	.quad	.LC20
	.quad	psadbw
	.quad	.LC21
	.quad	phaddw
	.quad	.LC22
	.quad	phaddd
	.quad	.LC23
	.quad	phaddsw
	.quad	.LC24
	.quad	phsubsw
	.quad	.LC25
	.quad	psignb
	.quad	.LC26
	.quad	psignw
	.quad	.LC27
	.quad	psignd
	.quad	.LC28
	.quad	packsswb
	.quad	.LC29
	.quad	packssdw
	.quad	.LC30
	.quad	packuswb
	.quad	.LC31
	.quad	packusdw
	.quad	.LC32
	.quad	pminub
	.quad	.LC33
	.quad	pmaxub
	.quad	.LC34
	.quad	pminsb
	.quad	.LC35
	.quad	pmaxsb
	.quad	.LC36
	.quad	pminuw
	.quad	.LC37
	.quad	pmaxuw
	.quad	.LC38
	.quad	pminsw
	.quad	.LC39
	.quad	pmaxsw
	.quad	.LC40
	.quad	pabsb
	.quad	.LC41
	.quad	pabsw
	.quad	.LC42
	.quad	pcmpeqb
	.quad	.LC43
	.quad	pcmpeqw
	.quad	.LC44
	.quad	pcmpgtb
	.quad	.LC45
	.quad	pcmpgtw
	.quad	.LC46
	.quad	absdiffb
	.quad	.LC47
	.quad	absdiffw
	.quad	.LC48
	.quad	blend
	.quad	.LC49
	.quad	bits
	.quad	.LC50
	.quad	zxbw
	.quad	.LC51
	.quad	psllw
	.quad	.LC52
	.quad	pslld
	.quad	.LC53
	.quad	psllq
	.quad	.LC54
	.quad	psrlw
	.quad	.LC55
	.quad	psrld
	.quad	.LC56
	.quad	psrlq
	.quad	.LC57
	.quad	psraw
	.quad	.LC58
	.quad	psrad
	.quad	.LC59
	.quad	align3
	.quad	.LC60
	.quad	align13
	.quad	.LC61
	.quad	sumb
	.quad	.LC62
	.quad	movmskb
	.quad	.LC63
	.quad	movmskps
	.quad	.LC64
	.quad	movmskpd
	.quad	.LC65
	.quad	count
	.quad	.LC66
	.quad	countneg
	.quad	.LC67
	.quad	popc
	.quad	.LC68
	.quad	popcl
	.quad	.LC69
	.quad	any
	.quad	.LC70
	.quad	cmps
	.quad	.LC71
	.quad	cmpu
	.quad	.LC72
	.quad	wide
	.quad	.LC73
	.quad	scalar
	.section	.note.GNU-stack,"",@progbits

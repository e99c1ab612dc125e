# Calls through the global offset table, of functions here and elsewhere (gcc 12, -O1 -fPIC -fno-plt).
	.file	"np.c"
	.text
	.globl	product
	.type	product, @function
product:
	movapd	%xmm0, %xmm5
	movapd	%xmm1, %xmm6
	mulsd	%xmm2, %xmm0
	mulsd	%xmm3, %xmm1
	subsd	%xmm1, %xmm0
	movapd	%xmm5, %xmm4
	mulsd	%xmm3, %xmm4
	movapd	%xmm6, %xmm1
	mulsd	%xmm2, %xmm1
	addsd	%xmm4, %xmm1
	ucomisd	%xmm1, %xmm0
	jp	.L7
	ret
.L7:
	subq	$8, %rsp
	movapd	%xmm6, %xmm1
	movapd	%xmm5, %xmm0
	call	*__muldc3@GOTPCREL(%rip)
	addq	$8, %rsp
	ret
	.size	product, .-product
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"%s %g %g\n"
	.text
	.globl	say
	.type	say, @function
say:
	subq	$8, %rsp
	movq	%rdi, %rsi
	leaq	.LC0(%rip), %rdi
	movl	$2, %eax
	call	*printf@GOTPCREL(%rip)
	addq	$8, %rsp
	ret
	.size	say, .-say
	.section	.rodata.str1.1
.LC3:
	.string	"product"
.LC6:
	.string	"infinite"
	.section	.rodata
	.align 8
.LC1:
	.long	0
	.long	1074266112
	.long	0
	.long	-1074790400
	.align 8
.LC4:
	.long	0
	.long	1073741824
	.long	0
	.long	1072693248
	.text
	.globl	main
	.type	main, @function
main:
	pushq	%rbx
	pxor	%xmm4, %xmm4
	cvtsi2sdl	%edi, %xmm4
	movq	%xmm4, %rbx
	movsd	.LC1(%rip), %xmm2
	movsd	8+.LC1(%rip), %xmm3
	movapd	%xmm4, %xmm0
	movsd	.LC2(%rip), %xmm1
	call	*product@GOTPCREL(%rip)
	leaq	.LC3(%rip), %rdi
	call	*say@GOTPCREL(%rip)
	movsd	.LC4(%rip), %xmm2
	movsd	8+.LC4(%rip), %xmm3
	movsd	.LC5(%rip), %xmm0
	movq	%rbx, %xmm1
	call	*product@GOTPCREL(%rip)
	leaq	.LC6(%rip), %rdi
	call	*say@GOTPCREL(%rip)
	movl	$0, %eax
	popq	%rbx
	ret
	.size	main, .-main
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC2:
	.long	0
	.long	1073741824
	.align 8
.LC5:
	.long	0
	.long	2146435072
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits

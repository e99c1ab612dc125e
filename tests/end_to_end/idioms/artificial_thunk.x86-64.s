# A thunk of C++, which debug information describes without the parameters that it passes on.
	.text
	.globl	scaled
	.type	scaled, @function
scaled:
	movl	8(%rdi), %eax
	imull	%esi, %eax
	ret
	.size	scaled, .-scaled

	.globl	_ZThn16_6scaled
	.type	_ZThn16_6scaled, @function
_ZThn16_6scaled:
	movq	%rdi, -8(%rsp)
	movq	-8(%rsp), %rdi
	addq	$-16, %rdi
	jmp	scaled
	.size	_ZThn16_6scaled, .-_ZThn16_6scaled

	.globl	main
	.type	main, @function
main:
	subq	$40, %rsp
	movl	$100, 24(%rsp)
	movl	$5, 8(%rsp)
	leaq	16(%rsp), %rdi
	movl	$7, %esi
	call	*table(%rip)
	movl	%eax, %esi
	leaq	format(%rip), %rdi
	xorl	%eax, %eax
	call	printf@PLT
	xorl	%eax, %eax
	addq	$40, %rsp
	ret
	.size	main, .-main

	.section	.data.rel.ro,"aw",@progbits
	.balign	8
table:
	.quad	_ZThn16_6scaled
	.section	.rodata
format:
	.string	"%d\n"

	.section	.debug_abbrev,"",@progbits
	.byte	1, 0x11, 1		# a compile unit: its language
	.byte	0x13, 0x0b, 0, 0
	.byte	2, 0x2e, 0		# a subprogram: linkage name, address, artificial, external
	.byte	0x6e, 0x08, 0x11, 0x01, 0x34, 0x19, 0x3f, 0x19, 0, 0
	.byte	0
	.section	.debug_info,"",@progbits
	.long	.Linfo_end - .Linfo_begin
.Linfo_begin:
	.short	5
	.byte	1, 8
	.long	0
	.byte	1, 0x1a			# C++11
	.byte	2
	.string	"_ZThn16_6scaled"
	.quad	_ZThn16_6scaled
	.byte	0
.Linfo_end:
	.section	.note.GNU-stack,"",@progbits

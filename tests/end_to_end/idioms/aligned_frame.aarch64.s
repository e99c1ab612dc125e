	.text
	.globl	misaligned                      // -- Begin function misaligned
	.p2align	2
	.type	misaligned,@function
misaligned:                             // @misaligned
// %bb.0:
	mov	w8, w1
	//APP
	//NO_APP
	udiv	x9, x0, x8
	msub	x8, x9, x8, x0
	cmp	x8, #0
	cset	w0, ne
	ret
.Lfunc_end0:
	.size	misaligned, .Lfunc_end0-misaligned
                                        // -- End function
	.globl	main                            // -- Begin function main
	.p2align	2
	.type	main,@function
main:                                   // @main
// %bb.0:
	stp	x29, x30, [sp, #-32]!           // 16-byte Folded Spill
	sub	x9, sp, #480
	stp	x28, x19, [sp, #16]             // 16-byte Folded Spill
	mov	x29, sp
	and	sp, x9, #0xfffffffffffffe00
	adrp	x8, .L__const.main.a
	add	x0, sp, #384
	mov	w1, #128                        // =0x80
	ldr	q0, [x8, :lo12:.L__const.main.a]
	mov	w8, #7                          // =0x7
	str	wzr, [sp, #400]
	strb	wzr, [sp, #2]
	str	q0, [sp, #384]
	strh	w8, [sp]
	bl	misaligned
	mov	w19, w0
	mov	x0, sp
	mov	w1, #512                        // =0x200
	bl	misaligned
	ldr	w3, [sp, #388]
	ldrb	w4, [sp]
	mov	w2, w0
	adrp	x0, .L.str
	add	x0, x0, :lo12:.L.str
	mov	w1, w19
	bl	printf
	mov	w0, wzr
	mov	sp, x29
	ldp	x28, x19, [sp, #16]             // 16-byte Folded Reload
	ldp	x29, x30, [sp], #32             // 16-byte Folded Reload
	ret
.Lfunc_end1:
	.size	main, .Lfunc_end1-main
                                        // -- End function
	.type	.L__const.main.a,@object        // @__const.main.a
	.section	.rodata,"a",@progbits
	.p2align	7, 0x0
.L__const.main.a:
	.word	1                               // 0x1
	.word	2                               // 0x2
	.word	0                               // 0x0
	.word	0                               // 0x0
	.word	0                               // 0x0
	.size	.L__const.main.a, 20

	.type	.L__const.main.b,@object        // @__const.main.b
	.p2align	9, 0x0
.L__const.main.b:
	.asciz	"\007\000"
	.size	.L__const.main.b, 3

	.type	.L.str,@object                  // @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"%d %d %d %d\n"
	.size	.L.str, 13

	.section	".note.GNU-stack","",@progbits

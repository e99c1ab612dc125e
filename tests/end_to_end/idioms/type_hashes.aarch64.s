	.text
	.globl	index_of                        // -- Begin function index_of
	.p2align	2
	.type	index_of,@function
	.word	3238382334                      // 0xc105cafe
	.word	1225856718                      // 0x491116ce
index_of:                               // @index_of
// %bb.0:
	cmp	w1, #0
	cset	w9, gt
	cmp	w1, #1
	b.lt	.LBB0_7
// %bb.1:
	cbz	x0, .LBB0_12
// %bb.2:
	mov	x10, xzr
	mov	w11, w1
	and	x12, x0, #0x3
	mvn	x13, x0
.LBB0_3:                                // =>This Inner Loop Header: Depth=1
	cmp	x13, x10, lsl #2
	b.lo	.LBB0_12
// %bb.4:                               //   in Loop: Header=BB0_3 Depth=1
	cbnz	x12, .LBB0_13
// %bb.5:                               //   in Loop: Header=BB0_3 Depth=1
	ldr	w8, [x0, x10, lsl #2]
	cmp	w8, w2
	b.eq	.LBB0_8
// %bb.6:                               //   in Loop: Header=BB0_3 Depth=1
	add	x10, x10, #1
                                        // implicit-def: $w8
	cmp	x10, x11
	cset	w9, lo
	b.ne	.LBB0_3
	b	.LBB0_10
.LBB0_7:
                                        // implicit-def: $w8
	b	.LBB0_10
.LBB0_8:
	lsr	w8, w2, #30
	cbnz	w8, .LBB0_15
// %bb.9:
	adds	w8, w10, w2, lsl #1
	b.vs	.LBB0_16
.LBB0_10:
	tbz	w9, #0, .LBB0_14
// %bb.11:
	mov	w0, w8
	ret
.LBB0_12:
	brk	#0x5513
.LBB0_13:
	brk	#0x5516
.LBB0_14:
	stp	x29, x30, [sp, #-16]!           // 16-byte Folded Spill
	mov	x29, sp
	bl	abort
	brk	#0x5501
.LBB0_15:
	brk	#0x5514
.LBB0_16:
	brk	#0x5500
.Lfunc_end0:
	.size	index_of, .Lfunc_end0-index_of
                                        // -- End function
	.globl	scaled                          // -- Begin function scaled
	.p2align	2
	.type	scaled,@function
	.word	3238382334                      // 0xc105cafe
	.word	3648132210                      // 0xd9721472
scaled:                                 // @scaled
// %bb.0:
	smull	x8, w0, w1
	cmp	x8, w8, sxtw
	b.ne	.LBB1_4
// %bb.1:
	and	w9, w1, #0x7
	eor	w10, w9, #0x1f
	lsr	w10, w0, w10
	cbnz	w10, .LBB1_5
// %bb.2:
	lsl	w9, w0, w9
	adds	w0, w8, w9
	b.vs	.LBB1_6
// %bb.3:
	ret
.LBB1_4:
	brk	#0x550c
.LBB1_5:
	brk	#0x5514
.LBB1_6:
	brk	#0x5500
.Lfunc_end1:
	.size	scaled, .Lfunc_end1-scaled
                                        // -- End function
	.globl	main                            // -- Begin function main
	.p2align	2
	.type	main,@function
	.word	3238382334                      // 0xc105cafe
	.word	901845932                       // 0x35c113ac
main:                                   // @main
// %bb.0:
	sub	sp, sp, #48
	adrp	x8, .L__const.main.v
	add	x8, x8, :lo12:.L__const.main.v
	mov	x0, sp
	ldr	q0, [x8]
	mov	w1, #4                          // =0x4
	mov	w2, #4                          // =0x4
	stp	x29, x30, [sp, #16]             // 16-byte Folded Spill
	add	x29, sp, #16
	stp	x20, x19, [sp, #32]             // 16-byte Folded Spill
	str	q0, [sp]
	bl	index_of
	mov	w19, w0
	mov	w0, #5                          // =0x5
	mov	w1, #6                          // =0x6
	bl	scaled
	adrp	x8, chosen
	mov	w10, #51966                     // =0xcafe
	mov	w20, w0
	ldr	x8, [x8, :lo12:chosen]
	movk	w10, #49413, lsl #16
	ldur	w9, [x8, #-8]
	cmp	w9, w10
	b.ne	.LBB2_2
// %bb.1:
	ldur	w9, [x8, #-4]
	mov	w10, #5234                      // =0x1472
	movk	w10, #55666, lsl #16
	cmp	w9, w10
	b.ne	.LBB2_3
.LBB2_2:
	mov	w0, #2                          // =0x2
	mov	w1, #3                          // =0x3
	blr	x8
	mov	w3, w0
	adrp	x0, .L.str
	add	x0, x0, :lo12:.L.str
	mov	w1, w19
	mov	w2, w20
	bl	printf
	ldp	x20, x19, [sp, #32]             // 16-byte Folded Reload
	mov	w0, wzr
	ldp	x29, x30, [sp, #16]             // 16-byte Folded Reload
	add	sp, sp, #48
	ret
.LBB2_3:
	brk	#0x5506
.Lfunc_end2:
	.size	main, .Lfunc_end2-main
                                        // -- End function
	.type	chosen,@object                  // @chosen
	.data
	.globl	chosen
	.p2align	3, 0x0
chosen:
	.xword	scaled
	.size	chosen, 8

	.type	.L__const.main.v,@object        // @__const.main.v
	.section	.rodata.cst16,"aM",@progbits,16
	.p2align	2, 0x0
.L__const.main.v:
	.word	3                               // 0x3
	.word	1                               // 0x1
	.word	4                               // 0x4
	.word	1                               // 0x1
	.size	.L__const.main.v, 16

	.type	.L.str,@object                  // @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"%d %d %d\n"
	.size	.L.str, 10

	.section	".note.GNU-stack","",@progbits

# CRC-32 (the polynomial of Ethernet and zip, reflected), four bits at a time from a table of 16. Intel syntax.
# Prototypes: crc32.h
	.intel_syntax noprefix
	.section	.rodata
	.align	4
crc_table:
	.long	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac
	.long	0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c
	.long	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c
	.long	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c

	.text
	.globl	crc32
	.type	crc32, @function
crc32:                                  # edi = crc so far, rsi = bytes, rdx = how many -> eax
	mov	eax, edi
	not	eax
	lea	r8, crc_table[rip]
	add	rdx, rsi                # one past the last byte
	cmp	rsi, rdx
	je	.Lcrc_done
.Lcrc_loop:
	movzx	ecx, byte ptr [rsi]
	xor	eax, ecx
	mov	ecx, eax
	and	ecx, 15
	shr	eax, 4
	xor	eax, dword ptr [r8 + 4*rcx]
	mov	ecx, eax
	and	ecx, 15
	shr	eax, 4
	xor	eax, dword ptr [r8 + 4*rcx]
	inc	rsi
	cmp	rsi, rdx
	jne	.Lcrc_loop
.Lcrc_done:
	not	eax
	ret
	.size	crc32, .-crc32
	.section	.note.GNU-stack,"",@progbits

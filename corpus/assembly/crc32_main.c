#include <stdio.h>

#include "crc32.h"

int main(void) {
  unsigned char bytes[256];
  for (int i = 0; i < 256; i++) bytes[i] = (unsigned char)(7 * i + 3);
  /* The check value of this CRC is cbf43926. */
  printf("%08x %08x\n", crc32(0, (const unsigned char*)"123456789", 9), crc32(0, bytes, 0));
  printf("%08x %08x\n", crc32(0, bytes, 256), crc32(crc32(0, bytes, 100), bytes + 100, 156));
  return 0;
}

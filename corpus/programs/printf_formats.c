// Integer and string formatting: flags, widths, precisions, length modifiers, %*d, snprintf truncation.
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const int kInts[] = {0, 1, -1, 7, -42, 255, 65536, -65537, 2147483647, -2147483647 - 1};
static const char* const kStrings[] = {"", "a", "mer", "cartographer", "a longer string with spaces"};

// The program's own decimal conversion, to compare with libc's.
static char* to_decimal(char* end, uint64_t v, int negative) {
  *end = 0;
  do {
    *--end = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  if (negative) *--end = '-';
  return end;
}
static char* to_base(char* end, uint64_t v, unsigned base) {
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  *end = 0;
  do *--end = digits[v % base];
  while (v /= base);
  return end;
}

int main(void) {
  for (unsigned i = 0; i < sizeof kInts / sizeof kInts[0]; i++) {
    int v = kInts[i];
    printf("[%d] [%5d] [%-5d] [%05d] [%+d] [% d] [%.3d] [%8.4d]\n", v, v, v, v, v, v, v, v);
    printf("[%u] [%x] [%X] [%#x] [%o] [%#o] [%08x]\n", (unsigned)v, (unsigned)v, (unsigned)v, (unsigned)v, (unsigned)v,
           (unsigned)v, (unsigned)v);
  }
  for (unsigned i = 0; i < sizeof kStrings / sizeof kStrings[0]; i++)
    printf("[%s] [%10s] [%-10s] [%.3s] [%8.2s] [%*s] [%-*s|]\n", kStrings[i], kStrings[i], kStrings[i], kStrings[i],
           kStrings[i], 6, kStrings[i], 4, kStrings[i]);
  printf("%c%c%c %5c|%-5c| %%\n", 'x', 'y', 'z', 'r', 'l');
  printf("%hhd %hhu %hd %hu %ld %lu %lld %llu\n", (signed char)-3, (unsigned char)250, (short)-300,
         (unsigned short)65000, -1234567890123l, 1234567890123ul, -9223372036854775807ll, 18446744073709551615ull);
  printf("%zu %zd %td %jd %ju\n", sizeof kInts, (ptrdiff_t)-5, (ptrdiff_t)77, (intmax_t)-88, (uintmax_t)99);
  printf("%" PRId8 " %" PRIu16 " %" PRIx32 " %" PRId64 " %" PRIX64 "\n", (int8_t)-8, (uint16_t)16, (uint32_t)0xbeef,
         (int64_t)-64, (uint64_t)0xfeedfacecafef00dull);
  printf("%*d|%-*d|%0*d|%.*d|%*.*d\n", 7, 42, 7, 42, 7, 42, 4, 42, 9, 5, 42);
  printf("many: %d %d %d %d %d %d %d %d %d %d %d %d\n", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  printf("mixed: %d %s %c %ld %x %s %u %lld %d %s\n", 1, "two", '3', 4l, 5u, "six", 7u, 8ll, 9, "ten");

  char buffer[16];
  int n = snprintf(buffer, sizeof buffer, "%s-%d-%s", "truncation", 12345, "works");
  printf("%d <%s>\n", n, buffer);
  n = snprintf(NULL, 0, "%08d%s", 5, "abc");
  printf("%d\n", n);
  n = sprintf(buffer, "%d,%d", -1, 22);
  printf("%d <%s>\n", n, buffer);
  puts("puts");
  putchar('#');
  fputs("fputs\n", stdout);
  fprintf(stdout, "%s %d\n", "fprintf", 3);
  fwrite("fwrite\n", 1, 7, stdout);

  unsigned mismatches = 0, hash = 0;
  for (int64_t i = 0; i < 12000; i++) {
    char mine[80], theirs[80];
    int64_t v = (int64_t)((uint64_t)i * 0x9e3779b97f4a7c15ull % 1000003) * (i & 1 ? -1 : 1) * (i & 2 ? 1000003 : 1);
    const char* m = to_decimal(mine + 70, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
    snprintf(theirs, sizeof theirs, "%" PRId64, v);
    mismatches += strcmp(m, theirs) != 0;
    m = to_base(mine + 70, (uint64_t)v, 16);
    snprintf(theirs, sizeof theirs, "%" PRIx64, (uint64_t)v);
    mismatches += strcmp(m, theirs) != 0;
    m = to_base(mine + 70, (uint64_t)v, 2 + (unsigned)(i % 35));
    while (*m) hash = hash * 33 + (unsigned char)*m++;
  }
  printf("mismatches %u hash %08x\n", mismatches, hash);
  return 0;
}

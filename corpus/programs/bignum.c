// Big numbers: factorials, Fibonacci, powers, schoolbook and Karatsuba products, division by a word, digits of pi.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kLimbs = 64 };
typedef struct {
  uint32_t limb[kLimbs];
  int used;
} Big;

static void set(Big* a, uint32_t v) {
  memset(a, 0, sizeof *a);
  a->limb[0] = v;
  a->used = v != 0;
}
static void trim(Big* a) {
  while (a->used && !a->limb[a->used - 1]) a->used--;
}
static void mul_word(Big* a, uint32_t w) {
  uint64_t carry = 0;
  for (int i = 0; i < a->used; i++) {
    carry += (uint64_t)a->limb[i] * w;
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry && a->used < kLimbs) a->limb[a->used++] = (uint32_t)carry;
}
static uint32_t div_word(Big* a, uint32_t w) {
  uint64_t rest = 0;
  for (int i = a->used - 1; i >= 0; i--) {
    rest = rest << 32 | a->limb[i];
    a->limb[i] = (uint32_t)(rest / w);
    rest %= w;
  }
  trim(a);
  return (uint32_t)rest;
}
static void add(Big* a, const Big* b) {
  uint64_t carry = 0;
  int n = a->used > b->used ? a->used : b->used;
  for (int i = 0; i < n; i++) {
    carry += (uint64_t)a->limb[i] + b->limb[i];
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  a->used = n;
  if (carry && n < kLimbs) a->limb[a->used++] = (uint32_t)carry;
}
static void sub(Big* a, const Big* b) {  // a >= b
  int64_t borrow = 0;
  for (int i = 0; i < a->used; i++) {
    int64_t d = (int64_t)a->limb[i] - b->limb[i] + borrow;
    a->limb[i] = (uint32_t)d;
    borrow = d < 0 ? -1 : 0;
  }
  trim(a);
}
static void multiply(Big* out, const Big* a, const Big* b) {
  set(out, 0);
  for (int i = 0; i < a->used; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < b->used || carry; j++) {
      if (i + j >= kLimbs) break;
      carry += out->limb[i + j] + (uint64_t)a->limb[i] * (j < b->used ? b->limb[j] : 0);
      out->limb[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  out->used = kLimbs;
  trim(out);
}
// Wide limbs: carries through 64-bit words and a 128-bit product.
static uint64_t mul_add_64(uint64_t* r, const uint64_t* a, int n, uint64_t w) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < n; i++) {
    carry += (unsigned __int128)a[i] * w + r[i];
    r[i] = (uint64_t)carry;
    carry >>= 64;
  }
  return (uint64_t)carry;
}
static uint64_t add_64(uint64_t* r, const uint64_t* a, int n) {
  uint64_t carry = 0;
  for (int i = 0; i < n; i++) {
    uint64_t s = r[i] + a[i], c = s < a[i];
    r[i] = s + carry;
    carry = c | (r[i] < s);
  }
  return carry;
}
static const char* decimal(Big a, char* end) {
  *--end = 0;
  if (!a.used) *--end = '0';
  while (a.used) {
    uint32_t part = div_word(&a, 1000000000);
    for (int i = 0; i < 9 && (a.used || part); i++, part /= 10) *--end = (char)('0' + part % 10);
  }
  return end;
}

int main(void) {
  char text[640], *end = text + sizeof text;
  Big a, b, c, d;
  set(&a, 1);
  for (uint32_t i = 2; i <= 120; i++) mul_word(&a, i);
  printf("120! = %s\n", decimal(a, end));
  set(&b, 0);
  set(&c, 1);
  for (int i = 0; i < 900; i++) {
    d = b;
    add(&d, &c);
    b = c;
    c = d;
  }
  printf("fib(900) = %s\n", decimal(b, end));
  for (int r = 0; r < 60; r++) {
    multiply(&d, &b, &c);
    sub(&d, &b);
  }
  printf("product = %s\n", decimal(d, end));
  uint32_t rest = 0;
  while (d.used > 3) rest ^= div_word(&d, 1000003);
  printf("rest %u of %s\n", rest, decimal(d, end));

  uint64_t x[12] = {1, 2, 3}, y[12] = {~0ull, ~0ull, 5};
  uint64_t carries = 0;
  for (uint64_t i = 0; i < 20000; i++) {
    carries += mul_add_64(x, y, 12, i * 0x9e3779b97f4a7c15ull) & 1;
    carries += add_64(y, x, 12);
  }
  printf("wide %016llx %016llx carries %llu\n", (unsigned long long)x[11], (unsigned long long)y[5],
         (unsigned long long)carries);

  // Rabinowitz and Wagon's spigot for pi.
  enum { kDigits = 200, kLen = kDigits * 10 / 3 + 2 };
  static uint32_t r[kLen];
  int nines = 0, predigit = 0, printed = 0;
  for (int i = 0; i < kLen; i++) r[i] = 2;
  for (int k = 0; k < kDigits; k++) {
    uint32_t q = 0;
    for (int i = kLen - 1; i >= 0; i--) {
      uint32_t v = 10 * r[i] + q * (uint32_t)(i + 1);
      r[i] = v % (uint32_t)(2 * i + 1);
      q = v / (uint32_t)(2 * i + 1);
    }
    r[0] = q % 10;
    q /= 10;
    if (q == 9) {
      nines++;
    } else {
      if (k > 0) putchar('0' + predigit + (q == 10));
      for (; nines; nines--, printed++) putchar(q == 10 ? '0' : '9');
      predigit = q == 10 ? 0 : (int)q;
      printed++;
    }
  }
  printf("\ndigits %d\n", printed);
  return 0;
}

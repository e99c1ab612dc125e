// Error handling without setjmp: status codes, cleanup by goto, partial construction undone in reverse order.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { kOk, kNoMemory, kBadHeader, kBadLength, kBadChecksum, kTruncated, kStatusCount } Status;
static const char* const kStatusText[kStatusCount] = {"ok",         "out of memory", "bad header",
                                                      "bad length", "bad checksum",  "truncated"};

static int live_blocks, budget;
static void* allocate(size_t n) {
  if (budget-- <= 0) {
    errno = ENOMEM;
    return NULL;
  }
  live_blocks++;
  return calloc(1, n);
}
static void release(void* p) {
  if (p) live_blocks--;
  free(p);
}

typedef struct {
  unsigned char* payload;
  char* title;
  int* index;
  int length;
} Packet;

static void packet_free(Packet* p) {
  if (!p) return;
  release(p->index);
  release(p->title);
  release(p->payload);
  release(p);
}

// Layout: 'P' 'K' length title-length checksum title... payload...
static Status packet_parse(const unsigned char* in, int n, Packet** out) {
  Status status = kTruncated;
  Packet* p = NULL;
  if (n < 5) goto fail;
  status = kBadHeader;
  if (in[0] != 'P' || in[1] != 'K') goto fail;
  status = kBadLength;
  int length = in[2], title = in[3];
  if (length == 0 || title > 40) goto fail;
  status = kTruncated;
  if (n < 5 + title + length) goto fail;
  status = kNoMemory;
  if (!(p = allocate(sizeof *p))) goto fail;
  if (!(p->payload = allocate((size_t)length))) goto fail;
  if (!(p->title = allocate((size_t)title + 1))) goto fail;
  if (!(p->index = allocate(sizeof(int) * (size_t)length))) goto fail;
  memcpy(p->title, in + 5, (size_t)title);
  unsigned sum = 0;
  for (int i = 0; i < length; i++) {
    p->payload[i] = in[5 + title + i];
    sum += p->payload[i];
    p->index[i] = (int)sum;
  }
  status = kBadChecksum;
  if ((sum & 255) != in[4]) goto fail;
  p->length = length;
  *out = p;
  return kOk;
fail:
  packet_free(p);
  *out = NULL;
  return status;
}

static int build(unsigned char* out, unsigned seed) {
  int title = (int)(seed % 50), length = (int)(seed / 50 % 200);
  out[0] = 'P';
  out[1] = seed % 11 == 0 ? 'X' : 'K';
  out[2] = (unsigned char)length;
  out[3] = (unsigned char)title;
  unsigned sum = 0;
  for (int i = 0; i < title; i++) out[5 + i] = (unsigned char)('a' + i % 26);
  for (int i = 0; i < length; i++) sum += out[5 + title + i] = (unsigned char)(seed * 7 + (unsigned)i * 13);
  out[4] = (unsigned char)(sum + (seed % 17 == 0));
  return 5 + title + length - (seed % 13 == 0 ? 3 : 0);
}

static int parse_number(const char* s, long* value) {
  char* end;
  errno = 0;
  *value = strtol(s, &end, 0);
  if (end == s) return -1;
  if (errno == ERANGE) return -2;
  if (*end) return -3;
  return 0;
}

int main(void) {
  unsigned counts[kStatusCount] = {0}, rng = 7;
  long bytes = 0;
  unsigned char buffer[512];
  for (int i = 0; i < 6000; i++) {
    rng = rng * 1664525u + 1013904223u;
    int n = build(buffer, rng >> 9);
    budget = rng % 7 == 0 ? (int)(rng >> 8) % 4 : 100;
    Packet* p;
    Status s = packet_parse(buffer, n, &p);
    counts[s]++;
    if (s == kOk) bytes += p->length + p->index[p->length - 1] + (long)strlen(p->title);
    packet_free(p);
  }
  for (int i = 0; i < kStatusCount; i++) printf("%s: %u\n", kStatusText[i], counts[i]);
  printf("bytes %ld live %d\n", bytes, live_blocks);
  static const char* const kNumbers[] = {"42", "-17", "0x1f", "077", "99999999999999999999", "12abc", "zz", "", " 8"};
  for (unsigned i = 0; i < sizeof kNumbers / sizeof kNumbers[0]; i++) {
    long v;
    int r = parse_number(kNumbers[i], &v);
    printf("\"%s\" -> %d %ld\n", kNumbers[i], r, v);
  }
  return 0;
}

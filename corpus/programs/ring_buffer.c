// Queues: a byte ring with wrap-around copies, a typed deque, a sliding window maximum, an event simulation on a heap.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kRing = 256 };
typedef struct {
  uint8_t data[kRing];
  uint32_t head, tail;
} Ring;  // counters run freely; their low bits index

static uint32_t ring_used(const Ring* r) {
  return r->head - r->tail;
}
static uint32_t ring_write(Ring* r, const uint8_t* p, uint32_t n) {
  uint32_t room = kRing - ring_used(r), at = r->head % kRing;
  if (n > room) n = room;
  uint32_t first = n < kRing - at ? n : kRing - at;
  memcpy(r->data + at, p, first);
  memcpy(r->data, p + first, n - first);
  r->head += n;
  return n;
}
static uint32_t ring_read(Ring* r, uint8_t* p, uint32_t n) {
  uint32_t at = r->tail % kRing;
  if (n > ring_used(r)) n = ring_used(r);
  uint32_t first = n < kRing - at ? n : kRing - at;
  memcpy(p, r->data + at, first);
  memcpy(p + first, r->data, n - first);
  r->tail += n;
  return n;
}

typedef struct {
  int16_t items[128];
  uint8_t front, count;
} Deque;
static int push_back(Deque* d, int v) {
  if (d->count == 128) return 0;
  d->items[(d->front + d->count++) & 127] = (int16_t)v;
  return 1;
}
static int push_front(Deque* d, int v) {
  if (d->count == 128) return 0;
  d->front = (uint8_t)((d->front - 1) & 127);
  d->items[d->front] = (int16_t)v;
  d->count++;
  return 1;
}
static int pop_front(Deque* d) {
  int v = d->items[d->front];
  d->front = (uint8_t)((d->front + 1) & 127);
  d->count--;
  return v;
}
static int pop_back(Deque* d) {
  return d->items[(d->front + --d->count) & 127];
}

static int64_t window_maxima(const int* a, int n, int width) {
  static int queue[4000];
  int head = 0, tail = 0;
  int64_t sum = 0;
  for (int i = 0; i < n; i++) {
    while (head < tail && a[queue[tail - 1]] <= a[i]) tail--;
    queue[tail++] = i;
    if (queue[head] <= i - width) head++;
    if (i >= width - 1) sum += a[queue[head]];
  }
  return sum;
}

typedef struct {
  uint32_t time;
  uint16_t kind, who;
} Event;
typedef struct {
  Event e[512];
  int n;
} Agenda;
static int earlier(Event a, Event b) {
  return a.time != b.time ? a.time < b.time : a.kind != b.kind ? a.kind < b.kind : a.who < b.who;
}
static void schedule(Agenda* q, Event v) {
  int i = q->n++;
  for (; i && earlier(v, q->e[(i - 1) / 2]); i = (i - 1) / 2) q->e[i] = q->e[(i - 1) / 2];
  q->e[i] = v;
}
static Event take(Agenda* q) {
  Event top = q->e[0], last = q->e[--q->n];
  int i = 0;
  for (int c; (c = 2 * i + 1) < q->n; i = c) {
    if (c + 1 < q->n && earlier(q->e[c + 1], q->e[c])) c++;
    if (!earlier(q->e[c], last)) break;
    q->e[i] = q->e[c];
  }
  q->e[i] = last;
  return top;
}

int main(void) {
  static Ring ring;
  ring.head = ring.tail = 0xffffff00u;  // the counters wrap on the way
  uint8_t out[kRing], in[kRing];
  uint32_t s = 6, wrote = 0, read = 0, wrong = 0;
  for (int i = 0; i < 6000; i++) {
    s = s * 1664525u + 1013904223u;
    uint32_t n = s >> 25;
    for (uint32_t k = 0; k < n; k++) in[k] = (uint8_t)((wrote + k) * 7);
    wrote += ring_write(&ring, in, n);
    n = ring_read(&ring, out, s >> 17 & 127);
    for (uint32_t k = 0; k < n; k++) wrong += out[k] != (uint8_t)((read + k) * 7);
    read += n;
  }
  printf("ring %u %u left %u wrong %u\n", wrote, read, ring_used(&ring), wrong);
  Deque d = {{0}, 120, 0};
  int64_t sum = 0;
  int refused = 0;
  for (int i = 0; i < 40000; i++) {
    s = s * 1664525u + 1013904223u;
    switch (s >> 28 & 3) {
      case 0: refused += !push_back(&d, i & 0x7fff); break;
      case 1: refused += !push_front(&d, -(i & 0x7fff)); break;
      case 2:
        if (d.count) sum = sum * 3 + pop_front(&d);
        break;
      case 3:
        if (d.count) sum ^= pop_back(&d);
        break;
    }
    sum &= 0xffffffffffll;
  }
  printf("deque %lld count %u refused %d\n", (long long)sum, d.count, refused);
  static int a[4000];
  for (int i = 0; i < 4000; i++) a[i] = i * 7919 % 4001;
  printf("maxima %lld %lld %lld\n", (long long)window_maxima(a, 4000, 3), (long long)window_maxima(a, 4000, 50),
         (long long)window_maxima(a, 4000, 1000));
  // Three desks serve ships that arrive at random: kind 0 arrival, kind 1 departure.
  static Agenda q;
  uint32_t waiting = 0, idle = 3, longest = 0, served = 0, now = 0;
  uint64_t queued = 0;
  schedule(&q, (Event){0, 0, 0});
  while (served < 6000) {
    Event e = take(&q);
    queued += (uint64_t)waiting * (e.time - now);
    now = e.time;
    s = s * 1664525u + 1013904223u;
    if (e.kind == 0) {
      waiting++;
      schedule(&q, (Event){now + 1 + (s >> 27), 0, (uint16_t)(e.who + 1)});
    } else {
      idle++;
      served++;
    }
    if (waiting > longest) longest = waiting;
    if (waiting && idle) {
      waiting--;
      idle--;
      schedule(&q, (Event){now + 10 + (s >> 10 & 63), 1, e.who});
    }
  }
  printf("served %u at %u longest %u queued %llu\n", served, now, longest, (unsigned long long)queued);
  return 0;
}

// Two hash tables: open addressing with deletion and growth, and chaining over strings; word counting.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t key;
  int64_t value;
  uint8_t state;
} Slot;  // state: 0 empty, 1 full, 2 deleted
typedef struct {
  Slot* slots;
  size_t capacity, used, filled;
} Map;

static uint64_t hash64(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdull;
  x ^= x >> 29;
  return x * 0x9e3779b97f4a7c15ull;
}
static Slot* probe(Slot* slots, size_t capacity, uint64_t key) {
  Slot* grave = NULL;
  for (size_t i = hash64(key) & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
    Slot* s = &slots[i];
    if (s->state == 0) return grave ? grave : s;
    if (s->state == 2 && !grave) grave = s;
    if (s->state == 1 && s->key == key) return s;
  }
}
static void grow(Map* m) {
  size_t capacity = m->capacity ? m->capacity * 2 : 8;
  Slot* slots = calloc(capacity, sizeof *slots);
  if (!slots) exit(1);
  for (size_t i = 0; i < m->capacity; i++)
    if (m->slots[i].state == 1) *probe(slots, capacity, m->slots[i].key) = m->slots[i];
  free(m->slots);
  m->slots = slots;
  m->capacity = capacity;
  m->filled = m->used;
}
static int64_t* at(Map* m, uint64_t key) {
  if ((m->filled + 1) * 4 > m->capacity * 3) grow(m);
  Slot* s = probe(m->slots, m->capacity, key);
  if (s->state != 1) {
    m->filled += s->state == 0;
    m->used++;
    *s = (Slot){key, 0, 1};
  }
  return &s->value;
}
static int erase(Map* m, uint64_t key) {
  if (!m->capacity) return 0;
  Slot* s = probe(m->slots, m->capacity, key);
  if (s->state != 1) return 0;
  s->state = 2;
  m->used--;
  return 1;
}

typedef struct Word {
  struct Word* next;
  int count;
  char text[];
} Word;
enum { kBuckets = 128 };
static Word* buckets[kBuckets];
static unsigned hash_text(const char* s, size_t n) {
  unsigned h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}
static void count_word(const char* s, size_t n) {
  Word** p = &buckets[hash_text(s, n) % kBuckets];
  for (; *p; p = &(*p)->next)
    if (strlen((*p)->text) == n && !memcmp((*p)->text, s, n)) {
      (*p)->count++;
      return;
    }
  Word* w = malloc(sizeof *w + n + 1);
  if (!w) exit(1);
  w->next = NULL;
  w->count = 1;
  memcpy(w->text, s, n);
  w->text[n] = 0;
  *p = w;
}
static int by_count(const void* a, const void* b) {
  const Word *x = *(Word* const*)a, *y = *(Word* const*)b;
  return x->count != y->count ? y->count - x->count : strcmp(x->text, y->text);
}

static const char kText[] =
    "the wind that was with us in the morning left us in the evening and the sea that was quiet in the evening rose in "
    "the night so that we who had left the harbor in the morning with a quiet sea and a fair wind were glad of the "
    "land";

int main(void) {
  Map m = {0};
  uint64_t s = 1;
  int erased = 0;
  for (int i = 0; i < 40000; i++) {
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    uint64_t key = s % 3000 * 8;
    if (i % 5 == 4)
      erased += erase(&m, key);
    else
      *at(&m, key) += i;
  }
  int64_t sum = 0;
  uint64_t keys = 0;
  for (size_t i = 0; i < m.capacity; i++)
    if (m.slots[i].state == 1) sum += m.slots[i].value, keys ^= m.slots[i].key * 31;
  printf("map used %zu capacity %zu erased %d sum %lld keys %llu\n", m.used, m.capacity, erased, (long long)sum,
         (unsigned long long)keys);
  free(m.slots);
  for (int round = 0; round < 200; round++)
    for (const char* p = kText; *p;) {
      size_t n = strcspn(p, " ");
      count_word(p, n);
      p += n + (p[n] != 0);
    }
  Word* all[200];
  size_t n = 0;
  for (int i = 0; i < kBuckets; i++)
    for (Word* w = buckets[i]; w; w = w->next) all[n++] = w;
  qsort(all, n, sizeof all[0], by_count);
  for (size_t i = 0; i < n; i++) printf("%s:%d%c", all[i]->text, all[i]->count, i + 1 < n ? ' ' : '\n');
  return 0;
}

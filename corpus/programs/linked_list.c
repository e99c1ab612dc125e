// Linked lists: insertion, reversal, merge sort, cycle finding, a doubly linked LRU cache, an intrusive free list.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Node {
  int value;
  struct Node* next;
} Node;

static Node* push(Node* head, int v) {
  Node* n = malloc(sizeof *n);
  if (!n) exit(1);
  n->value = v;
  n->next = head;
  return n;
}
static Node* reverse(Node* head) {
  Node* out = NULL;
  while (head) {
    Node* next = head->next;
    head->next = out;
    out = head;
    head = next;
  }
  return out;
}
static Node* merge(Node* a, Node* b) {
  Node *head = NULL, **tail = &head;
  while (a && b) {
    Node** from = b->value < a->value ? &b : &a;
    *tail = *from;
    tail = &(*from)->next;
    *from = *tail;
  }
  *tail = a ? a : b;
  return head;
}
static Node* sort(Node* head) {
  if (!head || !head->next) return head;
  Node *slow = head, *fast = head->next;
  while (fast && fast->next) slow = slow->next, fast = fast->next->next;
  Node* back = slow->next;
  slow->next = NULL;
  return merge(sort(head), sort(back));
}
static Node* remove_if(Node* head, int (*test)(int)) {
  for (Node** p = &head; *p;) {
    if (test((*p)->value)) {
      Node* dead = *p;
      *p = dead->next;
      free(dead);
    } else {
      p = &(*p)->next;
    }
  }
  return head;
}
static int is_multiple(int v) {
  return v % 3 == 0;
}
static int has_cycle(const Node* head) {
  const Node *slow = head, *fast = head;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
    if (slow == fast) return 1;
  }
  return 0;
}

enum { kSlots = 64 };
typedef struct Entry {
  struct Entry *prev, *next;
  int key, value;
} Entry;
typedef struct {
  Entry ring, slots[kSlots];
  int used;
  unsigned hits, misses;
} Cache;
static void unlink_entry(Entry* e) {
  e->prev->next = e->next;
  e->next->prev = e->prev;
}
static void to_front(Cache* c, Entry* e) {
  e->next = c->ring.next;
  e->prev = &c->ring;
  c->ring.next->prev = e;
  c->ring.next = e;
}
static int lookup(Cache* c, int key) {
  for (Entry* e = c->ring.next; e != &c->ring; e = e->next)
    if (e->key == key) {
      unlink_entry(e);
      to_front(c, e);
      c->hits++;
      return e->value;
    }
  c->misses++;
  Entry* e;
  if (c->used < kSlots) {
    e = &c->slots[c->used++];
  } else {
    e = c->ring.prev;
    unlink_entry(e);
  }
  e->key = key;
  e->value = key * key + 1;
  to_front(c, e);
  return e->value;
}

int main(void) {
  Node* list = NULL;
  uint32_t s = 9;
  for (int i = 0; i < 6000; i++) {
    s = s * 1103515245u + 12345u;
    list = push(list, (int)(s >> 12) % 50000);
  }
  for (int r = 0; r < 7; r++) list = reverse(list);
  printf("first %d %d\n", list->value, list->next->value);
  list = sort(list);
  uint64_t h = 0;
  int n = 0, ordered = 1;
  for (Node* p = list; p; p = p->next, n++) {
    h = h * 31 + (uint64_t)p->value;
    if (p->next && p->next->value < p->value) ordered = 0;
  }
  printf("sorted %d %d %016llx\n", n, ordered, (unsigned long long)h);
  list = remove_if(list, is_multiple);
  for (n = 0, h = 0; list;) {
    Node* next = list->next;
    h = h * 31 + (uint64_t)list->value;
    free(list);
    list = next;
    n++;
  }
  printf("kept %d %016llx\n", n, (unsigned long long)h);
  static Node ring[100];
  int cycles = 0;
  for (int i = 0; i < 100; i++) {
    for (int k = 0; k < 100; k++) ring[k].next = k < 99 ? &ring[k + 1] : i & 1 ? &ring[i] : NULL;
    cycles += has_cycle(ring);
  }
  printf("cycles %d\n", cycles);
  static Cache cache;
  cache.ring.next = cache.ring.prev = &cache.ring;
  long sum = 0;
  for (int i = 0; i < 15000; i++) {
    s = s * 1103515245u + 12345u;
    sum += lookup(&cache, (int)(s >> 16) % ((i & 3) ? 50 : 200));
  }
  printf("cache %ld hits %u misses %u\n", sum, cache.hits, cache.misses);
  return 0;
}

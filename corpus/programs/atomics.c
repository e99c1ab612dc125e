// C11 atomics used by one thread: every operation, width and memory order; lists and counters built on
// compare-exchange.
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

static atomic_int counter;
static _Atomic uint8_t byte_cell;
static _Atomic int16_t half_cell;
static _Atomic uint32_t word_cell = 1;
static _Atomic uint64_t long_cell = 1;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static atomic_uint ticket_next, ticket_serving;

typedef struct Node {
  struct Node* next;
  int value;
} Node;
static _Atomic(Node*) top;

__attribute__((noinline)) static void push(Node* n) {
  Node* old = atomic_load_explicit(&top, memory_order_relaxed);
  do n->next = old;
  while (!atomic_compare_exchange_weak_explicit(&top, &old, n, memory_order_release, memory_order_relaxed));
}
__attribute__((noinline)) static Node* pop(void) {
  Node* old = atomic_load_explicit(&top, memory_order_acquire);
  while (old &&
         !atomic_compare_exchange_strong_explicit(&top, &old, old->next, memory_order_acq_rel, memory_order_acquire)) {}
  return old;
}
__attribute__((noinline)) static uint64_t fetch_max(_Atomic uint64_t* p, uint64_t v) {
  uint64_t old = atomic_load(p);
  while (old < v && !atomic_compare_exchange_weak(p, &old, v)) {}
  return old;
}
__attribute__((noinline)) static double add_double(_Atomic uint64_t* bits, double by) {
  union {
    uint64_t u;
    double d;
  } was, now;
  was.u = atomic_load_explicit(bits, memory_order_relaxed);
  do now.d = was.d + by;
  while (!atomic_compare_exchange_weak(bits, &was.u, now.u));
  return now.d;
}
__attribute__((noinline)) static void with_lock(int* value, int by) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) {}
  *value += by;
  atomic_flag_clear_explicit(&lock, memory_order_release);
}
__attribute__((noinline)) static unsigned with_ticket(unsigned* value) {
  unsigned mine = atomic_fetch_add_explicit(&ticket_next, 1, memory_order_relaxed);
  while (atomic_load_explicit(&ticket_serving, memory_order_acquire) != mine) {}
  *value = *value * 3 + mine;
  atomic_store_explicit(&ticket_serving, mine + 1, memory_order_release);
  return mine;
}

int main(void) {
  static Node nodes[64];
  int guarded = 0, failures = 0;
  unsigned tickets = 0;
  uint64_t trace = 0, highest = 0;
  static _Atomic uint64_t real;
  double d = 0;
  for (int i = 0; i < 40000; i++) {
    trace = trace * 31 + (uint64_t)atomic_fetch_add(&counter, 3);
    trace += (uint64_t)atomic_fetch_sub_explicit(&counter, 1, memory_order_relaxed);
    trace ^= atomic_fetch_add_explicit(&byte_cell, (uint8_t)i, memory_order_acq_rel);
    trace += (uint64_t)(int64_t)atomic_fetch_sub(&half_cell, (int16_t)(i & 0xff));
    trace ^= atomic_fetch_xor(&word_cell, (uint32_t)i * 2654435761u);
    trace += atomic_fetch_or_explicit(&word_cell, 1u << (i & 31), memory_order_release);
    trace ^= atomic_fetch_and(&word_cell, ~(0x111u << (i & 15)));
    trace += atomic_exchange_explicit(&long_cell, trace, memory_order_acquire);
    trace ^= atomic_fetch_add(&long_cell, (uint64_t)i << 33);
    atomic_thread_fence(memory_order_seq_cst);
    uint32_t expected = (uint32_t)i;
    failures += !atomic_compare_exchange_strong(&word_cell, &expected, 7);
    trace += expected;
    with_lock(&guarded, i & 3);
    with_ticket(&tickets);
    highest += fetch_max(&real, 0) & 0;
    if (i % 4 == 0) d = add_double(&real, 0.25);
    atomic_store(&half_cell, (int16_t)(half_cell + 1));
    word_cell += 5;
    --byte_cell;
  }
  printf("trace %016llx counter %d byte %u half %d word %08x\n", (unsigned long long)trace, atomic_load(&counter),
         (unsigned)byte_cell, (int)half_cell, (unsigned)word_cell);
  printf("guarded %d failures %d tickets %08x real %.2f\n", guarded, failures, tickets, d);
  static _Atomic uint64_t maximum;
  for (int i = 0; i < 5000; i++) highest += fetch_max(&maximum, (uint64_t)(i * 7919 % 5003));
  int sum = 0;
  for (int round = 0; round < 200; round++) {
    for (int i = 0; i < 64; i++) {
      nodes[i].value = i * round;
      push(&nodes[i]);
    }
    for (Node* n; (n = pop());) sum = (sum * 5 + n->value) & 0xffffff;
  }
  printf("maximum %llu seen %llu stack %06x\n", (unsigned long long)maximum, (unsigned long long)highest, sum);
  return 0;
}

// Trees: an AVL tree with deletion, a treap-free check of its invariants, in-order iteration with a stack, Morris walk.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Tree {
  struct Tree *left, *right;
  int key, height, count;
} Tree;

static int height(const Tree* t) {
  return t ? t->height : 0;
}
static int count(const Tree* t) {
  return t ? t->count : 0;
}
static Tree* update(Tree* t) {
  int l = height(t->left), r = height(t->right);
  t->height = 1 + (l > r ? l : r);
  t->count = 1 + count(t->left) + count(t->right);
  return t;
}
static Tree* rotate_right(Tree* t) {
  Tree* l = t->left;
  t->left = l->right;
  l->right = update(t);
  return update(l);
}
static Tree* rotate_left(Tree* t) {
  Tree* r = t->right;
  t->right = r->left;
  r->left = update(t);
  return update(r);
}
static Tree* balance(Tree* t) {
  int d = height(t->left) - height(update(t)->right);
  if (d > 1) {
    if (height(t->left->left) < height(t->left->right)) t->left = rotate_left(t->left);
    return rotate_right(t);
  }
  if (d < -1) {
    if (height(t->right->right) < height(t->right->left)) t->right = rotate_right(t->right);
    return rotate_left(t);
  }
  return t;
}
static Tree* insert(Tree* t, int key) {
  if (!t) {
    t = calloc(1, sizeof *t);
    if (!t) exit(1);
    t->key = key;
    return update(t);
  }
  if (key < t->key)
    t->left = insert(t->left, key);
  else if (key > t->key)
    t->right = insert(t->right, key);
  return balance(t);
}
static Tree* take_min(Tree* t, Tree** min) {
  if (!t->left) {
    *min = t;
    return t->right;
  }
  t->left = take_min(t->left, min);
  return balance(t);
}
static Tree* erase(Tree* t, int key) {
  if (!t) return NULL;
  if (key < t->key) {
    t->left = erase(t->left, key);
  } else if (key > t->key) {
    t->right = erase(t->right, key);
  } else {
    Tree *l = t->left, *r = t->right, *min;
    free(t);
    if (!r) return l;
    r = take_min(r, &min);
    min->left = l;
    min->right = r;
    t = min;
  }
  return balance(t);
}
static int valid(const Tree* t, int lo, int hi) {
  if (!t) return 1;
  int d = height(t->left) - height(t->right);
  return t->key > lo && t->key < hi && d >= -1 && d <= 1 && valid(t->left, lo, t->key) && valid(t->right, t->key, hi);
}
static int nth(const Tree* t, int n) {
  while (t) {
    int l = count(t->left);
    if (n == l) return t->key;
    if (n < l)
      t = t->left;
    else
      n -= l + 1, t = t->right;
  }
  return -1;
}
static uint64_t with_stack(const Tree* t) {
  const Tree* stack[64];
  int n = 0;
  uint64_t h = 0;
  while (t || n) {
    for (; t; t = t->left) stack[n++] = t;
    t = stack[--n];
    h = h * 31 + (uint64_t)t->key;
    t = t->right;
  }
  return h;
}
static uint64_t with_threads(Tree* t) {  // Morris: threads are made and undone on the way
  uint64_t h = 0;
  while (t) {
    if (t->left) {
      Tree* p = t->left;
      while (p->right && p->right != t) p = p->right;
      if (!p->right) {
        p->right = t;
        t = t->left;
        continue;
      }
      p->right = NULL;
    }
    h = h * 31 + (uint64_t)t->key;
    t = t->right;
  }
  return h;
}
static void destroy(Tree* t) {
  if (!t) return;
  destroy(t->left);
  destroy(t->right);
  free(t);
}

int main(void) {
  Tree* root = NULL;
  uint32_t s = 4;
  for (int i = 0; i < 6000; i++) {
    s = s * 1664525u + 1013904223u;
    int key = (int)(s >> 14) % 5000;
    root = i % 3 == 2 ? erase(root, key) : insert(root, key);
    if (i % 1000 == 999)
      printf("%d: count %d height %d valid %d\n", i, count(root), height(root), valid(root, -1, 5000));
  }
  int sum = 0;
  for (int i = 0; i < count(root); i++) sum = (sum * 7 + nth(root, i)) % 1000003;
  uint64_t a = with_stack(root), b = with_threads(root);
  printf("sum %d walks %016llx %s\n", sum, (unsigned long long)a, a == b ? "agree" : "DIFFER");
  for (int i = 0; i < 2000; i++) root = insert(root, i);
  printf("count %d height %d valid %d\n", count(root), height(root), valid(root, -1, 5000));
  destroy(root);
  return 0;
}

// A tiny Lisp: reader, environments, closures, recursion; cells come from an arena that is never freed.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { kNil, kInt, kSymbol, kPair, kPrimitive, kClosure } Tag;
typedef struct Cell Cell;
typedef Cell* (*Primitive)(Cell* args);
struct Cell {
  Tag tag;
  union {
    int64_t i;
    const char* name;
    struct {
      Cell *car, *cdr;
    };
    Primitive prim;
    struct {
      Cell *params, *body, *env;
    } fn;
  };
};

enum { kArena = 400000 };
static Cell* arena;
static int used;
static Cell nil_cell, *const nil = &nil_cell;
static Cell *symbols = &nil_cell, *sym_true, *sym_quote, *sym_if, *sym_lambda, *sym_define, *globals;

static Cell* cell(Tag tag) {
  if (used == kArena) {
    printf("arena exhausted\n");
    exit(1);
  }
  arena[used].tag = tag;
  return &arena[used++];
}
static Cell* cons(Cell* a, Cell* d) {
  Cell* c = cell(kPair);
  c->car = a;
  c->cdr = d;
  return c;
}
static Cell* number(int64_t i) {
  Cell* c = cell(kInt);
  c->i = i;
  return c;
}
static Cell* intern(const char* s, size_t n) {
  for (Cell* l = symbols; l != nil; l = l->cdr)
    if (strlen(l->car->name) == n && !memcmp(l->car->name, s, n)) return l->car;
  char* copy = malloc(n + 1);
  memcpy(copy, s, n);
  copy[n] = 0;
  Cell* c = cell(kSymbol);
  c->name = copy;
  symbols = cons(c, symbols);
  return c;
}

static const char* at;
static Cell* read_list(void);
static Cell* read_one(void) {
  while (*at == ' ' || *at == '\n') at++;
  if (*at == '(') {
    at++;
    return read_list();
  }
  if (*at == '\'') {
    at++;
    return cons(sym_quote, cons(read_one(), nil));
  }
  const char* start = at;
  if ((*at >= '0' && *at <= '9') || (*at == '-' && at[1] >= '0' && at[1] <= '9')) {
    char* end;
    int64_t v = strtoll(at, &end, 10);
    at = end;
    return number(v);
  }
  while (*at && !strchr(" \n()", *at)) at++;
  return intern(start, (size_t)(at - start));
}
static Cell* read_list(void) {
  while (*at == ' ' || *at == '\n') at++;
  if (*at == ')') {
    at++;
    return nil;
  }
  Cell* first = read_one();
  return cons(first, read_list());
}

static Cell* lookup(const Cell* name, Cell* env) {
  for (; env != nil; env = env->cdr)
    if (env->car->car == name) return env->car->cdr;
  for (env = globals; env != nil; env = env->cdr)
    if (env->car->car == name) return env->car->cdr;
  return nil;
}
static Cell* eval(Cell* e, Cell* env);
static Cell* eval_args(Cell* l, Cell* env) {
  if (l == nil) return nil;
  Cell* v = eval(l->car, env);
  return cons(v, eval_args(l->cdr, env));
}
static Cell* apply(Cell* f, Cell* args) {
  if (f->tag == kPrimitive) return f->prim(args);
  if (f->tag != kClosure) return nil;
  Cell* env = f->fn.env;
  for (Cell* p = f->fn.params; p != nil && args != nil; p = p->cdr, args = args->cdr)
    env = cons(cons(p->car, args->car), env);
  return eval(f->fn.body, env);
}
static Cell* eval(Cell* e, Cell* env) {
  if (e->tag == kSymbol) return lookup(e, env);
  if (e->tag != kPair) return e;
  if (e->car == sym_quote) return e->cdr->car;
  if (e->car == sym_if) return eval(eval(e->cdr->car, env) != nil ? e->cdr->cdr->car : e->cdr->cdr->cdr->car, env);
  if (e->car == sym_lambda) {
    Cell* c = cell(kClosure);
    c->fn.params = e->cdr->car, c->fn.body = e->cdr->cdr->car, c->fn.env = env;
    return c;
  }
  if (e->car == sym_define) {
    globals = cons(cons(e->cdr->car, nil), globals);
    return globals->car->cdr = eval(e->cdr->cdr->car, env);
  }
  Cell* f = eval(e->car, env);
  return apply(f, eval_args(e->cdr, env));
}

static Cell* prim_add(Cell* a) {
  int64_t s = 0;
  for (; a != nil; a = a->cdr) s += a->car->i;
  return number(s);
}
static Cell* prim_sub(Cell* a) {
  return number(a->car->i - a->cdr->car->i);
}
static Cell* prim_mul(Cell* a) {
  return number(a->car->i * a->cdr->car->i);
}
static Cell* prim_less(Cell* a) {
  return a->car->i < a->cdr->car->i ? sym_true : nil;
}
static Cell* prim_eq(Cell* a) {
  return a->car->i == a->cdr->car->i ? sym_true : nil;
}
static Cell* prim_cons(Cell* a) {
  return cons(a->car, a->cdr->car);
}
static Cell* prim_car(Cell* a) {
  return a->car->car;
}
static Cell* prim_cdr(Cell* a) {
  return a->car->cdr;
}
static Cell* prim_null(Cell* a) {
  return a->car == nil ? sym_true : nil;
}

static void print(const Cell* c) {
  switch (c->tag) {
    case kNil: printf("()"); break;
    case kInt: printf("%lld", (long long)c->i); break;
    case kSymbol: printf("%s", c->name); break;
    case kPrimitive: printf("<primitive>"); break;
    case kClosure: printf("<closure>"); break;
    case kPair:
      printf("(");
      for (; c->tag == kPair; c = c->cdr) {
        print(c->car);
        if (c->cdr != nil) printf(" ");
      }
      if (c->tag != kNil) printf(". "), print(c);
      printf(")");
  }
}

static const char kProgram[] =
    "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
    "(fib 15)"
    "(define map (lambda (f l) (if (null l) '() (cons (f (car l)) (map f (cdr l))))))"
    "(define range (lambda (a b) (if (< a b) (cons a (range (+ a 1) b)) '())))"
    "(define fold (lambda (f z l) (if (null l) z (fold f (f z (car l)) (cdr l)))))"
    "(map (lambda (x) (* x x)) (range 0 12))"
    "(fold + 0 (range 0 300))"
    "(define adder (lambda (n) (lambda (x) (+ x n))))"
    "((adder 5) 37)"
    "(map (adder -3) '(1 2 3))"
    "(define fact (lambda (n) (if (= n 0) 1 (* n (fact (- n 1))))))"
    "(fact 20)"
    "'(a (b c) -7 ())"
    "car";

int main(void) {
  static const struct {
    const char* name;
    Primitive prim;
  } kPrimitives[] = {
      {"+", prim_add},     {"-", prim_sub},   {"*", prim_mul},   {"<", prim_less},    {"=", prim_eq},
      {"cons", prim_cons}, {"car", prim_car}, {"cdr", prim_cdr}, {"null", prim_null},
  };
  arena = calloc(kArena, sizeof *arena);
  if (!arena) return 1;
  globals = nil;
  sym_true = intern("t", 1);
  sym_quote = intern("quote", 5);
  sym_if = intern("if", 2);
  sym_lambda = intern("lambda", 6);
  sym_define = intern("define", 6);
  for (unsigned i = 0; i < sizeof kPrimitives / sizeof kPrimitives[0]; i++) {
    Cell* c = cell(kPrimitive);
    c->prim = kPrimitives[i].prim;
    globals = cons(cons(intern(kPrimitives[i].name, strlen(kPrimitives[i].name)), c), globals);
  }
  for (at = kProgram; *at;) {
    print(eval(read_one(), nil));
    printf("\n");
  }
  printf("cells %d\n", used);
  return 0;
}

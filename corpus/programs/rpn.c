// Infix to postfix (shunting yard), then a calculator over doubles with variables and functions.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { kNumber, kVariable, kOperator, kFunction } Kind;
typedef struct {
  Kind kind;
  char op;
  double value;
  double (*call)(double);
} Item;
typedef struct {
  Item items[64];
  int count;
} Postfix;

static double square(double x) {
  return x * x;
}
static double negate(double x) {
  return -x;
}
static const struct {
  const char* name;
  double (*call)(double);
} kFunctions[] = {
    {"sqrt", sqrt}, {"abs", fabs}, {"floor", floor}, {"sq", square}, {"neg", negate},
};

static int precedence(char op) {
  switch (op) {
    case '+':
    case '-': return 1;
    case '*':
    case '/':
    case '%': return 2;
    case '^': return 3;
    default: return 0;
  }
}

static const char* convert(const char* s, Postfix* out) {
  Item ops[32];
  int depth = 0;
  out->count = 0;
  while (*s) {
    if (*s == ' ') {
      s++;
    } else if ((*s >= '0' && *s <= '9') || *s == '.') {
      char* end;
      out->items[out->count++] = (Item){kNumber, 0, strtod(s, &end), NULL};
      s = end;
    } else if (*s >= 'a' && *s <= 'z') {
      int len = 0;
      while (s[len] >= 'a' && s[len] <= 'z') len++;
      if (len == 1) {
        out->items[out->count++] = (Item){kVariable, *s, 0, NULL};
      } else {
        double (*call)(double) = NULL;
        for (unsigned i = 0; i < sizeof kFunctions / sizeof kFunctions[0]; i++)
          if (strlen(kFunctions[i].name) == (size_t)len && !memcmp(kFunctions[i].name, s, (size_t)len))
            call = kFunctions[i].call;
        if (!call) return "unknown function";
        ops[depth++] = (Item){kFunction, 0, 0, call};
      }
      s += len;
    } else if (*s == '(') {
      ops[depth++] = (Item){kOperator, '(', 0, NULL};
      s++;
    } else if (*s == ')') {
      while (depth && ops[depth - 1].op != '(') out->items[out->count++] = ops[--depth];
      if (!depth) return "unbalanced )";
      depth--;
      if (depth && ops[depth - 1].kind == kFunction) out->items[out->count++] = ops[--depth];
      s++;
    } else if (precedence(*s)) {
      while (depth && ops[depth - 1].op != '(' &&
             (ops[depth - 1].kind == kFunction || precedence(ops[depth - 1].op) > precedence(*s) ||
              (precedence(ops[depth - 1].op) == precedence(*s) && *s != '^')))
        out->items[out->count++] = ops[--depth];
      ops[depth++] = (Item){kOperator, *s++, 0, NULL};
    } else {
      return "bad character";
    }
  }
  while (depth) {
    if (ops[--depth].op == '(') return "unbalanced (";
    out->items[out->count++] = ops[depth];
  }
  return NULL;
}

static const char* evaluate(const Postfix* p, const double* variables, double* result) {
  double stack[64];
  int n = 0;
  for (int i = 0; i < p->count; i++) {
    const Item* t = &p->items[i];
    if (t->kind == kNumber) {
      stack[n++] = t->value;
    } else if (t->kind == kVariable) {
      stack[n++] = variables[t->op - 'a'];
    } else if (t->kind == kFunction) {
      if (n < 1) return "stack underflow";
      stack[n - 1] = t->call(stack[n - 1]);
    } else {
      if (n < 2) return "stack underflow";
      double b = stack[--n], a = stack[n - 1];
      switch (t->op) {
        case '+': a += b; break;
        case '-': a -= b; break;
        case '*': a *= b; break;
        case '/':
          if (b == 0) return "division by zero";
          a /= b;
          break;
        case '%':
          if (b == 0) return "division by zero";
          a -= b * floor(a / b);
          break;
        case '^': {
          double r = 1;
          for (int k = (int)b; k > 0; k--) r *= a;
          a = r;
          break;
        }
      }
      stack[n - 1] = a;
    }
  }
  if (n != 1) return "bad expression";
  *result = stack[0];
  return NULL;
}

int main(void) {
  static const char* const kExpressions[] = {
      "1 + 2 * 3",
      "(1 + 2) * 3",
      "2 ^ 3 ^ 2",
      "10 % 4 - 7 / 2",
      "sqrt(x * x + y * y)",
      "abs(neg(3.5)) + floor(2.9)",
      "sq(x - 1) * (y + 0.5) / 4",
      "1 / (x - x)",
      "(1 + 2",
      "1 + 2)",
      "foo(1)",
      "1 +",
      "3 $ 4",
      "1 2",
  };
  double variables[26] = {0};
  for (unsigned i = 0; i < sizeof kExpressions / sizeof kExpressions[0]; i++) {
    Postfix p;
    double v = 0, sum = 0;
    const char* error = convert(kExpressions[i], &p);
    for (int k = 0; !error && k < 3000; k++) {
      variables['x' - 'a'] = k * 0.25;
      variables['y' - 'a'] = 10 - k * 0.125;
      error = evaluate(&p, variables, &v);
      sum += v;
    }
    if (error)
      printf("%-28s error: %s\n", kExpressions[i], error);
    else
      printf("%-28s %.4f %.3f\n", kExpressions[i], v, sum);
  }
  return 0;
}

// A JSON reader that builds a tree, a printer, and a path lookup; errors carry the offset.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { kNull, kBool, kNumber, kString, kArray, kObject } Type;
typedef struct Value Value;
struct Value {
  Type type;
  union {
    int flag;
    double number;
    char* text;
  } u;
  char* key;            // when inside an object
  Value *child, *next;  // children of arrays and objects form a list
};
typedef struct {
  const char *start, *at;
  const char* error;
} Parser;

static int nodes;
static Value* make(Type type) {
  Value* v = calloc(1, sizeof *v);
  if (!v) exit(1);
  v->type = type;
  nodes++;
  return v;
}
static void destroy(Value* v) {
  while (v) {
    Value* next = v->next;
    destroy(v->child);
    if (v->type == kString) free(v->u.text);
    free(v->key);
    free(v);
    nodes--;
    v = next;
  }
}
static void blank(Parser* p) {
  while (*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r') p->at++;
}
static Value* fail(Parser* p, const char* why) {
  if (!p->error) p->error = why;
  return NULL;
}
static int hex4(const char* s) {
  int v = 0;
  for (int i = 0; i < 4; i++) {
    int c = (unsigned char)s[i], d = c >= '0' && c <= '9'                 ? c - '0'
                                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                                          : -1;
    if (d < 0) return -1;
    v = v * 16 + d;
  }
  return v;
}
static char* text(Parser* p) {
  char* out = malloc(strlen(p->at) + 1);
  size_t n = 0;
  for (p->at++; *p->at != '"'; p->at++) {
    if (!*p->at) {
      free(out);
      fail(p, "unterminated string");
      return NULL;
    }
    if (*p->at != '\\') {
      out[n++] = *p->at;
      continue;
    }
    switch (*++p->at) {
      case 'n': out[n++] = '\n'; break;
      case 't': out[n++] = '\t'; break;
      case '"':
      case '\\':
      case '/': out[n++] = *p->at; break;
      case 'u': {
        int c = hex4(p->at + 1);
        if (c < 0) {
          free(out);
          fail(p, "bad \\u escape");
          return NULL;
        }
        p->at += 4;
        if (c < 0x80) {
          out[n++] = (char)c;
        } else if (c < 0x800) {
          out[n++] = (char)(0xc0 | c >> 6);
          out[n++] = (char)(0x80 | (c & 63));
        } else {
          out[n++] = (char)(0xe0 | c >> 12);
          out[n++] = (char)(0x80 | (c >> 6 & 63));
          out[n++] = (char)(0x80 | (c & 63));
        }
        break;
      }
      default:
        free(out);
        fail(p, "bad escape");
        return NULL;
    }
  }
  p->at++;
  out[n] = 0;
  return out;
}
static Value* value(Parser* p, int depth);
static Value* members(Parser* p, Type type, int depth) {
  char close = type == kArray ? ']' : '}';
  Value *v = make(type), **tail = &v->child;
  p->at++;
  blank(p);
  if (*p->at == close) return p->at++, v;
  for (;;) {
    char* key = NULL;
    blank(p);
    if (type == kObject) {
      if (*p->at != '"') {
        fail(p, "expected a key");
        break;
      }
      if (!(key = text(p))) break;
      blank(p);
      if (*p->at != ':') {
        free(key);
        fail(p, "expected ':'");
        break;
      }
      p->at++;
    }
    Value* item = value(p, depth + 1);
    if (!item) {
      free(key);
      break;
    }
    item->key = key;
    *tail = item;
    tail = &item->next;
    blank(p);
    if (*p->at == close) return p->at++, v;
    if (*p->at != ',') {
      fail(p, "expected ',' or a closing bracket");
      break;
    }
    p->at++;
  }
  destroy(v);
  return NULL;
}
static Value* value(Parser* p, int depth) {
  blank(p);
  if (depth > 20) return fail(p, "too deep");
  Value* v;
  switch (*p->at) {
    case '{': return members(p, kObject, depth);
    case '[': return members(p, kArray, depth);
    case '"': {
      char* s = text(p);
      if (!s) return NULL;
      v = make(kString);
      v->u.text = s;
      return v;
    }
    case 't':
      if (strncmp(p->at, "true", 4)) break;
      p->at += 4;
      v = make(kBool);
      v->u.flag = 1;
      return v;
    case 'f':
      if (strncmp(p->at, "false", 5)) break;
      p->at += 5;
      return make(kBool);
    case 'n':
      if (strncmp(p->at, "null", 4)) break;
      p->at += 4;
      return make(kNull);
    default:
      if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9')) {
        char* end;
        double d = strtod(p->at, &end);
        p->at = end;
        v = make(kNumber);
        v->u.number = d;
        return v;
      }
  }
  return fail(p, "unexpected character");
}
static void print(const Value* v) {
  if (v->key) printf("\"%s\":", v->key);
  switch (v->type) {
    case kNull: printf("null"); break;
    case kBool: printf("%s", v->u.flag ? "true" : "false"); break;
    case kNumber: printf("%g", v->u.number); break;
    case kString: printf("\"%s\"", v->u.text); break;
    default:
      putchar(v->type == kArray ? '[' : '{');
      for (const Value* c = v->child; c; c = c->next) {
        print(c);
        if (c->next) putchar(',');
      }
      putchar(v->type == kArray ? ']' : '}');
  }
}
static double total(const Value* v) {
  double s = v->type == kNumber ? v->u.number : v->type == kString ? (double)strlen(v->u.text) : 0.5;
  for (const Value* c = v->child; c; c = c->next) s += total(c);
  return s;
}

int main(void) {
  static const char* const kTexts[] = {
      "{\"name\": \"portolan\", \"ports\": [1, 2.5, -3e2, true, null], \"nested\": {\"a\": {\"b\": [[], {}]}}}",
      "[\"\\u0041\\u00e9\\u20ac\", \"tab\\tquote\\\"\", 0.125, -0, 1e3]",
      "{\"a\": 1,}",
      "[1 2]",
      "\"open",
      "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]",
      "tru",
      "{\"k\" 1}",
      "[\"\\x\"]",
      "",
  };
  for (unsigned i = 0; i < sizeof kTexts / sizeof kTexts[0]; i++) {
    double sum = 0;
    for (int round = 0; round < 150; round++) {
      Parser p = {kTexts[i], kTexts[i], NULL};
      Value* v = value(&p, 0);
      if (!v) {
        if (round == 0) printf("error at %d: %s\n", (int)(p.at - p.start), p.error);
        continue;
      }
      sum += total(v);
      if (round == 0) print(v), putchar('\n');
      destroy(v);
    }
    printf("total %.3f nodes %d\n", sum, nodes);
  }
  return 0;
}

// A scanner for a C-like language, driven by a character class table; counts, hashes and re-prints tokens.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef enum { kEnd, kName, kKeyword, kNumber, kString, kChar, kPunctuator, kError, kKinds } Kind;
static const char* const kKindNames[kKinds] = {"end", "name", "keyword", "number", "string", "char", "punct", "error"};
typedef struct {
  Kind kind;
  const char* start;
  int length, line;
  double value;
} Token;
typedef struct {
  const char* at;
  int line;
} Scanner;

enum { kSpace = 1, kAlpha = 2, kDigit = 4, kPunct = 8 };
static uint8_t classes[256];
static void make_classes(void) {
  for (int c = 0; c < 256; c++) {
    if (c == ' ' || c == '\t' || c == '\n') classes[c] |= kSpace;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') classes[c] |= kAlpha;
    if (c >= '0' && c <= '9') classes[c] |= kDigit;
    if (c && strchr("+-*/%=<>!&|^~?:;,.(){}[]", c)) classes[c] |= kPunct;
  }
}
static int is(char c, int mask) {
  return classes[(unsigned char)c] & mask;
}

static const char* const kKeywords[] = {"else", "for", "if", "int", "return", "while"};
static int is_keyword(const char* s, int n) {
  int lo = 0, hi = (int)(sizeof kKeywords / sizeof kKeywords[0]) - 1;
  while (lo <= hi) {
    int mid = (lo + hi) / 2, c = strncmp(s, kKeywords[mid], (size_t)n);
    if (c == 0) c = 0 - (kKeywords[mid][n] != 0);
    if (c == 0) return 1;
    if (c < 0)
      hi = mid - 1;
    else
      lo = mid + 1;
  }
  return 0;
}

static void skip_blank(Scanner* s) {
  for (;;) {
    while (is(*s->at, kSpace)) s->line += *s->at++ == '\n';
    if (s->at[0] == '/' && s->at[1] == '/') {
      while (*s->at && *s->at != '\n') s->at++;
    } else if (s->at[0] == '/' && s->at[1] == '*') {
      for (s->at += 2; *s->at && !(s->at[0] == '*' && s->at[1] == '/'); s->at++) s->line += *s->at == '\n';
      if (*s->at) s->at += 2;
    } else {
      return;
    }
  }
}
static double number(Scanner* s) {
  double v = 0, scale = 1;
  if (s->at[0] == '0' && s->at[1] == 'x') {
    for (s->at += 2; is(*s->at, kDigit) || (*s->at >= 'a' && *s->at <= 'f'); s->at++)
      v = v * 16 + (is(*s->at, kDigit) ? *s->at - '0' : *s->at - 'a' + 10);
    return v;
  }
  while (is(*s->at, kDigit)) v = v * 10 + (*s->at++ - '0');
  if (*s->at == '.')
    for (s->at++; is(*s->at, kDigit); s->at++) v += (*s->at - '0') * (scale /= 10);
  return v;
}
static Token next(Scanner* s) {
  skip_blank(s);
  Token t = {kError, s->at, 0, s->line, 0};
  char c = *s->at;
  if (!c) {
    t.kind = kEnd;
  } else if (is(c, kAlpha)) {
    while (is(*s->at, kAlpha | kDigit)) s->at++;
    t.kind = is_keyword(t.start, (int)(s->at - t.start)) ? kKeyword : kName;
  } else if (is(c, kDigit)) {
    t.value = number(s);
    t.kind = kNumber;
  } else if (c == '"' || c == '\'') {
    for (s->at++; *s->at && *s->at != c && *s->at != '\n'; s->at++)
      if (*s->at == '\\' && s->at[1]) s->at++;
    if (*s->at == c) {
      s->at++;
      t.kind = c == '"' ? kString : kChar;
    }
  } else if (is(c, kPunct)) {
    s->at++;
    if (s->at[0] == '=' && strchr("+-*/%=<>!&|^", c))
      s->at++;
    else if (s->at[0] == c && strchr("+-<>&|", c))
      s->at++;
    t.kind = kPunctuator;
  } else {
    s->at++;
  }
  t.length = (int)(s->at - t.start);
  return t;
}

static const char kSource[] =
    "int main(int argc) { // entry\n"
    "  int total = 0x1f + 12.5; /* two\n lines */ for (i = 0; i <= 10; i++) total += i << 2;\n"
    "  if (total != 7 && argc-- >= 1) return \"text \\\" quoted\"[0] == 'c' || '\\n';\n"
    "  while (iffy) { elsewhere = forth.returned - returns; } @ \"unclosed\n  else return 3.25 * (a ^= b);\n}\n";

int main(void) {
  make_classes();
  Scanner s = {kSource, 1};
  for (Token t; (t = next(&s)).kind != kEnd;) {
    printf("%d:%s:%.*s", t.line, kKindNames[t.kind], t.length, t.start);
    if (t.kind == kNumber) printf("=%.3f", t.value);
    putchar(' ');
  }
  printf("\n");
  unsigned counts[kKinds] = {0}, hash = 0;
  double values = 0;
  for (int round = 0; round < 250; round++) {
    s = (Scanner){kSource, 1};
    for (Token t; (t = next(&s)).kind != kEnd; counts[t.kind]++) {
      for (int i = 0; i < t.length; i++) hash = hash * 31 + (unsigned char)t.start[i];
      values += t.value;
    }
  }
  for (int i = 0; i < kKinds; i++) printf("%s %u ", kKindNames[i], counts[i]);
  printf("hash %08x values %.2f\n", hash, values);
  return 0;
}

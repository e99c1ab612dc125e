// Regular expressions twice: a backtracking matcher and Thompson's set-of-states simulation; both must agree.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Backtracking over: literal . [set] [^set] * + ? ^ $
static int match_here(const char* re, const char* s);
static int element_length(const char* re) {
  if (*re == '\\') return 2;
  if (*re != '[') return 1;
  const char* p = re + 1;
  while (*p && *p != ']') p++;
  return (int)(p - re) + 1;
}
static int match_one(const char* re, unsigned char c) {
  if (!c) return 0;
  if (*re == '.') return 1;
  if (*re == '\\') return (unsigned char)re[1] == c;
  if (*re != '[') return (unsigned char)*re == c;
  int negate = re[1] == '^', found = 0;
  for (const char* p = re + 1 + negate; *p && *p != ']'; p++) {
    if (p[1] == '-' && p[2] != ']') {
      found |= (unsigned char)p[0] <= c && c <= (unsigned char)p[2];
      p += 2;
    } else {
      found |= (unsigned char)*p == c;
    }
  }
  return found != negate;
}
static int match_repeat(const char* one, const char* rest, const char* s, int min, int max) {
  int n = 0;
  while ((max < 0 || n < max) && match_one(one, (unsigned char)s[n])) n++;
  for (; n >= min; n--)
    if (match_here(rest, s + n)) return 1;
  return 0;
}
static int match_here(const char* re, const char* s) {
  if (!*re) return 1;
  if (re[0] == '$' && !re[1]) return !*s;
  int n = element_length(re);
  switch (re[n]) {
    case '*': return match_repeat(re, re + n + 1, s, 0, -1);
    case '+': return match_repeat(re, re + n + 1, s, 1, -1);
    case '?': return match_repeat(re, re + n + 1, s, 0, 1);
  }
  return match_one(re, (unsigned char)*s) && match_here(re + n, s + 1);
}
static int search(const char* re, const char* s) {
  if (*re == '^') return match_here(re + 1, s);
  do
    if (match_here(re, s)) return 1;
  while (*s++);
  return 0;
}

// The same language as a bit set of positions.
typedef struct {
  const char* at;
  char repeat;
} Element;
static uint64_t closure(uint64_t set, const Element* e, int n) {
  for (int i = 0; i < n; i++)
    if ((set >> i & 1) && (e[i].repeat == '*' || e[i].repeat == '?')) set |= 1ull << (i + 1);
  return set;
}
static int simulate(const char* re, const char* s) {
  Element e[60];
  int n = 0, anchored = *re == '^', end = 0;
  for (re += anchored; *re;) {
    if (re[0] == '$' && !re[1]) {
      end = 1;
      break;
    }
    int len = element_length(re);
    e[n].at = re;
    e[n].repeat = strchr("*+?", re[len]) && re[len] ? re[len] : 0;
    re += len + (e[n++].repeat != 0);
  }
  uint64_t set = closure(1, e, n);
  for (;; s++) {
    if (!anchored) set |= closure(1, e, n);
    if ((set >> n & 1) && (!end || !*s)) return 1;
    if (!*s) return 0;
    uint64_t to = 0;
    for (int i = 0; i < n; i++)
      if ((set >> i & 1) && match_one(e[i].at, (unsigned char)*s)) {
        to |= 1ull << (i + 1);
        if (e[i].repeat == '*' || e[i].repeat == '+') to |= 1ull << i;
      }
    set = closure(to, e, n);
  }
}

int main(void) {
  static const char* const kPatterns[] = {"abc",     "^ab*c$",  "a.c", "[0-9]+\\.[0-9]*", "^[^ ]+ [a-z]?x",
                                          "colou?r", "a*a*a*b", "^$",  ".*end$",          "[a-c]+[x-z]+"};
  static const char* const kTexts[] = {"",
                                       "abc",
                                       "ac",
                                       "abbbbc",
                                       "xxabcxx",
                                       "3.14159",
                                       "12.",
                                       "hello xyz",
                                       "hello qx",
                                       "the color of colour",
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac",
                                       "the very end",
                                       "abcabcxyzzy",
                                       "a.c"};
  enum { kP = sizeof kPatterns / sizeof kPatterns[0], kT = sizeof kTexts / sizeof kTexts[0] };
  int disagreements = 0, matches = 0;
  for (int i = 0; i < kP; i++) {
    printf("%-16s ", kPatterns[i]);
    for (int j = 0; j < kT; j++) {
      int m = 0;
      for (int r = 0; r < 12; r++) {
        m = search(kPatterns[i], kTexts[j]);
        disagreements += m != simulate(kPatterns[i], kTexts[j]);
        matches += m;
      }
      putchar(m ? '1' : '.');
    }
    putchar('\n');
  }
  char text[64];
  unsigned rng = 3;
  for (int i = 0; i < 400; i++) {
    int n = 10 + i % 40;
    for (int k = 0; k < n; k++) {
      rng = rng * 1664525u + 1013904223u;
      text[k] = "abcxyz01. "[(rng >> 16) % 10];
    }
    text[n] = 0;
    for (int p = 0; p < kP; p++) {
      int m = search(kPatterns[p], text);
      disagreements += m != simulate(kPatterns[p], text);
      matches += m;
    }
  }
  printf("matches %d disagreements %d\n", matches, disagreements);
  return 0;
}

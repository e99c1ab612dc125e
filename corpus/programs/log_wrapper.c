// A logger: variadic wrappers over vsnprintf and vprintf, levels, a bounded buffer, nested wrappers.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum { kDebug, kInfo, kWarning, kError } Level;
static const char* const kLevelNames[] = {"debug", "info", "warning", "error"};
typedef struct {
  char data[4096];
  size_t used;
  unsigned dropped, lines[4];
  Level threshold;
} Log;

static void log_v(Log* log, Level level, const char* format, va_list ap) {
  char line[96];
  if (level < log->threshold) return;
  int head = snprintf(line, sizeof line, "[%s] ", kLevelNames[level]);
  int body = vsnprintf(line + head, sizeof line - (size_t)head, format, ap);
  size_t n = (size_t)(head + body);
  if (n >= sizeof line) {
    n = sizeof line - 1;
    memcpy(line + n - 3, "...", 3);
  }
  log->lines[level]++;
  if (log->used + n + 2 > sizeof log->data) {
    log->dropped++;
    log->used = 0;
  }
  memcpy(log->data + log->used, line, n);
  log->used += n;
  log->data[log->used++] = '\n';
  log->data[log->used] = 0;
}
__attribute__((format(printf, 3, 4))) static void log_at(Log* log, Level level, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  log_v(log, level, format, ap);
  va_end(ap);
}
__attribute__((format(printf, 2, 3))) static void log_info(Log* log, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  log_v(log, kInfo, format, ap);
  va_end(ap);
}
__attribute__((format(printf, 1, 2))) static int say(const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  int n = vprintf(format, ap);
  va_end(ap);
  return n;
}
__attribute__((format(printf, 2, 3))) static int measure(int* calls, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  int n = vsnprintf(NULL, 0, format, ap);
  va_end(ap);
  ++*calls;
  return n;
}

int main(void) {
  static Log log;
  log.threshold = kInfo;
  int calls = 0, width = 0;
  unsigned hash = 5381;
  for (int i = 0; i < 2500; i++) {
    log_at(&log, (Level)(i & 3), "step %d of %s at %.2f", i, "voyage", i * 0.25);
    if (i % 5 == 0)
      log_info(&log, "%c%5u|%-6s|%08lx", 'a' + i % 26, (unsigned)i * 7, "deck", 0xabcdeful + (unsigned long)i);
    if (i % 50 == 0)
      log_at(&log, kError, "%s %s %s %s", "a very long message", "that will not fit", "into the line",
             "and is therefore cut off before the end of it is reached");
    width += measure(&calls, "%d/%g/%s", i, i / 8.0, i & 1 ? "odd" : "even");
    for (size_t k = log.used > 20 ? log.used - 20 : 0; k < log.used; k++) hash = hash * 33 + (unsigned char)log.data[k];
  }
  int n = say("say %d %s %.3f %c %lld\n", 1, "two", 3.0, '4', 5ll);
  n += say("%d %d %d %d %d %d %d %d %d %d\n", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  n += say("%.1f %.1f %.1f %.1f %.1f %.1f %.1f %.1f %.1f %.1f %d\n", .1, .2, .3, .4, .5, .6, .7, .8, .9, 1.0, 11);
  n += say("plain\n");
  say("said %d measured %d in %d calls\n", n, width, calls);
  for (int i = 0; i < 4; i++) say("%s %u ", kLevelNames[i], log.lines[i]);
  say("dropped %u hash %08x\n", log.dropped, hash);
  printf("%.*s", (int)(strchr(log.data, '\n') - log.data + 1), log.data);
  return 0;
}

// Functions whose arguments a format tells: variadic ones and some that take a va_list.
#include <stdarg.h>
#include <stddef.h>
int say(char* out, size_t size, const char* format, ...) __attribute__((format(printf, 3, 4)));
int say_list(char* out, size_t size, const char* format, va_list ap) __attribute__((format(printf, 3, 0)));
int read_from(const char* text, const char* format, ...) __attribute__((format(scanf, 2, 3)));

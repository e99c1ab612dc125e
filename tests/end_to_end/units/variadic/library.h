// Variadic functions that callers outside reach: integers and pointers only.
#include <stdarg.h>
long sum(int n, ...);
int joined(char* out, int size, ...);  // strings up to a null pointer
int after_many(int a, int b, int c, int d, int e, int f, int g, ...);
long first_only(long a, ...);

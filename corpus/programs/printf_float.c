// Floating-point formatting: %f %e %g %a with flags, doubles and promoted floats mixed with integers and strings.
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double kValues[] = {0.0,  -0.0,       1.0,  -1.5,     0.1,   3.14159265358979,
                                 1e-5, 123456.789, 1e10, -2.5e-10, 1e100, 6.02214076e23};

// Fixed-point conversion of the program's own; exact for the dyadic values that it is given.
static int format_fixed(char* out, double v, int digits) {
  char tmp[40];
  int n = 0, len = 0;
  if (v < 0) out[len++] = '-', v = -v;
  unsigned long whole = (unsigned long)v;
  double frac = v - (double)whole;
  do tmp[n++] = (char)('0' + whole % 10);
  while (whole /= 10);
  while (n) out[len++] = tmp[--n];
  out[len++] = '.';
  for (int i = 0; i < digits; i++) {
    frac *= 10;
    int d = (int)frac;
    out[len++] = (char)('0' + d);
    frac -= d;
  }
  out[len] = 0;
  return len;
}

int main(void) {
  for (unsigned i = 0; i < sizeof kValues / sizeof kValues[0]; i++) {
    double v = kValues[i];
    printf("[%f] [%.0f] [%.2f] [%12.3f] [%-12.1f] [%+.1f] [% .2f]\n", v, v, v, v, v, v, v);
    printf("[%e] [%.2e] [%E] [%g] [%.3g] [%G] [%#g] [%a]\n", v, v, v, v, v, v, v, v);
  }
  printf("%f %f %f %F\n", INFINITY, -INFINITY, fabs(NAN), INFINITY);
  printf("%5.1f|%-8.2f|%08.3f|%+.3e\n", 2.25, 2.25, 2.25, 2.25);
  printf("%*.*f|%-*.*f|\n", 10, 3, 1.0625, 10, 2, 1.5);
  float f = 1.1f;
  printf("float %f %.3f %g %d\n", f, f * 2, f / 3, (int)(f * 10));
  printf("mixed %d %f %s %g %c %ld %e %u\n", 1, 2.5, "three", 4.75, '5', 6l, 7.0, 8u);
  printf("doubles %g %g %g %g %g %g %g %g %g %g %g\n", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5);
  printf("both %d %g %d %g %d %g %d %g %d %g %d %g %d %g %d %g %d %g\n", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5,
         7, 7.5, 8, 8.5, 9, 9.5);
  char buffer[24];
  int n = snprintf(buffer, sizeof buffer, "%.10f/%.10f", 1.0 / 3, 2.0 / 3);
  printf("%d <%s>\n", n, buffer);

  double parsed = 0;
  int items = sscanf("12 3.75 abc -8", "%d %lf %23s", &n, &parsed, buffer);
  printf("scanf %d: %d %.3f %s\n", items, n, parsed, buffer);

  unsigned mismatches = 0, hash = 0;
  for (int i = 0; i < 6000; i++) {
    char mine[64], theirs[64];
    double v = (i * 37 % 4096 - 2048) / 64.0 + (i & 7) * 1024;
    int len = format_fixed(mine, v, 6);
    snprintf(theirs, sizeof theirs, "%.6f", v);
    mismatches += strcmp(mine, theirs) != 0;
    for (int k = 0; k < len; k++) hash = hash * 33 + (unsigned char)mine[k];
  }
  printf("mismatches %u hash %08x\n", mismatches, hash);
  return 0;
}

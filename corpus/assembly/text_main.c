#include <stdio.h>

#include "text.h"

int main(void) {
  char line[] = "It was a bright cold day in April, and 13 clocks struck.";
  printf("%lu %lu %lu\n", text_length(""), text_length("a"), text_length(line));
  printf("%lu %lu %lu\n", word_count(""), word_count("  one  "), word_count(line));
  printf("%d ", to_upper(line));
  puts(line);
  return 0;
}

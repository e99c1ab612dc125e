void sort_ints(int* values, unsigned long count, int (*before)(int, int));
int ascending(int a, int b);
int by_low_digit(int a, int b);

unsigned long wide_add(unsigned long* sum, const unsigned long* a, const unsigned long* b, unsigned long words);
unsigned long wide_scale(unsigned long* product, const unsigned long* a, unsigned long factor, unsigned long words);

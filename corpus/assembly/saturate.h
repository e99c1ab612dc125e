void saturating_add(unsigned char* sums, const unsigned char* a, const unsigned char* b, unsigned long count);

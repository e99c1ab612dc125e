unsigned crc32(unsigned crc, const unsigned char* bytes, unsigned long count);

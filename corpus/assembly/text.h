unsigned long text_length(const char* text);
unsigned long word_count(const char* text);
int to_upper(char* text);

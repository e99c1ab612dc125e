// Of the other unit's functions, `get_bit`, `halve` and `shift` are not declared here: calls of them have no prototype.
int clear_all(int* first, ...);
int square(const int* a, int* b);

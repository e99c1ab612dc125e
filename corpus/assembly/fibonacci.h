long fibonacci(int n);
int main(void);

long calculate(const signed char* program);

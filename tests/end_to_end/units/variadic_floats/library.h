// A variadic function that takes integers and floating-point numbers in turn: nothing but its code says so.
double mixed(int n, double start, ...);

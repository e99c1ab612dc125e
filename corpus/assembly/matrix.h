void matrix_multiply(double* c, const double* a, const double* b);
double matrix_trace(const double* a);

// A matrix by rows times one by columns; the order's name is another in hipSPARSE 5.3 (HIPSPARSE_ORDER_COLUMN).
#include <cuda_runtime.h>
#include <cusparse.h>

#include <cstdint>

cusparseStatus_t multiply(cusparseHandle_t handle, cusparseSpMatDescr_t a, int64_t rows, int64_t columns, float* x,
                          float* y) {
  const float alpha = 1.0f, beta = 0.0f;
  size_t bytes = 0;
  void* space = nullptr;
  cusparseDnMatDescr_t b, c;
  cusparseCreateDnMat(&b, columns, 4, columns, x, CUDA_R_32F, CUSPARSE_ORDER_COL);
  cusparseCreateDnMat(&c, rows, 4, rows, y, CUDA_R_32F, CUSPARSE_ORDER_COL);
  cusparseSpMM_bufferSize(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_TRANSPOSE, &alpha, a, b, &beta,
                          c, CUDA_R_32F, CUSPARSE_SPMM_ALG_DEFAULT, &bytes);
  cudaMalloc(&space, bytes);
  const cusparseStatus_t status = cusparseSpMM(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, CUSPARSE_OPERATION_TRANSPOSE,
                                               &alpha, a, b, &beta, c, CUDA_R_32F, CUSPARSE_SPMM_ALG_DEFAULT, space);
  cusparseDestroyDnMat(b), cusparseDestroyDnMat(c);
  cudaFree(space);
  return status;
}

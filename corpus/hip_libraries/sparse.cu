// A matrix by rows times a vector, by the library's generic interface.
#include <cuda_runtime.h>
#include <cusparse.h>

#include <cstdint>

cusparseStatus_t multiply(cusparseHandle_t handle, cudaStream_t stream, int64_t rows, int64_t columns, int64_t entries,
                          int* offsets, int* places, float* values, float* x, float* y) {
  const float alpha = 1.0f, beta = 0.0f;
  cusparseSpMatDescr_t a;
  cusparseDnVecDescr_t from, to;
  cusparseStatus_t status = cusparseSetStream(handle, stream);
  if (status != CUSPARSE_STATUS_SUCCESS) return status;
  cusparseSetPointerMode(handle, CUSPARSE_POINTER_MODE_HOST);
  cusparseCreateCsr(&a, rows, columns, entries, offsets, places, values, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I,
                    CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F);
  cusparseCreateDnVec(&from, columns, x, CUDA_R_32F);
  cusparseCreateDnVec(&to, rows, y, CUDA_R_32F);
  size_t bytes = 0;
  void* space = nullptr;
  cusparseSpMV_bufferSize(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, a, from, &beta, to, CUDA_R_32F,
                          CUSPARSE_SPMV_ALG_DEFAULT, &bytes);
  cudaMalloc(&space, bytes);
  status = cusparseSpMV(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, a, from, &beta, to, CUDA_R_32F,
                        CUSPARSE_SPMV_ALG_DEFAULT, space);
  cusparseDestroyDnVec(from), cusparseDestroyDnVec(to), cusparseDestroySpMat(a);
  cudaFree(space);
  return status;
}

int main() {
  cusparseHandle_t handle;
  if (cusparseCreate(&handle) != CUSPARSE_STATUS_SUCCESS) return 1;
  cudaStream_t stream;
  cusparseGetStream(handle, &stream);
  cusparseMatDescr_t description;
  cusparseCreateMatDescr(&description);
  cusparseSetMatType(description, CUSPARSE_MATRIX_TYPE_GENERAL);
  cusparseSetMatIndexBase(description, CUSPARSE_INDEX_BASE_ONE);
  cusparseDestroyMatDescr(description);
  return cusparseDestroy(handle) == CUSPARSE_STATUS_SUCCESS ? 0 : 1;
}

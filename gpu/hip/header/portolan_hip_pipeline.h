// The functions of cuda_pipeline.h: copies to shared memory that may be done later are done at once, so there is
// nothing to wait for.
#pragma once

#include "portolan_hip_warp.h"

#if !defined(__HIP__) && !defined(__HIP_PLATFORM_AMD__)
#include <cuda_pipeline.h>
#endif

namespace portolan {

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
template <class Word>
PORTOLAN_DEVICE void copy_word_(void* to, const void* from, unsigned long zeroes) {
  Word word = {};
  if (zeroes == 0) {
    word = *(const Word*)from;
  } else {  // the last bytes of the source are not read
    for (unsigned long n = 0; n + zeroes < sizeof(Word); ++n)
      ((unsigned char*)&word)[n] = ((const unsigned char*)from)[n];
  }
  *(Word*)to = word;
}
struct alignas(16) sixteen_bytes_ {
  unsigned long long parts[2];
};
PORTOLAN_DEVICE void pipeline_memcpy_async(void* to, const void* from, unsigned long bytes, unsigned long zeroes = 0) {
  if (zeroes > bytes)
    __builtin_trap();
  else if (bytes == 16)
    copy_word_<sixteen_bytes_>(to, from, zeroes);
  else if (bytes == 8)
    copy_word_<unsigned long long>(to, from, zeroes);
  else if (bytes == 4)
    copy_word_<unsigned>(to, from, zeroes);
  else
    __builtin_trap();  // as in CUDA
}
PORTOLAN_DEVICE void pipeline_commit() {}
PORTOLAN_DEVICE void pipeline_wait_prior(unsigned long) {}
#else
PORTOLAN_DEVICE void pipeline_memcpy_async(void* to, const void* from, size_t bytes, size_t zeroes = 0) {
  ::__pipeline_memcpy_async(to, from, bytes, zeroes);
}
PORTOLAN_DEVICE void pipeline_commit() {
  ::__pipeline_commit();
}
PORTOLAN_DEVICE void pipeline_wait_prior(size_t prior) {
  ::__pipeline_wait_prior(prior);
}
#endif

}  // namespace portolan

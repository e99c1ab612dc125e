// Numbers of half precision on the host.
#pragma once

#include <cuda_fp16.h>

#include <cstring>
#include <vector>

inline std::vector<__half> narrowed(const std::vector<float>& wide) {
  std::vector<__half> all;
  for (float v : wide) all.push_back(__float2half(v));
  return all;
}
// Of single numbers or of pairs.
template <class T>
std::vector<float> widened(const std::vector<T>& narrow) {
  std::vector<float> all;
  for (size_t i = 0; i < narrow.size() * sizeof(T) / sizeof(__half); ++i)
    all.push_back(__half2float(reinterpret_cast<const __half*>(narrow.data())[i]));
  return all;
}
inline std::vector<__half2> paired(const std::vector<__half>& single) {
  std::vector<__half2> all(single.size() / 2);
  std::memcpy(static_cast<void*>(all.data()), single.data(), single.size() * sizeof(__half));
  return all;
}

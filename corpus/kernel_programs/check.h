// What the programs of this folder have in common: memory of the device, random numbers, and the comparison with what
// the host works out. Each program runs the kernels of the file of its name in ../kernels and is linked with that and
// with its reference in ../kernels/references: for NVIDIA with `nvcc -rdc=true`, since some reach the kernels'
// variables.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

// As references are told of a launch: ../kernels/references/reference.h.
struct Launch {
  int grid[3], block[3];
};
inline Launch launch_of(dim3 grid, dim3 block) {
  return {{int(grid.x), int(grid.y), int(grid.z)}, {int(block.x), int(block.y), int(block.z)}};
}

// A kernel of another file and its reference, which take the same arguments.
#define KERNEL(name, ...)                       \
  extern "C" __global__ void name(__VA_ARGS__); \
  extern "C" void reference_##name(const Launch*, __VA_ARGS__)

inline void stop_unless_done(cudaError_t status, const char* call, const char* file, int line) {
  if (status == cudaSuccess) return;
  std::printf("%s:%d: %s: %s\n", file, line, call, cudaGetErrorString(status));
  std::exit(1);
}
#define CHECK(call) stop_unless_done(call, #call, __FILE__, __LINE__)

inline int divide_up(int a, int b) {
  return (a + b - 1) / b;
}

// An array of the device.
template <class T>
class Buffer {
 public:
  // Filled with bytes that no kernel writes on purpose.
  explicit Buffer(size_t count) : count_(count) {
    CHECK(cudaMalloc(&data_, std::max<size_t>(1, bytes())));
    CHECK(cudaMemset(data_, 0xa5, bytes()));
  }
  explicit Buffer(const std::vector<T>& from) : Buffer(from.size()) { set(from); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { cudaFree(data_); }

  operator T*() const { return data_; }
  size_t bytes() const { return count_ * sizeof(T); }
  void set(const std::vector<T>& from) { CHECK(cudaMemcpy(data_, from.data(), bytes(), cudaMemcpyHostToDevice)); }
  // Waits for the kernels before it and reports what became of them.
  std::vector<T> host() const {
    CHECK(cudaGetLastError());
    CHECK(cudaDeviceSynchronize());
    std::vector<T> all(count_);
    CHECK(cudaMemcpy(all.data(), data_, bytes(), cudaMemcpyDeviceToHost));
    return all;
  }

 private:
  T* data_ = nullptr;
  size_t count_ = 0;
};

class Random {
 public:
  // Each program takes a seed as its only argument.
  Random(int argc, char** argv) : engine_(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1) {}
  template <class T = float>
  std::vector<T> numbers(size_t count, double low, double high) {
    std::vector<T> all(count);
    for (T& v : all) v = T(low + (high - low) * (engine_() / 4294967296.0));
    return all;
  }
  // Whole numbers; both ends are drawn.
  template <class T = int>
  std::vector<T> whole(size_t count, long long low, long long high) {
    std::uniform_int_distribution<long long> within(low, high);
    std::vector<T> all(count);
    for (T& v : all) v = T(within(engine_));
    return all;
  }
  // All values of a type of whole numbers.
  template <class T>
  std::vector<T> words(size_t count) {
    std::vector<T> all(count);
    for (T& v : all) v = T(engine_() | static_cast<unsigned long long>(engine_()) << 32);
    return all;
  }
  // Row pointers: ascending, from 0 to `end`.
  std::vector<int> offsets(int rows, int end) {
    std::vector<int> all = whole(rows + 1, 0, end);
    all.front() = 0, all.back() = end;
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::mt19937 engine_;
};

// Counts what agrees; the first element that does not is printed.
class Checks {
 public:
  template <class T>
  void equal(const char* name, const std::vector<T>& got, const std::vector<T>& expected) {
    compare(name, got, expected, [](const T& a, const T& b) { return a == b || (a != a && b != b); });
  }
  // Within `tolerance` of the larger of 1 and what is expected. A NaN is near a NaN alone.
  template <class T>
  void near(const char* name, const std::vector<T>& got, const std::vector<T>& expected, double tolerance) {
    compare(name, got, expected, [tolerance](double a, double b) {
      return std::isnan(b) ? std::isnan(a) : a == b || std::fabs(a - b) <= tolerance * std::max(1.0, std::fabs(b));
    });
  }
  // The program's exit status.
  int done() const {
    std::printf("%s: %d of %d comparisons agree\n", failed_ == 0 ? "PASS" : "FAIL", done_ - failed_, done_);
    return failed_ == 0 && done_ != 0 ? 0 : 1;
  }

 private:
  template <class T, class Same>
  void compare(const char* name, const std::vector<T>& got, const std::vector<T>& expected, const Same& same) {
    size_t wrong = got.size() == expected.size() ? 0 : std::max(got.size(), expected.size()), first = 0;
    for (size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
      if (!same(got[i], expected[i]) && wrong++ == 0) first = i;
    ++done_, failed_ += wrong != 0;
    std::printf("%s %s: %zu of %zu elements agree", wrong == 0 ? "PASS" : "FAIL", name,
                expected.size() - std::min(wrong, expected.size()), expected.size());
    if (wrong != 0 && first < got.size())
      std::printf("; [%zu] is %.9g, expected %.9g", first, double(got[first]), double(expected[first]));
    std::printf("\n");
  }
  int done_ = 0, failed_ = 0;
};

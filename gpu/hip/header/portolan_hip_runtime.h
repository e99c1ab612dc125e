// The runtime's functions that CUDA's headers also declare for kernels and pointers of any type, and HIP 5's do not.
#pragma once

#if (defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)) && !defined(PORTOLAN_FREESTANDING)

namespace portolan {
template <class T>
struct function_ {};
template <class Result, class... Arguments>
struct function_<Result(Arguments...)> {
  typedef hipError_t error;
};
}  // namespace portolan

// Of a kernel, and of nothing else that has an address.
template <class Kernel>
typename portolan::function_<Kernel>::error hipFuncSetAttribute(Kernel* kernel, hipFuncAttribute attribute, int value) {
  return hipFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}
template <class Kernel>
typename portolan::function_<Kernel>::error hipFuncSetCacheConfig(Kernel* kernel, hipFuncCache_t config) {
  return hipFuncSetCacheConfig(reinterpret_cast<const void*>(kernel), config);
}
template <class Kernel>
typename portolan::function_<Kernel>::error hipFuncSetSharedMemConfig(Kernel* kernel, hipSharedMemConfig config) {
  return hipFuncSetSharedMemConfig(reinterpret_cast<const void*>(kernel), config);
}
template <class Kernel>
typename portolan::function_<Kernel>::error hipFuncGetAttributes(hipFuncAttributes* attributes, Kernel* kernel) {
  return hipFuncGetAttributes(attributes, reinterpret_cast<const void*>(kernel));
}
// CUDA's have defaults where HIP's have none. hipLaunchKernel stays as it is: what clang makes of <<<...>>> calls it,
// and clang 19 fails where there are more than one.
inline hipError_t hipLaunchCooperativeKernel(const void* kernel, dim3 grid, dim3 block, void** arguments,
                                             unsigned shared = 0) {
  return hipLaunchCooperativeKernel(kernel, grid, block, arguments, shared, hipStream_t(nullptr));
}
template <class Kernel>
typename portolan::function_<Kernel>::error hipLaunchCooperativeKernel(Kernel* kernel, dim3 grid, dim3 block,
                                                                       void** arguments, size_t shared = 0) {
  return hipLaunchCooperativeKernel(reinterpret_cast<const void*>(kernel), grid, block, arguments,
                                    static_cast<unsigned>(shared), hipStream_t(nullptr));
}
template <class T>
hipError_t hipMallocPitch(T** pointer, size_t* pitch, size_t width, size_t height) {
  return hipMallocPitch(reinterpret_cast<void**>(pointer), pitch, width, height);
}
template <class T>
hipError_t hipHostGetDevicePointer(T** device, void* host, unsigned flags) {
  return hipHostGetDevicePointer(reinterpret_cast<void**>(device), host, flags);
}
template <class T>
hipError_t hipHostAlloc(T** pointer, size_t bytes, unsigned flags = hipHostMallocDefault) {
  return hipHostMalloc(reinterpret_cast<void**>(pointer), bytes, flags);
}
#if HIP_VERSION_MAJOR < 6
// As hipMalloc has it: a pointer of any type.
template <class T>
hipError_t hipMallocHost(T** pointer, size_t bytes) {
  return hipHostMalloc(reinterpret_cast<void**>(pointer), bytes, hipHostMallocDefault);
}
#endif

#endif

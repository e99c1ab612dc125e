#include "tools/hip/table.h"

#include <array>
#include <fstream>
#include <sstream>

namespace portolan::hip {
namespace {

// Libraries of CUDA and of HIP, whose names differ in these prefixes.
struct Library {
  const char *cuda, *hip, *cuda_macro, *hip_macro, *header;
};
constexpr Library kLibraries[] = {{"cublas", "hipblas", "CUBLAS_", "HIPBLAS_", "hipblas/hipblas.h"},
                                  {"cufft", "hipfft", "CUFFT_", "HIPFFT_", "hipfft/hipfft.h"},
                                  {"curand", "hiprand", "CURAND_", "HIPRAND_", "hiprand/hiprand.h"},
                                  {"cusparse", "hipsparse", "CUSPARSE_", "HIPSPARSE_", "hipsparse/hipsparse.h"},
                                  {"cub", "hipcub", "", "", "hipcub/hipcub.hpp"}};

// What tells the compilers apart. The branches of the architecture that was read are those that stay.
const std::map<std::string, std::string>& compiler_macros() {
  static const std::map<std::string, std::string> macros = {{"__CUDACC__", "__HIPCC__"},
                                                            {"__CUDA_ARCH__", "PORTOLAN_CUDA_ARCH"},
                                                            {"__NVCC__", "__HIPCC__"},
                                                            {"CUDART_VERSION", "PORTOLAN_CUDA_VERSION"},
                                                            {"CUDA_VERSION", "PORTOLAN_CUDA_VERSION"}};
  return macros;
}

// Their declarations are HIP's own, or portolan_hip.h's.
constexpr std::array kOwn = {"cuda.h",
                             "cuda_runtime.h",
                             "cuda_runtime_api.h",
                             "cuda_fp16.h",
                             "cuda_bf16.h",
                             "cuda_fp8.h",
                             "cuda_pipeline.h",
                             "cuda_pipeline_primitives.h",
                             "cuComplex.h",
                             "cooperative_groups.h",
                             "cooperative_groups/reduce.h",
                             "mma.h",
                             "device_launch_parameters.h",
                             "device_functions.h",
                             "device_atomic_functions.h",
                             "driver_types.h",
                             "vector_types.h",
                             "vector_functions.h",
                             "builtin_types.h",
                             "math_functions.h"};

std::optional<std::string> after(const std::string& text, const std::string& prefix) {
  if (prefix.empty() || text.size() <= prefix.size() || !text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

std::optional<Table::Name> Table::name(const std::string& cuda) const {
  if (const auto macro = compiler_macros().find(cuda); macro != compiler_macros().end()) return Name{macro->second};
  // The warp's functions first: HIP's own of the same names, where it has them, mean 64 lanes.
  const std::string plain = cuda.starts_with("__") ? cuda.substr(2) : cuda;
  if (supplied.contains(plain)) return Name{"portolan::" + plain};
  for (const char* prefix : {"cuda", "cu"})
    if (const auto rest = after(cuda, prefix); rest && upper(rest->front()))
      for (const char* ending : {"", "_t"})
        if (declared.contains("hip" + *rest + ending)) return Name{"hip" + *rest + ending};
  if (const auto pair = paired.find(cuda); pair != paired.end()) return Name{pair->second};
  if (const auto rest = after(cuda, "__nv_"); rest && declared.contains("__hip_" + *rest))
    return Name{"__hip_" + *rest};
  if (const auto rest = after(cuda, "__NV_"); rest && declared.contains("__HIP_" + *rest))
    return Name{"__HIP_" + *rest};
  if (const auto rest = after(cuda, "nv_"); rest && declared.contains("__hip_" + *rest)) return Name{"__hip_" + *rest};
  if (declared.contains(cuda)) return Name{cuda};
  for (const Library& library : kLibraries)
    for (const auto& [from, to] :
         {std::pair(library.cuda, library.hip), std::pair(library.cuda_macro, library.hip_macro)})
      if (const auto rest = after(cuda, from)) {
        if (from == library.cuda && std::string(from) == "cub") continue;  // a namespace: below
        const bool known = headers.contains(library.header);
        if (known && !declared.contains(to + *rest)) return std::nullopt;
        return Name{to + *rest, known};
      }
  // A function that is called as its library is.
  for (const Library& library : kLibraries)
    if (cuda == library.cuda && declared.contains(library.hip)) return Name{library.hip};
  if (cuda == "cub") return Name{"hipcub", headers.contains("hipcub/hipcub.hpp")};
  return std::nullopt;
}

std::optional<Table::Name> Table::header(const std::string& cuda) const {
  for (const char* own : kOwn)
    if (cuda == own) return Name{kOwnHeader};
  if (cuda.starts_with("thrust/")) return Name{cuda, headers.contains(cuda)};
  for (const Library& library : kLibraries) {
    if (!cuda.starts_with(library.cuda)) continue;
    std::string rest = cuda.substr(std::string(library.cuda).size());
    if (rest == ".h" || rest == "_v2.h" || rest.starts_with("/"))
      return Name{library.header, headers.contains(library.header)};
    const std::string same = std::string(library.hip) + "/" + library.hip + rest;
    if (headers.contains(same)) return Name{same};
  }
  return std::nullopt;
}

std::string to_string(const Table& table) {
  std::ostringstream out;
  for (const std::string& n : table.declared) out << "declared " << n << '\n';
  for (const auto& [cuda, hip] : table.paired) out << "paired " << cuda << ' ' << hip << '\n';
  for (const std::string& n : table.supplied) out << "supplied " << n << '\n';
  for (const std::string& n : table.instructions) out << "instruction " << n << '\n';
  for (const std::string& n : table.headers) out << "header " << n << '\n';
  return out.str();
}

std::optional<Table> table_from_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  Table table;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, first, second;
    words >> kind >> first >> second;
    if (kind == "declared") table.declared.insert(first);
    if (kind == "paired") table.paired.emplace(first, second);
    if (kind == "supplied") table.supplied.insert(first);
    if (kind == "instruction") table.instructions.insert(first);
    if (kind == "header") table.headers.insert(first);
  }
  if (table.declared.empty() || table.supplied.empty()) return std::nullopt;
  return table;
}

std::string names_for_nvidia(const Table& table) {
  std::map<std::string, std::string> back;
  const auto keep = [&](const std::string& cuda) {
    if (const auto hip = table.name(cuda); hip && hip->text.starts_with("hip")) back.emplace(hip->text, cuda);
  };
  // Of several names that lead to one of HIP's: the runtime's before the driver's, and what differs in the prefix
  // first.
  for (const auto& [cuda, hip] : table.paired)
    if (cuda.starts_with("cuda") && hip.substr(3) == cuda.substr(4)) keep(cuda);
  for (const auto& [cuda, hip] : table.paired)
    if (cuda.starts_with("cuda")) keep(cuda);
  for (const auto& [cuda, hip] : table.paired) keep(cuda);
  for (const std::string& n : table.declared)
    if (const auto rest = after(n, "hip"); rest && upper(rest->front())) keep("cuda" + *rest);
  std::string text =
      "// HIP's names as CUDA's, derived from HIP's headers, so that nvcc compiles HIP source.\n#pragma once\n\n"
      "#define __HIPCC__ 1\n#define __hip_bfloat16 __nv_bfloat16\n#define __hip_bfloat162 __nv_bfloat162\n";
  for (const auto& [hip, cuda] : back) text += "#define " + hip + " " + cuda + "\n";
  return text;
}

}  // namespace portolan::hip

#include "gpu/manifest/signature.h"

#include <fmt/format.h>

#include <map>

#include "llvm/Demangle/Demangle.h"

namespace portolan::manifest {
namespace {

Pointee pointee_of(std::string text) {
  Pointee p;
  p.is_brain = text == "__nv_bfloat16";
  if (!text.ends_with("*")) return p;
  p.address = true;
  text.pop_back();
  if (p.constant = text.ends_with(" const"); p.constant) text.resize(text.size() - 6);
  static const std::map<std::string, std::pair<const char*, unsigned>> types = {{"char", {"i8", 1}},
                                                                                {"signed char", {"i8", 1}},
                                                                                {"unsigned char", {"u8", 1}},
                                                                                {"short", {"i16", 1}},
                                                                                {"unsigned short", {"u16", 1}},
                                                                                {"int", {"i32", 1}},
                                                                                {"unsigned int", {"u32", 1}},
                                                                                {"long", {"i64", 1}},
                                                                                {"unsigned long", {"u64", 1}},
                                                                                {"long long", {"i64", 1}},
                                                                                {"float", {"f32", 1}},
                                                                                {"unsigned long long", {"u64", 1}},
                                                                                {"double", {"f64", 1}},
                                                                                {"__half", {"f16", 1}},
                                                                                {"__nv_bfloat16", {"bf16", 1}},
                                                                                {"__half2", {"f16", 2}},
                                                                                {"__nv_bfloat162", {"bf16", 2}},
                                                                                {"float2", {"f32", 2}},
                                                                                {"float3", {"f32", 3}},
                                                                                {"float4", {"f32", 4}},
                                                                                {"double2", {"f64", 2}},
                                                                                {"int2", {"i32", 2}},
                                                                                {"int4", {"i32", 4}},
                                                                                {"uint2", {"u32", 2}},
                                                                                {"uint4", {"u32", 4}},
                                                                                {"uchar4", {"u8", 4}},
                                                                                {"char4", {"i8", 4}},
                                                                                {"__nv_fp8_e4m3", {"u8", 1}},
                                                                                {"__nv_fp8_e5m2", {"u8", 1}}};
  if (text == "bool") p.type = "u8", p.range = ", low = 0, high = 1";
  if (const auto known = types.find(text); known != types.end())
    p.type = known->second.first, p.count = known->second.second;
  else if (p.type.empty())
    p.why = fmt::format("what '{}' is made of stands in no name", text);
  return p;
}

}  // namespace

std::vector<Pointee> signature(const std::string& name, size_t parameters) {
  const std::string text = llvm::demangle(name);
  std::vector<Pointee> all;
  int depth = 0;
  // The parameters stand in the last parentheses.
  size_t open = std::string::npos;
  for (size_t at = text.size(); at-- > 0 && open == std::string::npos;) {
    depth += text[at] == ')' ? 1 : text[at] == '(' ? -1 : 0;
    if (text[at] == '(' && depth == 0) open = at;
  }
  if (text == name || open == std::string::npos || !text.ends_with(")")) return std::vector<Pointee>(parameters);
  std::string one;
  for (size_t at = open + 1; at < text.size(); ++at) {
    const char c = text[at];
    depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
    if (depth < 0 || (depth == 0 && c == ',')) {
      all.push_back(pointee_of(one.starts_with(' ') ? one.substr(1) : one));
      one.clear();
    } else {
      one += c;
    }
  }
  return all.size() == parameters ? all : std::vector<Pointee>(parameters);
}

}  // namespace portolan::manifest

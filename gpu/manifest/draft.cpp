#include "gpu/manifest/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "llvm/Demangle/Demangle.h"

namespace portolan::manifest {
namespace {

using ptx::Operand;
using ptx::Statement;

struct Use {
  bool address = false, read = false, written = false;
  std::string type;
};

std::string element_name(const ptx::Type& type) {
  const unsigned bits = std::max<unsigned>(8, type.bits);
  if (type.kind == ptx::Type::floating) return fmt::format("f{}", bits);
  if (type.kind == ptx::Type::brain) return "bf16";
  if (type.kind == ptx::Type::is_signed) return fmt::format("i{}", std::min(64u, bits));
  return fmt::format("u{}", std::min(64u, bits));
}

// Of an instruction, the last modifier that names a type: "ld.global.nc.v4.f32".
std::string accessed_type(std::string_view name) {
  while (!name.empty()) {
    const size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) break;
    if (const auto type = ptx::type_from_name(name.substr(dot + 1))) return element_name(*type);
    name = name.substr(0, dot);
  }
  return "u8";
}

std::string_view base_name(std::string_view name) {
  return name.substr(0, name.find('.'));
}

// Which parameters a register's value is computed from by adding: a fixed point over the statements, in any order.
class Follower {
 public:
  explicit Follower(const ptx::Function& f) : f_(f), uses_(f.parameters.size()) {}

  std::vector<Use> run() {
    for (size_t before = SIZE_MAX; before != total_;) {
      before = total_;
      for (const Statement& s : f_.statements)
        if (!s.is_label) follow(s);
    }
    for (const Statement& s : f_.statements)
      if (!s.is_label) access(s);
    return uses_;
  }

 private:
  std::optional<size_t> parameter(const Operand& o) const {
    if (o.kind != Operand::memory || o.elements.empty() || o.elements[0].kind != Operand::local) return std::nullopt;
    const auto at = std::find(f_.parameters.begin(), f_.parameters.end(), o.elements[0].index);
    if (at == f_.parameters.end()) return std::nullopt;
    return static_cast<size_t>(at - f_.parameters.begin());
  }
  void add(uint32_t reg, size_t parameter) { total_ += from_[reg].insert(parameter).second; }

  void follow(const Statement& s) {
    const std::string_view base = base_name(s.name);
    if (s.operands.size() < 2 || s.operands[0].kind != Operand::reg) return;
    const uint32_t to = s.operands[0].index;
    if (base == "ld") {
      if (const auto p = parameter(s.operands[1]); p && f_.variables[f_.parameters[*p]].size == 8) add(to, *p);
      return;
    }
    // Products are offsets; what is added to them may be an address.
    const bool sum = base == "add" || base == "sub" || base == "mov" || base == "cvta" || base == "selp";
    if (!sum && base != "mad") return;
    for (size_t n = sum ? 1 : 3; n < s.operands.size(); ++n)
      if (s.operands[n].kind == Operand::reg)
        for (size_t p : std::set<size_t>(from_[s.operands[n].index])) add(to, p);
  }

  void access(const Statement& s) {
    const std::string_view base = base_name(s.name);
    const bool read = base == "ld" || base == "ldu" || base == "cp" || base == "wmma",
               written = base == "st" || base == "wmma", both = base == "atom" || base == "red";
    if (!read && !written && !both) return;
    for (const Operand& o : s.operands) {
      if (o.kind != Operand::memory || o.elements.empty() || o.elements[0].kind != Operand::reg) continue;
      for (size_t p : from_[o.elements[0].index]) {
        Use& u = uses_[p];
        u.address = true;
        u.read |= read || both, u.written |= written || both;
        if (u.type.empty()) u.type = accessed_type(s.name);
      }
    }
  }

  const ptx::Function& f_;
  std::map<uint32_t, std::set<size_t>> from_;
  std::vector<Use> uses_;
  size_t total_ = 0;
};

// Of a C++ kernel's parameters, what its mangled name says of the addresses among them. The compiler may read less of
// an element than there is.
struct Pointee {
  std::string type;  // empty: unknown
  unsigned count = 1;
  bool address = false, constant = false;
  const char* range = "";
  bool is_brain = false;  // no address but such a number
};

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
    p.count = 32;  // a structure of unknown size: too much memory does no harm
  return p;
}

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

// A number that is passed by its bytes: 16 bits are a float's, more are a structure's, which a manifest cannot
// describe.
std::string type_of_value(const ptx::Variable& v, bool is_brain) {
  if (v.size * 8 == std::max<unsigned>(8, v.type.bits)) return element_name(v.type);
  return v.size == 2 ? is_brain ? "bf16" : "f16" : v.size == 4 ? "u32" : v.size == 8 ? "u64" : element_name(v.type);
}

bool needs_dynamic_shared(const ptx::Module& module) {
  auto dynamic = [](const ptx::Variable& v) { return v.space == ptx::Space::shared && v.size == 0; };
  return std::any_of(module.variables.begin(), module.variables.end(), dynamic);
}

std::string draft_kernel(const ptx::Module& module, const ptx::Function& f, const std::string& file) {
  const std::vector<Use> uses = Follower(f).run();
  const std::vector<Pointee> named = signature(f.name, f.parameters.size());
  std::string text = fmt::format("[[kernel]]\nname = \"{}\"\nfile = \"{}\"\n", f.name, file);
  std::vector<std::string> arguments;
  std::string sizes = "n = [1, 31, 32, 33, 100, 257]", block = "64";
  unsigned next = 0;
  for (size_t n = 0; n < f.parameters.size(); ++n) {
    const ptx::Variable& v = f.variables[f.parameters[n]];
    const Use& u = uses[n];
    if (u.address || named[n].address) {
      const bool seen = u.read || u.written;  // by what follows addresses; a callee's accesses are not
      const char* direction = !seen || (u.read && u.written) ? "inout" : u.written ? "out" : "in";
      const Pointee& p = named[n];
      const std::string type = !p.type.empty() ? p.type : u.type.empty() ? "u64" : u.type;
      arguments.push_back(fmt::format("{{ name = \"a{}\", type = \"{}\", {} = \"{}\"{} }}", n, type,
                                      p.constant ? "in" : direction,
                                      p.count == 1 ? "n" : fmt::format("{} * n", p.count), p.range));
      continue;
    }
    const std::string type = type_of_value(v, named[n].is_brain);
    const bool whole = v.type.is_integer() && type == element_name(v.type);
    // The first whole number is taken for how many there are; of others nothing is known.
    std::string value;
    if (whole && next++ == 0)
      value = ", value = \"n\"";
    else if (whole)
      value = ", low = 1, high = 8";
    arguments.push_back(fmt::format("{{ name = \"a{}\", type = \"{}\"{} }}", n, type, value));
  }
  if (f.block_size[0] != 0)
    block = f.block_size_required ? fmt::format("[{}, {}, {}]", f.block_size[0], f.block_size[1], f.block_size[2])
                                  : fmt::to_string(std::min(64u, f.block_size[0]));
  text += fmt::format("sizes = {{ {} }}  # to be finished: the sizes that matter, ragged ones too\n", sizes);
  text +=
      fmt::format("grid = [\"divide_up(n, 64)\"]\nblock = {}\n", block.starts_with('[') ? block : "[" + block + "]");
  if (needs_dynamic_shared(module)) text += "shared = 4096  # to be finished: bytes of dynamic shared memory\n";
  text += "arguments = [\n";
  for (const std::string& a : arguments) text += "  " + a + ",\n";
  return text + "]\n";
}

}  // namespace

std::string draft(const ptx::Module& module, const std::string& file) {
  std::string text;
  for (const ptx::Function& f : module.functions)
    if (f.is_kernel && f.has_body) text += (text.empty() ? "" : "\n") + draft_kernel(module, f, file);
  return text;
}

}  // namespace portolan::manifest

#include "gpu/manifest/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

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

bool needs_dynamic_shared(const ptx::Module& module) {
  auto dynamic = [](const ptx::Variable& v) { return v.space == ptx::Space::shared && v.size == 0; };
  return std::any_of(module.variables.begin(), module.variables.end(), dynamic);
}

std::string draft_kernel(const ptx::Module& module, const ptx::Function& f, const std::string& file) {
  const std::vector<Use> uses = Follower(f).run();
  std::string text = fmt::format("[[kernel]]\nname = \"{}\"\nfile = \"{}\"\n", f.name, file);
  std::vector<std::string> arguments;
  std::string sizes = "n = [1, 31, 32, 33, 100, 257]", block = "64";
  unsigned next = 0;
  for (size_t n = 0; n < f.parameters.size(); ++n) {
    const ptx::Variable& v = f.variables[f.parameters[n]];
    const Use& u = uses[n];
    if (u.address) {
      const char* direction = u.read && u.written ? "inout" : u.written ? "out" : "in";
      arguments.push_back(fmt::format("{{ name = \"a{}\", type = \"{}\", {} = \"n\" }}", n, u.type, direction));
      continue;
    }
    const std::string type = element_name(v.type);
    const bool whole = v.type.is_integer();
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

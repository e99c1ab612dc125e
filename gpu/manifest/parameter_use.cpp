#include "gpu/manifest/parameter_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace portolan::manifest {

using ptx::Operand;
using ptx::Statement;

std::string element_name(const ptx::Type& type) {
  const unsigned bits = std::max<unsigned>(8, type.bits);
  if (type.kind == ptx::Type::floating) return fmt::format("f{}", bits);
  if (type.kind == ptx::Type::brain) return "bf16";
  if (type.kind == ptx::Type::is_signed) return fmt::format("i{}", std::min(64u, bits));
  return fmt::format("u{}", std::min(64u, bits));
}

namespace {

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

// Words of integers are also halves, pairs of them, and floats that are only carried; arithmetic where they lie, bytes
// and what has a sign are not.
bool says_what_it_is(std::string_view name, bool atomic) {
  const std::string type = accessed_type(name);
  return type.starts_with('f') || type.starts_with('b') || type.starts_with('i') || type.ends_with("u8") ||
         (atomic && name.find(".b") == std::string_view::npos);
}

std::string_view base_name(std::string_view name) {
  return name.substr(0, name.find('.'));
}

// Which parameters a register's value is computed from by adding: a fixed point over the statements, in any order.
constexpr size_t kAtomic = SIZE_MAX;  // among parameters: no one's number, but an atomic's result

class Follower {
 public:
  explicit Follower(const ptx::Function& f) : f_(f), uses_(f.parameters.size()) {}

  std::vector<Use> run() {
    for (size_t before = SIZE_MAX; before != total_;) {
      before = total_;
      for (const Statement& s : f_.statements)
        if (!s.is_label) follow(s), follow_numbers(s);
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
  // Numbers that were read by way of a parameter, whatever was computed with them since.
  void follow_numbers(const Statement& s) {
    if (s.operands.size() < 2) return;
    const std::string_view base = base_name(s.name);
    std::set<size_t> sources;
    const bool is_load = base == "ld" || base == "ldu";
    for (size_t n = 1; n < s.operands.size(); ++n) {
      const Operand& o = s.operands[n];
      if (is_load && o.kind == Operand::memory && !o.elements.empty() && o.elements[0].kind == Operand::reg)
        sources.insert(from_[o.elements[0].index].begin(), from_[o.elements[0].index].end());
      if (base == "atom") sources.insert(kAtomic);
      if (!is_load && base != "atom" && base != "setp" && o.kind == Operand::reg)
        sources.insert(numbers_[o.index].begin(), numbers_[o.index].end());
    }
    const Operand& to = s.operands[0];
    if (to.kind == Operand::reg) add_numbers(to.index, sources);
    for (const Operand& one : to.elements)
      if (to.kind != Operand::memory && one.kind == Operand::reg) add_numbers(one.index, sources);
  }
  void add_numbers(uint32_t reg, const std::set<size_t>& sources) {
    for (size_t p : sources) total_ += numbers_[reg].insert(p).second;
  }

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
        if (u.type.empty()) u.type = accessed_type(s.name), u.is_known = says_what_it_is(s.name, both);
        if (written && numbers_[o.elements[0].index].contains(kAtomic)) u.is_appended = true;
        for (size_t index : numbers_[o.elements[0].index])
          if (index != p && index != kAtomic) uses_[index].places_in.insert(p);
      }
    }
  }

  const ptx::Function& f_;
  std::map<uint32_t, std::set<size_t>> from_, numbers_;
  std::vector<Use> uses_;
  size_t total_ = 0;
};

}  // namespace

std::vector<Use> uses_of_parameters(const ptx::Function& f) {
  return Follower(f).run();
}

std::string atomic_sums(const ptx::Function& f) {
  std::string narrowest;
  for (const Statement& s : f.statements) {
    if (s.is_label || (base_name(s.name) != "atom" && base_name(s.name) != "red")) continue;
    if (s.name.find(".add") == std::string::npos) continue;
    const std::string type = accessed_type(s.name);
    if (type != "f16" && type != "bf16" && type != "f32" && type != "f64") continue;
    const auto width = [](const std::string& t) { return t == "f64" ? 64 : t == "f32" ? 32 : 16; };
    if (narrowest.empty() || width(type) < width(narrowest)) narrowest = type;
  }
  return narrowest;
}

}  // namespace portolan::manifest

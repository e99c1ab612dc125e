#include "tools/headers/differences.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "fmt/format.h"

namespace portolan::headers {
namespace {

using Kind = abi::FormatRole::Kind;

struct Reason {
  std::string_view name;  // of a function, or of the header that declares it
  std::string_view reason;
};

// glibc's bits/fenv.h and bits/fp-logb.h have other constants on each ISA; a signal handler sees machine state.
constexpr Reason kByHeader[] = {
    {"fenv.h", "constants of the floating-point environment"},
    {"setjmp.h", "returns twice"},
    {"ucontext.h", "ucontext_t"},
};
constexpr Reason kByName[] = {
    {"_setjmp", "returns twice"},
    {"__sigsetjmp", "returns twice"},
    {"vfork", "returns twice"},
    {"getcontext", "returns twice"},
    {"sigaction", "ucontext_t in the handler"},
    {"ilogb", "result for 0 and NaN"},
    {"ilogbf", "result for 0 and NaN"},
    {"ilogbl", "result for 0 and NaN"},
    {"syscall", "system call numbers"},
    {"clone", "order of the arguments of the system call"},
    {"__tls_get_addr", "tls_index as the compiler lays it out"},
};

// O_DIRECT, O_LARGEFILE, O_DIRECTORY and O_NOFOLLOW are permuted on AArch64 (bits/fcntl.h): 0x4000 … 0x20000.
constexpr std::pair<std::string_view, unsigned> kOpenFlags[] = {
    {"open", 1},       {"open64", 1},     {"openat", 2},       {"openat64", 2},     {"__open_2", 1},
    {"__open64_2", 1}, {"__openat_2", 2}, {"__openat64_2", 2}, {"posix_openpt", 0}, {"pipe2", 1},
};
constexpr uint64_t kOpenFlagBits = 0x3c000;

// Variadic functions whose further arguments are optional rather than described by a format; all are integers of 4
// bytes (mode_t, unsigned) or of 8.
struct OptionalArguments {
  std::string_view name;
  std::vector<uint64_t> sizes;
};
const OptionalArguments kOptionalArguments[] = {
    {"open", {4}},       {"open64", {4}}, {"openat", {4}}, {"openat64", {4}},       {"fcntl", {8}},
    {"fcntl64", {8}},    {"ioctl", {8}},  {"mremap", {8}}, {"prctl", {8, 8, 8, 8}}, {"sem_open", {4, 4}},
    {"mq_open", {4, 8}}, {"semctl", {8}}, {"ulimit", {8}},
};

struct WideFormat {
  std::string_view name;
  Kind kind;
  unsigned format, first;
};
constexpr WideFormat kWideFormats[] = {
    {"wprintf", Kind::wide_printf, 0, 1},
    {"fwprintf", Kind::wide_printf, 1, 2},
    {"swprintf", Kind::wide_printf, 2, 3},
    {"vwprintf", Kind::wide_printf, 0, 0},
    {"vfwprintf", Kind::wide_printf, 1, 0},
    {"vswprintf", Kind::wide_printf, 2, 0},
    {"__wprintf_chk", Kind::wide_printf, 1, 2},
    {"__fwprintf_chk", Kind::wide_printf, 2, 3},
    {"__swprintf_chk", Kind::wide_printf, 4, 5},
    {"__vwprintf_chk", Kind::wide_printf, 1, 0},
    {"__vfwprintf_chk", Kind::wide_printf, 2, 0},
    {"__vswprintf_chk", Kind::wide_printf, 4, 0},
    {"wscanf", Kind::wide_scanf, 0, 1},
    {"fwscanf", Kind::wide_scanf, 1, 2},
    {"swscanf", Kind::wide_scanf, 1, 2},
    {"vwscanf", Kind::wide_scanf, 0, 0},
    {"vfwscanf", Kind::wide_scanf, 1, 0},
    {"vswscanf", Kind::wide_scanf, 1, 0},
    {"__isoc99_wscanf", Kind::wide_scanf, 0, 1},
    {"__isoc99_fwscanf", Kind::wide_scanf, 1, 2},
    {"__isoc99_swscanf", Kind::wide_scanf, 1, 2},
    {"__isoc99_vwscanf", Kind::wide_scanf, 0, 0},
    {"__isoc99_vfwscanf", Kind::wide_scanf, 1, 0},
    {"__isoc99_vswscanf", Kind::wide_scanf, 1, 0},
};

void add_reason(Declared& declared, std::string_view reason) {
  std::string& text = declared.type.abi_differs;
  declared.type.differs_behind.clear();
  if (text.find(reason) == std::string::npos) text += (text.empty() ? "" : ", ") + std::string(reason);
}

// "*struct stat(144 …" gives "struct stat"; types without a name give a position.
std::string blame(const std::string& reach, size_t index, size_t parameters) {
  size_t start = reach.find_first_not_of('*');
  size_t end = reach.find('(');
  if (start != std::string::npos && end != std::string::npos && reach.compare(start, 2, "fn") != 0 &&
      reach[end - 1] != ' ')
    return reach.substr(start, end - start);
  return index == parameters ? "layout of the result" : fmt::format("layout behind argument {}", index + 1);
}

void compare(Declared& own, const Declared& other) {
  size_t parameters = own.type.parameters.size();
  if (other.reach.size() != own.reach.size() || other.type.variadic != own.type.variadic)
    return add_reason(own, "the number of parameters");
  for (size_t i = 0; i < own.reach.size(); ++i)
    if (own.reach[i] != other.reach[i]) add_reason(own, blame(own.reach[i], i, parameters));
}

// What every difference is behind, if that is pointers alone.
void find_differences_behind(Declared& own, const std::vector<const Declared*>& others) {
  std::vector<unsigned>& behind = own.type.differs_behind;
  for (const Declared* other : others) {
    if (other == nullptr || other->reach.size() != own.reach.size() || other->type.variadic != own.type.variadic)
      return behind.clear();
    for (size_t i = 0; i < own.reach.size(); ++i) {
      if (own.reach[i] == other->reach[i]) continue;
      bool pointers = i < own.type.parameters.size() && own.type.parameters[i].kind == abi::TypeKind::pointer &&
                      !own.type.parameters[i].function && other->type.parameters[i].kind == abi::TypeKind::pointer;
      if (!pointers) return behind.clear();
      if (std::find(behind.begin(), behind.end(), i) == behind.end()) behind.push_back(static_cast<unsigned>(i));
    }
  }
}

}  // namespace

void mark_layout_differences(Collected& own, const std::vector<Collected>& others) {
  for (auto& [name, declared] : own.functions) {
    bool by_format = !declared.type.abi_differs.empty();  // a difference that the declaration alone shows
    std::vector<const Declared*> counterparts;
    for (const Collected& other : others) {
      auto found = other.functions.find(name);
      counterparts.push_back(found == other.functions.end() ? nullptr : &found->second);
      if (counterparts.back() == nullptr)
        add_reason(declared, "not every ISA has it");
      else
        compare(declared, found->second);
    }
    if (!by_format) find_differences_behind(declared, counterparts);
  }
}

void apply_libc_knowledge(Collected& own) {
  for (auto& [name, declared] : own.functions)
    for (const Reason& entry : kByHeader)
      if (declared.header == entry.name) add_reason(declared, entry.reason);
  for (const Reason& entry : kByName)
    if (auto found = own.functions.find(std::string(entry.name)); found != own.functions.end())
      add_reason(found->second, entry.reason);
  for (const auto& [name, parameter] : kOpenFlags)
    if (auto found = own.functions.find(std::string(name)); found != own.functions.end())
      found->second.type.differing_bits.push_back({parameter, kOpenFlagBits});
  for (const OptionalArguments& entry : kOptionalArguments)
    if (auto found = own.functions.find(std::string(entry.name)); found != own.functions.end())
      for (uint64_t size : entry.sizes)
        found->second.type.optional_arguments.push_back(abi::integer_type(size, abi::Sign::unsigned_));
  for (const WideFormat& entry : kWideFormats)
    if (auto found = own.functions.find(std::string(entry.name)); found != own.functions.end())
      found->second.type.format = abi::FormatRole{entry.kind, entry.format, entry.first};
}

}  // namespace portolan::headers

// The rows of functions that LibraryHandler executes: name, signature (see call.h), body. Floating-point functions call
// the host's libm, so both sides of a comparison get the same bits.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <string_view>

#include "emulate/library_atomics.h"
#include "emulate/library_format.h"
#include "emulate/library_handler.h"

namespace portolan::emulate {
namespace {

using Handler = LibraryHandler;
using Wide = unsigned __int128;
using SignedWide = __int128;

std::span<const uint8_t> with_zero(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.c_str()), text.size() + 1};
}

void copy(Handler&, Call& call) {
  const uint64_t to = call.integer(), from = call.integer(), size = call.integer();
  if (size != 0) call.write(to, call.read(from, size));
  call.give(to);
}

void copy_end(Handler&, Call& call) {
  const uint64_t to = call.integer(), from = call.integer(), size = call.integer();
  if (size != 0) call.write(to, call.read(from, size));
  call.give(to + size);
}

void set(Handler&, Call& call) {
  const uint64_t to = call.integer();
  const uint8_t byte = static_cast<uint8_t>(call.word());
  const uint64_t size = call.integer();
  if (size > (64u << 20))
    call.read(to, size);  // faults
  else
    call.write(to, std::vector<uint8_t>(size, byte));
  call.give(to);
}

uint32_t sign(int value) {
  return static_cast<uint32_t>(value < 0 ? -1 : value > 0 ? 1 : 0);
}

void compare_memory(Handler&, Call& call) {
  const uint64_t a = call.integer(), b = call.integer(), size = call.integer();
  const std::vector<uint8_t> left = call.read(a, size), right = call.read(b, size);
  if (!call.fault()) call.give_word(size == 0 ? 0 : sign(std::memcmp(left.data(), right.data(), size)));
}

void find_byte(Handler&, Call& call) {
  const uint64_t at = call.integer();
  const uint8_t byte = static_cast<uint8_t>(call.word());
  const std::vector<uint8_t> bytes = call.read(at, call.integer());
  const auto found = std::find(bytes.begin(), bytes.end(), byte);
  call.give(found == bytes.end() ? 0 : at + static_cast<uint64_t>(found - bytes.begin()));
}

void length(Handler&, Call& call) {
  call.give(call.read_string(call.integer()).size());
}

void bounded_length(Handler&, Call& call) {
  const uint64_t at = call.integer();
  call.give(call.read_string(at, call.integer()).size());
}

void compare_strings(Handler&, Call& call) {
  const std::string left = call.read_string(call.integer()), right = call.read_string(call.integer());
  call.give_word(sign(std::strcmp(left.c_str(), right.c_str())));
}

void compare_starts(Handler&, Call& call) {
  const uint64_t a = call.integer(), b = call.integer(), limit = call.integer();
  const std::string left = call.read_string(a, limit), right = call.read_string(b, limit);
  call.give_word(sign(std::strcmp(left.c_str(), right.c_str())));
}

void find_character(Handler&, Call& call) {
  const uint64_t at = call.integer();
  const char wanted = static_cast<char>(call.word());
  const std::string text = call.read_string(at);
  const size_t found = wanted == 0 ? text.size() : text.find(wanted);
  call.give(found == std::string::npos ? 0 : at + found);
}

void find_last_character(Handler&, Call& call) {
  const uint64_t at = call.integer();
  const char wanted = static_cast<char>(call.word());
  const std::string text = call.read_string(at);
  const size_t found = wanted == 0 ? text.size() : text.rfind(wanted);
  call.give(found == std::string::npos ? 0 : at + found);
}

void find_string(Handler&, Call& call) {
  const uint64_t at = call.integer();
  const std::string text = call.read_string(at), wanted = call.read_string(call.integer());
  const size_t found = text.find(wanted);
  call.give(found == std::string::npos ? 0 : at + found);
}

void span_of(Call& call, bool members) {
  const std::string text = call.read_string(call.integer()), set = call.read_string(call.integer());
  const size_t end = members ? text.find_first_not_of(set) : text.find_first_of(set);
  call.give(end == std::string::npos ? text.size() : end);
}

void copy_string(Handler&, Call& call) {
  const uint64_t to = call.integer();
  const std::string text = call.read_string(call.integer());
  if (!call.fault()) call.write(to, with_zero(text));
  call.give(to);
}

void copy_string_end(Handler& handler, Call& call) {
  Call again = call;
  const uint64_t to = again.integer();
  const uint64_t size = again.read_string(again.integer()).size();
  copy_string(handler, call);
  call.give(to + size);
}

void copy_string_padded(Handler&, Call& call) {
  const uint64_t to = call.integer(), from = call.integer(), limit = call.integer();
  std::string text = call.read_string(from, limit);
  if (limit > (64u << 20)) call.read(to, limit);  // faults
  if (call.fault()) return;
  text.resize(limit);
  call.write(to, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  call.give(to);
}

void append_string(Handler&, Call& call) {
  const uint64_t to = call.integer(), from = call.integer();
  const uint64_t end = to + call.read_string(to).size();
  const std::string text = call.read_string(from);
  if (!call.fault()) call.write(end, with_zero(text));
  call.give(to);
}

void duplicate_string(Handler& handler, Call& call) {
  const std::string text = call.read_string(call.integer());
  const uint64_t to = handler.allocate(call, text.size() + 1);
  if (to != 0) call.write(to, with_zero(text));
  call.give(to);
}

void allocate(Handler& handler, Call& call) {
  call.give(handler.allocate(call, call.integer()));
}

void allocate_zeroed(Handler& handler, Call& call) {
  const uint64_t count = call.integer(), size = call.integer();
  uint64_t total = 0;
  const bool too_large = __builtin_mul_overflow(count, size, &total);
  const uint64_t block = too_large ? 0 : handler.allocate(call, total);
  if (block != 0) call.write(block, std::vector<uint8_t>(total));
  call.give(block);
}

void reallocate(Handler& handler, Call& call) {
  const uint64_t old = call.integer(), size = call.integer();
  const uint64_t block = handler.allocate(call, size);
  if (block != 0 && old != 0) {
    const uint64_t kept = std::min(size, handler.allocated_size(call, old));
    if (kept != 0) call.write(block, call.read(old, kept));
  }
  call.give(block);
}

void nothing(Handler&, Call&) {}
void stop(Handler&, Call& call) {
  call.stop();
}

void write_line(Handler&, Call& call) {  // puts
  call.output(call.read_string(call.integer()) + "\n");
  call.give_word(1);
}

void write_text(Handler&, Call& call) {  // fputs
  call.output(call.read_string(call.integer()));
  call.give_word(1);
}

void write_bytes(Handler&, Call& call) {  // fwrite
  const uint64_t at = call.integer(), size = call.integer(), count = call.integer();
  uint64_t total = 0;
  if (__builtin_mul_overflow(size, count, &total)) total = UINT64_MAX;
  const std::vector<uint8_t> bytes = call.read(at, total);
  call.output({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  call.give(size == 0 ? 0 : count);
}

void write_character(Handler&, Call& call) {
  const uint32_t value = call.word() & 0xff;
  call.output(std::string(1, static_cast<char>(value)));
  call.give_word(value);
}

// printf and those like it: `kIgnored` arguments stand before the format (streams, flags of the checking variants).
template <int kIgnored>
void print(Handler&, Call& call) {
  for (int i = 0; i < kIgnored; ++i) call.integer();
  const std::string text = format_text(call, call.read_string(call.integer()));
  call.output(text);
  call.give_word(static_cast<uint32_t>(text.size()));
}

// sprintf, snprintf and their checking variants, which have flags and the buffer's size before the format.
template <bool kLimited, bool kChecked>
void print_to_buffer(Handler&, Call& call) {
  const uint64_t to = call.integer();
  const uint64_t limit = kLimited ? call.integer() : UINT64_MAX;
  for (int i = 0; kChecked && i < 2; ++i) call.integer();
  std::string text = format_text(call, call.read_string(call.integer()));
  call.give_word(static_cast<uint32_t>(text.size()));
  if (call.fault() || call.refused() || limit == 0) return;
  if (text.size() >= limit) text.resize(limit - 1);
  call.write(to, with_zero(text));
}

template <int (*kFunction)(int)>
void of_character(Handler&, Call& call) {
  const uint32_t value = call.word();
  // Outside the range of unsigned char and EOF these functions are undefined.
  call.give_word(value + 1 <= 256 ? static_cast<uint32_t>(kFunction(static_cast<int>(value))) : value);
}

int classify_alpha(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
int classify_digit(int c) {
  return c >= '0' && c <= '9';
}
int classify_alnum(int c) {
  return classify_alpha(c) || classify_digit(c);
}
int classify_upper(int c) {
  return c >= 'A' && c <= 'Z';
}
int classify_lower(int c) {
  return c >= 'a' && c <= 'z';
}
int classify_space(int c) {
  return c == ' ' || (c >= 9 && c <= 13);
}
int classify_xdigit(int c) {
  return classify_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
int classify_print(int c) {
  return c >= 32 && c < 127;
}
int classify_punct(int c) {
  return classify_print(c) && c != ' ' && !classify_alnum(c);
}
int to_upper(int c) {
  return classify_lower(c) ? c - 32 : c;
}
int to_lower(int c) {
  return classify_upper(c) ? c + 32 : c;
}

// What <ctype.h>'s macros look into: a pointer to a pointer to the entry of 0 in a table for -128..255.
template <class T>
void character_table(Handler& handler, Call& call, const char* name, const T* table) {
  constexpr size_t kBelow = 128, kEntries = 384;
  std::vector<uint8_t> bytes(kEntries * sizeof(T));
  std::memcpy(bytes.data(), table - kBelow, bytes.size());
  const uint64_t at = handler.object(call, name, bytes);
  const uint64_t pointer = at + kBelow * sizeof(T);
  const uint64_t cell =
      handler.object(call, std::string(name) + "*", {reinterpret_cast<const uint8_t*>(&pointer), sizeof pointer});
  call.give(at == 0 ? 0 : cell);
}
void class_table(Handler& handler, Call& call) {
  character_table(handler, call, "class", *__ctype_b_loc());
}
void upper_table(Handler& handler, Call& call) {
  character_table(handler, call, "upper", *__ctype_toupper_loc());
}
void lower_table(Handler& handler, Call& call) {
  character_table(handler, call, "lower", *__ctype_tolower_loc());
}
void error_number(Handler& handler, Call& call) {
  call.give(handler.object(call, "errno", std::vector<uint8_t>(4)));
}

void absolute_word(Handler&, Call& call) {
  const uint32_t value = call.word();
  call.give_word(value >> 31 ? 0 - value : value);
}
void absolute(Handler&, Call& call) {
  const uint64_t value = call.integer();
  call.give(value >> 63 ? 0 - value : value);
}

void parse_word(Handler&, Call& call) {
  call.give_word(static_cast<uint32_t>(std::strtol(call.read_string(call.integer()).c_str(), nullptr, 10)));
}
void parse_long(Handler&, Call& call) {
  call.give(static_cast<uint64_t>(std::strtol(call.read_string(call.integer()).c_str(), nullptr, 10)));
}

template <auto kParse>
void parse_number(Handler&, Call& call) {
  const uint64_t at = call.integer(), end_at = call.integer();
  const uint32_t base = call.word();
  const std::string text = call.read_string(at);
  char* end = nullptr;
  const auto value = base == 1 || base > 36 ? 0 : kParse(text.c_str(), &end, static_cast<int>(base));
  if (end_at != 0) call.write_integer(end_at, at + static_cast<uint64_t>(end == nullptr ? 0 : end - text.c_str()), 8);
  call.give(static_cast<uint64_t>(value));
}

void random_number(Handler& handler, Call& call) {
  call.give_word(handler.next_random() & 0x7fffffff);
}
void seed(Handler& handler, Call& call) {
  handler.seed_random(call.word());
}

// RISC-V keeps thread-local offsets 0x800 lower (psABI, "TLS dynamic").
void thread_address(Handler& handler, Call& call) {
  const uint64_t index = call.integer();
  const uint64_t offset = call.read_integer(index + 8, 8) + (call.isa() == Isa::riscv64 ? 0x800 : 0);
  if (handler.image() == nullptr)
    call.stop();
  else
    call.give(handler.image()->thread_storage + offset);
}

template <double (*kFunction)(double)>
void real1(Handler&, Call& call) {
  call.give_real(kFunction(call.real()));
}
template <double (*kFunction)(double, double)>
void real2(Handler&, Call& call) {
  const double a = call.real(), b = call.real();
  call.give_real(kFunction(a, b));
}
template <float (*kFunction)(float)>
void single1(Handler&, Call& call) {
  call.give_single(kFunction(call.single()));
}
template <float (*kFunction)(float, float)>
void single2(Handler&, Call& call) {
  const float a = call.single(), b = call.single();
  call.give_single(kFunction(a, b));
}
void multiply_add(Handler&, Call& call) {
  const double a = call.real(), b = call.real(), c = call.real();
  call.give_real(std::fma(a, b, c));
}
void multiply_add_single(Handler&, Call& call) {
  const float a = call.single(), b = call.single(), c = call.single();
  call.give_single(std::fma(a, b, c));
}
void scale(Handler&, Call& call) {
  const double value = call.real();
  call.give_real(std::ldexp(value, static_cast<int>(call.word())));
}
void split(Handler&, Call& call) {  // frexp
  int exponent = 0;
  const double fraction = std::frexp(call.real(), &exponent);
  call.write_integer(call.integer(), static_cast<uint32_t>(exponent), 4);
  call.give_real(fraction);
}
void split_integer(Handler&, Call& call) {  // modf
  double whole = 0;
  const double fraction = std::modf(call.real(), &whole);
  uint64_t bits = 0;
  std::memcpy(&bits, &whole, 8);
  call.write_integer(call.integer(), bits, 8);
  call.give_real(fraction);
}
template <long (*kFunction)(double)>
void to_long(Handler&, Call& call) {
  call.give(static_cast<uint64_t>(kFunction(call.real())));
}

// libgcc's helpers.
template <Wide (*kFunction)(Wide, Wide)>
void wide2(Handler&, Call& call) {
  const Wide a = call.wide(), b = call.wide();
  call.give_wide(kFunction(a, b));
}
Wide negate_if(Wide value, bool negative) {
  return negative ? 0 - value : value;
}
bool is_negative(Wide value) {
  return static_cast<SignedWide>(value) < 0;
}
Wide magnitude(Wide value) {
  return negate_if(value, is_negative(value));
}
Wide divide(Wide a, Wide b) {
  return b == 0 ? 0 : a / b;
}
Wide remain(Wide a, Wide b) {
  return b == 0 ? 0 : a % b;
}
Wide divide_signed(Wide a, Wide b) {
  return negate_if(divide(magnitude(a), magnitude(b)), is_negative(a) != is_negative(b));
}
Wide remain_signed(Wide a, Wide b) {
  return negate_if(remain(magnitude(a), magnitude(b)), is_negative(a));
}
Wide multiply(Wide a, Wide b) {
  return a * b;
}
void count_bits(Handler&, Call& call) {
  call.give_word(static_cast<uint32_t>(__builtin_popcountll(call.integer())));
}
void leading_zeros(Handler&, Call& call) {
  const uint64_t value = call.integer();
  call.give_word(value == 0 ? 64 : static_cast<uint32_t>(__builtin_clzll(value)));
}
void trailing_zeros(Handler&, Call& call) {
  const uint64_t value = call.integer();
  call.give_word(value == 0 ? 64 : static_cast<uint32_t>(__builtin_ctzll(value)));
}

constexpr LibraryFunction kFunctions[] = {
    {"memcpy", "pppl", copy},
    {"memmove", "pppl", copy},
    {"__memcpy_chk", "pppl", copy},
    {"__memmove_chk", "pppl", copy},
    {"mempcpy", "pppl", copy_end},
    {"memset", "ppil", set},
    {"__memset_chk", "ppil", set},
    {"memcmp", "ippl", compare_memory},
    {"bcmp", "ippl", compare_memory},
    {"memchr", "ppil", find_byte},
    {"strlen", "ls", length},
    {"strnlen", "lpl", bounded_length},
    {"strcmp", "iss", compare_strings},
    {"strncmp", "ippl", compare_starts},
    {"strchr", "psi", find_character},
    {"index", "psi", find_character},
    {"strrchr", "psi", find_last_character},
    {"rindex", "psi", find_last_character},
    {"strstr", "pss", find_string},
    {"strspn", "lss", [](Handler&, Call& call) { span_of(call, true); }},
    {"strcspn", "lss", [](Handler&, Call& call) { span_of(call, false); }},
    {"strcpy", "pps", copy_string},
    {"__strcpy_chk", "pps", copy_string},
    {"stpcpy", "pps", copy_string_end},
    {"strncpy", "pppl", copy_string_padded},
    {"strcat", "pss", append_string},
    {"strdup", "ps", duplicate_string},
    {"malloc", "pl", allocate},
    {"calloc", "pll", allocate_zeroed},
    {"realloc", "ppl", reallocate},
    {"free", "vp", nothing},
    {"abort", "v", stop},
    {"exit", "vi", stop},
    {"_exit", "vi", stop},
    {"__stack_chk_fail", "v", stop},
    {"__assert_fail", "vssu", stop},
    {"puts", "ip", write_line},
    {"fputs", "ip", write_text},
    {"putchar", "ii", write_character},
    {"putc", "ii", write_character},
    {"fputc", "ii", write_character},
    {"_IO_putc", "ii", write_character},
    {"fwrite", "lpll", write_bytes},
    {"printf", "ip.", print<0>},
    {"__printf_chk", "iip.", print<1>},
    {"fprintf", "ipp.", print<1>},
    {"__fprintf_chk", "ipip.", print<2>},
    {"sprintf", "ips.", print_to_buffer<false, false>},
    {"snprintf", "ipls.", print_to_buffer<true, false>},
    {"__sprintf_chk", "ipils.", print_to_buffer<false, true>},
    {"__snprintf_chk", "iplils.", print_to_buffer<true, true>},
    {"fflush", "ip", [](Handler&, Call& call) { call.give_word(0); }},
    {"isalpha", "ii", of_character<classify_alpha>},
    {"isdigit", "ii", of_character<classify_digit>},
    {"isalnum", "ii", of_character<classify_alnum>},
    {"isupper", "ii", of_character<classify_upper>},
    {"islower", "ii", of_character<classify_lower>},
    {"isspace", "ii", of_character<classify_space>},
    {"isxdigit", "ii", of_character<classify_xdigit>},
    {"isprint", "ii", of_character<classify_print>},
    {"ispunct", "ii", of_character<classify_punct>},
    {"toupper", "ii", of_character<to_upper>},
    {"tolower", "ii", of_character<to_lower>},
    {"__ctype_b_loc", "l", class_table},
    {"__ctype_toupper_loc", "l", upper_table},
    {"__ctype_tolower_loc", "l", lower_table},
    {"__errno_location", "l", error_number},
    {"abs", "ii", absolute_word},
    {"labs", "ll", absolute},
    {"llabs", "ll", absolute},
    {"atoi", "is", parse_word},
    {"atol", "ls", parse_long},
    {"strtol", "lspi", parse_number<std::strtol>},
    {"strtoll", "lspi", parse_number<std::strtoll>},
    {"strtoul", "lspi", parse_number<std::strtoul>},
    {"strtoull", "lspi", parse_number<std::strtoull>},
    {"rand", "i", random_number},
    {"srand", "vu", seed},
    {"__tls_get_addr", "lp", thread_address},
    {"sin", "dd", real1<std::sin>},
    {"cos", "dd", real1<std::cos>},
    {"tan", "dd", real1<std::tan>},
    {"asin", "dd", real1<std::asin>},
    {"acos", "dd", real1<std::acos>},
    {"atan", "dd", real1<std::atan>},
    {"sinh", "dd", real1<std::sinh>},
    {"cosh", "dd", real1<std::cosh>},
    {"tanh", "dd", real1<std::tanh>},
    {"exp", "dd", real1<std::exp>},
    {"exp2", "dd", real1<std::exp2>},
    {"expm1", "dd", real1<std::expm1>},
    {"log", "dd", real1<std::log>},
    {"log2", "dd", real1<std::log2>},
    {"log10", "dd", real1<std::log10>},
    {"log1p", "dd", real1<std::log1p>},
    {"sqrt", "dd", real1<std::sqrt>},
    {"cbrt", "dd", real1<std::cbrt>},
    {"floor", "dd", real1<std::floor>},
    {"ceil", "dd", real1<std::ceil>},
    {"round", "dd", real1<std::round>},
    {"trunc", "dd", real1<std::trunc>},
    {"rint", "dd", real1<std::rint>},
    {"nearbyint", "dd", real1<std::nearbyint>},
    {"fabs", "dd", real1<std::fabs>},
    {"atan2", "ddd", real2<std::atan2>},
    {"pow", "ddd", real2<std::pow>},
    {"fmod", "ddd", real2<std::fmod>},
    {"hypot", "ddd", real2<std::hypot>},
    {"fmin", "ddd", real2<std::fmin>},
    {"fmax", "ddd", real2<std::fmax>},
    {"copysign", "ddd", real2<std::copysign>},
    {"fma", "dddd", multiply_add},
    {"ldexp", "ddi", scale},
    {"scalbn", "ddi", scale},
    {"frexp", "ddp", split},
    {"modf", "ddp", split_integer},
    {"lround", "ld", to_long<std::lround>},
    {"lrint", "ld", to_long<std::lrint>},
    {"sinf", "ff", single1<std::sin>},
    {"cosf", "ff", single1<std::cos>},
    {"tanf", "ff", single1<std::tan>},
    {"atanf", "ff", single1<std::atan>},
    {"expf", "ff", single1<std::exp>},
    {"logf", "ff", single1<std::log>},
    {"log2f", "ff", single1<std::log2>},
    {"log10f", "ff", single1<std::log10>},
    {"sqrtf", "ff", single1<std::sqrt>},
    {"floorf", "ff", single1<std::floor>},
    {"ceilf", "ff", single1<std::ceil>},
    {"roundf", "ff", single1<std::round>},
    {"truncf", "ff", single1<std::trunc>},
    {"rintf", "ff", single1<std::rint>},
    {"nearbyintf", "ff", single1<std::nearbyint>},
    {"fabsf", "ff", single1<std::fabs>},
    {"atan2f", "fff", single2<std::atan2>},
    {"powf", "fff", single2<std::pow>},
    {"fmodf", "fff", single2<std::fmod>},
    {"hypotf", "fff", single2<std::hypot>},
    {"fminf", "fff", single2<std::fmin>},
    {"fmaxf", "fff", single2<std::fmax>},
    {"copysignf", "fff", single2<std::copysign>},
    {"fmaf", "ffff", multiply_add_single},
    {"__udivti3", "xxx", wide2<divide>},
    {"__umodti3", "xxx", wide2<remain>},
    {"__divti3", "xxx", wide2<divide_signed>},
    {"__modti3", "xxx", wide2<remain_signed>},
    {"__multi3", "xxx", wide2<multiply>},
    {"__popcountdi2", "il", count_bits},
    {"__clzdi2", "il", leading_zeros},
    {"__ctzdi2", "il", trailing_zeros},
};

}  // namespace

const LibraryFunction* find_library_function(const std::string& name) {
  static const std::map<std::string_view, const LibraryFunction*> kByName = [] {
    std::map<std::string_view, const LibraryFunction*> map;
    for (const LibraryFunction& function : kFunctions) map[function.name] = &function;
    return map;
  }();
  const auto found = kByName.find(name);
  if (found != kByName.end()) return found->second;
  return find_outline_atomic(name);
}

}  // namespace portolan::emulate

#include "emulate/vectors/read.h"

#include <fmt/format.h>

#include <charconv>

namespace portolan::vectors {
namespace {

using nlohmann::json;

class Reader {
 public:
  Reader(const json& line, const SourceLocation& location) : line_(line), location_(location) {}

  Expected<Form> run() {
    if (!line_.is_object()) return error_at(location_, "expected an object");
    form_.name = text("form"), form_.part = text("part"), form_.check = text("check"), form_.ptx = text("ptx");
    form_.space = line_.contains("space") ? text("space") : "";
    names();
    const json& cases = member("cases");
    if (!cases.is_array()) fail("'cases' is no list");
    for (size_t n = 0; n < cases.size() && !failure_; ++n) read_case(cases[n], n);
    if (failure_) return error_at(location_, *failure_);
    return std::move(form_);
  }

 private:
  void fail(std::string message) {
    if (!failure_) failure_ = std::move(message);
  }

  const json& member(const char* name) {
    static const json kNone;
    const auto found = line_.find(name);
    if (found != line_.end()) return *found;
    fail(fmt::format("'{}' is missing", name));
    return kNone;
  }

  std::string text(const char* name) {
    const json& value = member(name);
    if (value.is_string()) return value.get<std::string>();
    fail(fmt::format("'{}' is no text", name));
    return {};
  }

  void names() {
    const json &names = member("names"), &registers = member("regs"), &operands = member("operands");
    if (!names.is_array() || !registers.is_array() || !operands.is_array() || names.size() != registers.size() ||
        operands.size() > names.size())
      return fail("'names', 'regs' and 'operands' do not fit each other");
    form_.inputs = operands.size();
    form_.lanes = form_.part == "B" || form_.part == "C" ? 32 : 1;
    for (size_t n = 0; n < names.size(); ++n) {
      if (!names[n].is_string() || !registers[n].is_string()) return fail("names and registers are texts");
      form_.names.push_back(names[n].get<std::string>());
      const std::string r = registers[n].get<std::string>();
      const uint32_t width = r == "pred" ? 1 : r == "b16" ? 16 : r == "b32" ? 32 : r == "b64" ? 64 : 0;
      if (width == 0) return fail(fmt::format("'{}' is no kind of register", r));
      form_.widths.push_back(width);
    }
  }

  std::optional<APInt> value(const json& v, uint32_t width) {
    if (v.is_null()) return std::nullopt;
    uint64_t bits = 0;
    const std::string digits = v.is_string() ? v.get<std::string>() : "";
    const char* end = digits.data() + digits.size();
    if (digits.size() < 3 || !digits.starts_with("0x")) return fail("a value is no text such as 0x1f"), std::nullopt;
    const auto [stop, error] = std::from_chars(digits.data() + 2, end, bits, 16);
    if (error != std::errc() || stop != end || (width < 64 && bits >> width != 0))
      return fail(fmt::format("'{}' is no number of {} bits", digits, width)), std::nullopt;
    return APInt(width, bits);
  }

  void bytes(const json& c, const char* name, std::vector<uint8_t>& out) {
    const auto found = c.find(name);
    if (found == c.end()) return;
    const std::string digits = found->is_string() ? found->get<std::string>() : "?";
    for (size_t n = 0; n < digits.size(); n += 2) {
      uint8_t byte = 0;
      const auto [stop, error] =
          std::from_chars(digits.data() + n, digits.data() + std::min(n + 2, digits.size()), byte, 16);
      if (error != std::errc() || stop != digits.data() + n + 2) return fail(fmt::format("'{}' are no bytes", name));
      out.push_back(byte);
    }
  }

  void read_case(const json& c, size_t number) {
    Case made;
    made.values.assign(form_.names.size(), Lanes(form_.lanes));
    if (c.is_array()) {
      if (c.size() != form_.names.size()) return fail(fmt::format("case {} has another number of values", number));
      for (size_t n = 0; n < c.size(); ++n) made.values[n][0] = value(c[n], form_.widths[n]);
    } else if (c.is_object()) {
      warp_case(c, number, made);
    } else {
      fail(fmt::format("case {} is neither list nor object", number));
    }
    form_.cases.push_back(std::move(made));
  }

  void warp_case(const json& c, size_t number, Case& made) {
    made.executing = 0xffffffff;
    if (const auto mask = c.find("exec"); mask != c.end())
      if (const std::optional<APInt> bits = value(*mask, 32)) made.executing = bits->getZExtValue();
    if (const auto kind = c.find("class"); kind != c.end() && kind->is_string()) made.kind = kind->get<std::string>();
    bytes(c, "mem_in", made.memory_in);
    bytes(c, "mem_out", made.memory_out);
    lanes(c, "in", 0, form_.inputs, number, made);
    lanes(c, "out", form_.inputs, form_.names.size(), number, made);
  }

  void lanes(const json& c, const char* name, size_t from, size_t to, size_t number, Case& made) {
    const auto found = c.find(name);
    const json all = found == c.end() ? json::array() : *found;
    if (!all.is_array() || all.size() != to - from)
      return fail(fmt::format("case {}: '{}' has another number of values", number, name));
    for (size_t n = from; n < to; ++n) {
      const json& one = all[n - from];
      if (!one.is_array() || one.size() != form_.lanes)
        return fail(fmt::format("case {}: '{}' does not have a value for each lane", number, name));
      for (size_t lane = 0; lane < form_.lanes; ++lane) made.values[n][lane] = value(one[lane], form_.widths[n]);
    }
  }

  const json& line_;
  SourceLocation location_;
  Form form_;
  std::optional<std::string> failure_;
};

}  // namespace

Expected<Form> read_form(const json& line, const SourceLocation& location) {
  return Reader(line, location).run();
}

}  // namespace portolan::vectors

#include "emulate/vectors/vectors.h"

#include <fmt/format.h>

#include "emulate/simt/ptx_program.h"
#include "emulate/vectors/read.h"
#include "frontends/ptx/approximate.h"
#include "frontends/ptx/parser.h"
#include "ir/check.h"

namespace portolan::vectors {
namespace {

constexpr uint64_t kStepsOfCase = 10'000'000;
constexpr uint64_t kSharedOutput = 0x8000;  // in shared memory, where a case has two images

std::string hexadecimal(const APInt& v) {
  return fmt::format("{:#x}", v.getZExtValue());
}

// One form, ready to run its cases: its lines lifted as the body of a function whose registers are those of the form.
class Runner {
 public:
  Runner(const Form& form, const std::string& file, simt::Mode mode)
      : form_(form), mode_(mode), shared_(form.space == "shared") {
    if (form.part == "D") shared_ = form.ptx.find(".shared") != std::string::npos;
    std::vector<ptx::Register> registers;
    for (size_t n = 0; n < form.names.size(); ++n) {
      const ptx::Type type = form.widths[n] == 1 ? ptx::Type{ptx::Type::predicate, 1}
                                                 : ptx::Type{ptx::Type::untyped, static_cast<uint16_t>(form.widths[n])};
      registers.push_back({"%" + form.names[n], type});
    }
    for (const char* name : {"%p", "%mem", "%memout"})
      if (std::find(form.names.begin(), form.names.end(), name + 1) == form.names.end()) {
        pointers_.emplace_back(name, ptx::kFirstRegisterSlot + static_cast<uint32_t>(registers.size()));
        registers.push_back({name, {ptx::Type::untyped, 64}});
      }
    refusal_ = prepare(registers, file);
  }

  FormResult run() {
    FormResult result;
    result.form = form_.name;
    for (const Case& c : form_.cases) {
      if (!refusal_.empty()) {
        ++result.refused;
        continue;
      }
      std::string difference = run_case(c);
      if (!refusal_.empty())
        ++result.refused;
      else if (difference.empty())
        ++result.agree;
      else if (++result.differ == 1)
        result.first_difference = std::move(difference);
    }
    result.reason = refusal_;
    return result;
  }

 private:
  // Why the form cannot be run, or nothing.
  std::string prepare(std::span<const ptx::Register> registers, const std::string& file) {
    Expected<ptx::Function> body = ptx::parse_body(form_.ptx, file, registers);
    if (!body) return body.error().message;
    Expected<ptx::LiftedFunction> lifted = ptx::lift_body(*body, file);
    if (!lifted) return lifted.error().message;
    code_ = *std::move(lifted);
    if (const auto defect = ir::check(code_.code)) return "internal: " + defect->message;
    program_ = simt::empty_ptx_program();
    simt::add_function(program_, code_);
    bound_ = form_.check == "approx" ? ptx::approximation(form_.ptx.substr(0, form_.ptx.find(' '))) : std::nullopt;
    return {};
  }

  bool is_cell(size_t n) const { return form_.part == "D" && (form_.names[n] == "m" || form_.names[n] == "after"); }
  static uint32_t slot(size_t n) { return ptx::kFirstRegisterSlot + static_cast<uint32_t>(n); }

  // The images before the run: in, and out if there are both.
  std::vector<uint8_t> image_in(const Case& c) const {
    if (form_.part == "D") {
      std::vector<uint8_t> bytes;
      const APInt& cell = *c.values[0][0];
      for (unsigned n = 0; n < cell.getBitWidth() / 8; ++n)
        bytes.push_back(static_cast<uint8_t>(cell.getZExtValue() >> (8 * n)));
      return bytes;
    }
    return c.memory_in.empty() ? std::vector<uint8_t>(c.memory_out.size()) : c.memory_in;
  }

  std::string run_case(const Case& c) {
    if (form_.part == "D" && (form_.names.empty() || !is_cell(0) || !c.values[0][0]))
      return refusal_ = "no memory cell", "";
    const bool two = !c.memory_in.empty() && !c.memory_out.empty();
    const std::vector<uint8_t> in = image_in(c), out(two ? c.memory_out.size() : 0);
    if (in.size() > kSharedOutput || out.size() > kSharedOutput) return refusal_ = "the image is too large", "";
    simt::Memory memory;
    uint64_t at = 0, at_out = two ? kSharedOutput : 0;
    if (!shared_) {
      at = memory.allocate("image", in.size(), in);
      at_out = two ? memory.allocate("output", out.size(), out) : at;
    }
    std::vector<std::vector<APInt>> results(form_.lanes);
    std::vector<uint8_t> left;
    simt::Launch launch;
    launch.kernel = code_.name;
    launch.mode = mode_;
    launch.block.x = form_.lanes;
    launch.steps = kStepsOfCase;
    launch.local_bytes = 4096;
    launch.shared_bytes = !shared_ ? 0 : two ? kSharedOutput + out.size() : in.size();
    launch.check_uninitialised = false;
    launch.prepare_shared = [&](simt::Allocation& a) {
      if (shared_) std::copy(in.begin(), in.end(), a.bytes.begin());
    };
    launch.finished_shared = [&](simt::Allocation& a) { left = a.bytes; };
    launch.prepare = [&](uint64_t lane, std::span<APInt> slots) {
      for (size_t n = 0; n < form_.inputs; ++n)
        if (const std::optional<APInt>& v = c.values[n][lane]; v && !is_cell(n)) slots[slot(n)] = *v;
      for (const auto& [name, pointer] : pointers_) slots[pointer] = APInt(64, name == "%memout" ? at_out : at);
      return (c.executing >> lane & 1) != 0;
    };
    launch.finished = [&](uint64_t lane, std::span<const APInt> slots) {
      results[lane].assign(slots.begin(), slots.end());
    };
    const simt::Outcome outcome = simt::run(program_, memory, launch);
    for (const simt::Finding& f : outcome.findings) {
      if (f.kind == simt::FindingKind::unsupported) return refusal_ = f.detail, "";
      return inputs(c, 0) + ": " + simt::to_string(f);
    }
    if (!shared_ && !in.empty()) left = memory.at(at_out)->bytes;
    if (shared_ && left.size() >= at_out) left.erase(left.begin(), left.begin() + static_cast<ptrdiff_t>(at_out));
    std::string difference = compare_memory(c, left);
    for (unsigned lane = 0; lane < form_.lanes && difference.empty(); ++lane)
      difference = compare_registers(c, lane, results[lane]);
    return difference;
  }

  std::string compare_registers(const Case& c, unsigned lane, const std::vector<APInt>& slots) const {
    for (size_t n = form_.inputs; n < form_.names.size(); ++n) {
      const std::optional<APInt>& recorded = c.values[n][lane];
      if (!recorded || is_cell(n)) continue;
      const APInt& got = slots[slot(n)];
      if (got == *recorded || is_close(c, lane, *recorded, got)) continue;
      return fmt::format("{}{}: {} is {}, recorded {}", inputs(c, lane),
                         form_.lanes == 1 ? "" : fmt::format(", lane {}", lane), form_.names[n], hexadecimal(got),
                         hexadecimal(*recorded));
    }
    return {};
  }

  std::string compare_memory(const Case& c, const std::vector<uint8_t>& left) const {
    std::vector<uint8_t> recorded = c.memory_out;
    if (form_.part == "D") {
      const APInt& after = *c.values.back()[0];
      for (unsigned n = 0; n < after.getBitWidth() / 8; ++n)
        recorded.push_back(static_cast<uint8_t>(after.getZExtValue() >> (8 * n)));
    }
    for (size_t n = 0; n < recorded.size(); ++n)
      if (n >= left.size() || left[n] != recorded[n])
        return fmt::format("{}: byte {} of memory is {:#x}, recorded {:#x}", inputs(c, 0), n,
                           n < left.size() ? left[n] : 0, recorded[n]);
    return {};
  }

  // An approximation within what PTX documents of the recorded one.
  bool is_close(const Case& c, unsigned lane, const APInt& recorded, const APInt& got) const {
    if (!bound_) return false;
    const std::string mnemonic = form_.ptx.substr(0, form_.ptx.find(' '));
    const ptx::Type type = *ptx::type_from_name(mnemonic.substr(mnemonic.rfind('.') + 1));
    const ir::FloatFormat format = type.kind == ptx::Type::brain ? ir::FloatFormat::bf16
                                   : type.bits == 16             ? ir::FloatFormat::f16
                                   : type.bits == 32             ? ir::FloatFormat::f32
                                                                 : ir::FloatFormat::f64;
    for (unsigned part = 0; part < type.lanes; ++part) {
      auto of = [&](const APInt& v) { return v.extractBits(type.bits, part * type.bits); };
      if (!ptx::within(*bound_, format, of(*c.values[0][lane]), of(recorded), of(got))) return false;
    }
    return true;
  }

  std::string inputs(const Case& c, unsigned lane) const {
    std::string text;
    for (size_t n = 0; n < form_.inputs && n < 6; ++n)
      if (const std::optional<APInt>& v = c.values[n][lane])
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", form_.names[n], hexadecimal(*v));
    return c.kind.empty() ? text : c.kind + " " + text;
  }

  const Form& form_;
  const simt::Mode mode_;
  bool shared_;
  std::vector<std::pair<std::string, uint32_t>> pointers_;  // registers that hold addresses, and their slots
  ptx::LiftedFunction code_;
  simt::Program program_;
  std::optional<ptx::Bound> bound_;
  std::string refusal_;
};

}  // namespace

std::optional<Diagnostic> each_line(
    std::string_view text, const std::string& file,
    const std::function<std::optional<Diagnostic>(const nlohmann::json&, const SourceLocation&)>& use) {
  uint32_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const SourceLocation location = {file, number, 0};
    const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_discarded()) return error_at(location, "this is not JSON");
    if (auto failure = use(json, location)) return failure;
  }
  return std::nullopt;
}

std::optional<Diagnostic> run_ptx(std::string_view text, const std::string& file,
                                  const std::function<void(FormResult)>& use, simt::Mode mode) {
  return each_line(text, file,
                   [&](const nlohmann::json& json, const SourceLocation& location) -> std::optional<Diagnostic> {
                     const Expected<Form> form = read_form(json, location);
                     if (!form) return form.error();
                     use(Runner(*form, file, mode).run());
                     return std::nullopt;
                   });
}

}  // namespace portolan::vectors

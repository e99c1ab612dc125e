#include "emulate/vectors/amdgcn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "emulate/simt/amdgcn_program.h"
#include "emulate/vectors/amdgcn_compare.h"
#include "emulate/vectors/amdgcn_read.h"
#include "frontends/amdgcn/insn.h"
#include "ir/check.h"

namespace portolan::vectors {
namespace {

using amdgcn::Processor;
using llvm::APInt;

constexpr uint64_t kStepsOfCase = 1'000'000, kStepsOfKernel = 400'000'000;
constexpr uint64_t kLdsBytes = 64 * 1024;

struct Verdict {
  enum Kind : uint8_t { agrees, differs, refused } kind = agrees;
  std::string text;
};
Verdict differs(std::string text) {
  return {Verdict::differs, std::move(text)};
}
Verdict refuse(std::string text) {
  return {Verdict::refused, std::move(text)};
}

// ---- One instruction ----

class WaveRun {
 public:
  WaveRun(const WaveVector& v, const amdgcn::LiftedCode& code)
      : v_(v), code_(code), width_(amdgcn::lane_width(v.processor)), lane_index_(width_, -1), left_(width_) {
    for (size_t n = 0; n < v.lanes.size(); ++n) lane_index_[v.lanes[n]] = static_cast<int>(n);
  }

  Verdict run(simt::Mode mode) {
    simt::Program program = simt::empty_amdgcn_program();
    simt::add_code(program, "instruction", code_);
    simt::Memory memory;
    for (const auto& [address, bytes] : v_.in.memory)
      memory.place(address, {"memory", bytes, std::vector<uint8_t>(bytes.size(), 1), true});
    simt::Launch launch;
    launch.kernel = "instruction";
    launch.mode = mode;
    launch.block.x = width_;
    simt::set_wave(launch, v_.processor);
    launch.steps = kStepsOfCase;
    launch.local_bytes = 4096;
    launch.shared_bytes = v_.in.lds.empty() ? 0 : kLdsBytes;
    launch.check_uninitialised = false;
    launch.prepare = [&](uint64_t lane, std::span<APInt> slots) {
      set_up(lane, slots);
      return true;
    };
    launch.finished = [&](uint64_t lane, std::span<const APInt> slots) {
      left_[lane].assign(slots.begin(), slots.end());
    };
    launch.prepare_shared = [&](simt::Allocation& a) {
      for (const auto& [at, bytes] : v_.in.lds)
        if (at <= a.bytes.size() && bytes.size() <= a.bytes.size() - at)
          std::copy(bytes.begin(), bytes.end(), a.bytes.begin() + static_cast<ptrdiff_t>(at));
      shared_before_ = a.bytes;
    };
    launch.finished_shared = [&](simt::Allocation& a) { shared_after_ = a.bytes; };
    const simt::Outcome outcome = simt::run(program, memory, launch);
    for (const simt::Finding& f : outcome.findings) {
      if (f.kind == simt::FindingKind::race)
        continue;  // several lanes may write one address; the vectors say what counts
      return f.kind == simt::FindingKind::unsupported ? refuse(f.detail) : differs(simt::to_string(f));
    }
    std::string difference = compare_registers();
    if (difference.empty()) difference = compare_memory(memory);
    return difference.empty() ? Verdict{} : differs(v_.id + ": " + difference);
  }

 private:
  uint64_t exec() const { return v_.in.exec.value_or(width_ == 64 ? ~uint64_t{0} : 0xffffffff); }

  void set_up(uint64_t lane, std::span<APInt> slots) const {
    auto set = [&](uint32_t slot, uint32_t value) { slots[slot] = APInt(32, value); };
    auto pair = [&](uint32_t slot, uint64_t value) {
      set(slot, static_cast<uint32_t>(value));
      set(slot + 1, static_cast<uint32_t>(value >> 32));
    };
    for (const auto& [n, value] : v_.in.scalar) set(n, value);
    pair(amdgcn::kVccLow, v_.in.vcc.value_or(0));
    pair(amdgcn::kExecLow, exec());
    set(amdgcn::kM0, v_.in.m0.value_or(0));
    slots[amdgcn::kScc] = APInt(1, v_.in.scc.value_or(0));
    slots[amdgcn::kActive] = APInt(1, exec() >> lane & 1);
    const int index = lane_index_[lane];
    if (index < 0) return;
    for (const auto& [n, values] : v_.in.vector) set(amdgcn::kVector + n, values[static_cast<size_t>(index)]);
  }

  bool unchecked(const std::string& name) const {
    return std::find(v_.unchecked.begin(), v_.unchecked.end(), name) != v_.unchecked.end();
  }
  uint32_t word(uint64_t lane, uint32_t slot) const { return static_cast<uint32_t>(left_[lane][slot].getZExtValue()); }
  uint64_t pair(uint64_t lane, uint32_t slot) const {
    return word(lane, slot) | (width_ == 64 ? uint64_t{word(lane, slot + 1)} << 32 : 0);
  }

  std::string compare_registers() const {
    for (uint64_t lane = 0; lane < width_; ++lane) {
      std::string difference = compare_scalars(lane);
      if (difference.empty()) difference = compare_vectors(lane);
      if (!difference.empty()) return fmt::format("lane {}: {}", lane, difference);
    }
    return {};
  }

  // They have to be the same in all lanes.
  std::string compare_scalars(uint64_t lane) const {
    auto different = [](const std::string& name, uint64_t got, uint64_t recorded) {
      return fmt::format("{} is {:#x}, recorded {:#x}", name, got, recorded);
    };
    for (uint32_t n = 0; n < amdgcn::kVccLow; ++n) {
      const auto before = v_.in.scalar.find(n), after = v_.out.scalar.find(n);
      const uint32_t recorded = after != v_.out.scalar.end()   ? after->second
                                : before != v_.in.scalar.end() ? before->second
                                                               : 0;
      const std::string name = fmt::format("s{}", n);
      if (word(lane, n) != recorded && !unchecked(name)) return different(name, word(lane, n), recorded);
    }
    const uint64_t vcc = v_.out.vcc.value_or(v_.in.vcc.value_or(0)), exec_after = v_.out.exec.value_or(exec());
    if (pair(lane, amdgcn::kVccLow) != vcc && !unchecked("vcc"))
      return different("vcc", pair(lane, amdgcn::kVccLow), vcc);
    if (pair(lane, amdgcn::kExecLow) != exec_after) return different("exec", pair(lane, amdgcn::kExecLow), exec_after);
    const uint64_t active = left_[lane][amdgcn::kActive].getZExtValue();
    if (active != (exec_after >> lane & 1)) return different("the lane's bit of exec", active, exec_after >> lane & 1);
    const uint32_t scc = v_.out.scc.value_or(v_.in.scc.value_or(0));
    if (left_[lane][amdgcn::kScc].getZExtValue() != scc)
      return different("scc", left_[lane][amdgcn::kScc].getZExtValue(), scc);
    const uint64_t pc = v_.out.pc.value_or(v_.encoding.size());
    if (left_[lane][amdgcn::kPc].getZExtValue() != pc)
      return different("pc", left_[lane][amdgcn::kPc].getZExtValue(), pc);
    return {};
  }

  uint32_t before(uint32_t n, int index) const {
    const auto found = v_.in.vector.find(n);
    return found == v_.in.vector.end() || index < 0 ? 0 : found->second[static_cast<size_t>(index)];
  }

  std::string compare_vectors(uint64_t lane) const {
    const int index = lane_index_[lane];
    for (uint32_t n = 0; n < 256; ++n) {
      uint64_t got = word(lane, amdgcn::kVector + n), recorded = before(n, index);
      const auto after = v_.out.vector.find(n);
      bool same = false;
      if (after != v_.out.vector.end() && index >= 0) {
        recorded = after->second[static_cast<size_t>(index)];
        const auto upper = v_.out.vector.find(n + 1);
        const bool wide = v_.type == "f64" && upper != v_.out.vector.end();
        if (wide) {
          got |= uint64_t{word(lane, amdgcn::kVector + n + 1)} << 32;
          recorded |= uint64_t{upper->second[static_cast<size_t>(index)]} << 32;
        }
        const std::string& type = v_.type == "f64" && !wide ? kNoType : v_.type;
        same = same_value(type, got, recorded) ||
               (v_.approximate && close_value(type, v_.assembly.substr(0, v_.assembly.find(' ')), got, recorded));
        n += wide;
      } else {
        same = got == recorded;
      }
      if (!same) return fmt::format("v{} is {:#x}, recorded {:#x} ({})", n, got, recorded, inputs(index));
    }
    return {};
  }

  std::string inputs(int index) const {
    std::string text;
    for (const auto& [n, values] : v_.in.vector)
      if (index >= 0)
        text += fmt::format("{}v{}={:#x}", text.empty() ? "" : " ", n, values[static_cast<size_t>(index)]);
    for (const auto& [n, value] : v_.in.scalar) text += fmt::format("{}s{}={:#x}", text.empty() ? "" : " ", n, value);
    return text;
  }

  // Words with NaNs of the result's type may differ.
  std::string compare_bytes(const std::vector<uint8_t>& got, const std::vector<uint8_t>& recorded,
                            const char* what) const {
    if (got.size() != recorded.size()) return fmt::format("{} has another size", what);
    const size_t unit = v_.type == "f64" ? 8 : 4;
    for (size_t at = 0; at < got.size(); at += unit) {
      uint64_t a = 0, b = 0;
      for (size_t n = 0; n < unit && at + n < got.size(); ++n)
        a |= uint64_t{got[at + n]} << (8 * n), b |= uint64_t{recorded[at + n]} << (8 * n);
      if (!same_value(v_.type, a, b)) return fmt::format("{} at {:#x} is {:#x}, recorded {:#x}", what, at, a, b);
    }
    return {};
  }

  std::string compare_memory(simt::Memory& memory) const {
    for (const auto& [address, in] : v_.in.memory) {
      const auto after = v_.out.memory.find(address);
      const std::string difference =
          compare_bytes(memory.at(address)->bytes, after == v_.out.memory.end() ? in : after->second, "memory");
      if (!difference.empty()) return difference;
    }
    std::vector<uint8_t> expected = shared_before_;
    for (const auto& [at, bytes] : v_.out.lds)
      if (at <= expected.size() && bytes.size() <= expected.size() - at)
        std::copy(bytes.begin(), bytes.end(), expected.begin() + static_cast<ptrdiff_t>(at));
    return compare_bytes(shared_after_, expected, "LDS");
  }

  const WaveVector& v_;
  const amdgcn::LiftedCode& code_;
  uint32_t width_;
  std::vector<int> lane_index_;  // of each lane, in the vector's lists; -1: not given
  std::vector<std::vector<APInt>> left_;
  std::vector<uint8_t> shared_before_, shared_after_;
  static const std::string kNoType;
};
const std::string WaveRun::kNoType;

// ---- A kernel ----

// Floating-point results of a kernel that approximates agree within 3e-3, which is what its makers state for it.
bool close_halves(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  constexpr double kRelative = 3e-3;
  for (size_t at = 0; at + 1 < a.size(); at += 2) {
    auto half = [&](const std::vector<uint8_t>& from) {
      const APInt bits(16, static_cast<uint64_t>(from[at] | from[at + 1] << 8));
      return kernel::convert_bits(bits, ir::FloatFormat::f16, ir::FloatFormat::f64).bitsToDouble();
    };
    const double x = half(a), y = half(b);
    if (!(std::abs(x - y) <= kRelative * std::max(std::abs(x), std::abs(y)))) return false;
  }
  return true;
}

Verdict run_kernel(const KernelVector& v, const amdgcn::CodeObject& object, const std::string& file, simt::Mode mode) {
  auto descriptor = amdgcn::read_descriptor(v.descriptor, {file, 0, 0});
  if (!descriptor) return refuse(descriptor.error().message);
  simt::Memory memory;
  const uint64_t base = memory.allocate("code", object.image.size(), object.image, false);
  auto code = amdgcn::lift_kernel(v.processor, object.image, base, {v.kernel, *descriptor, v.entry}, file);
  if (!code) return refuse(code.error().message);
  if (const auto defect = ir::check(code->code)) return refuse("internal: " + defect->message);
  simt::Program program = simt::empty_amdgcn_program();
  simt::add_code(program, v.kernel, *code);
  for (const Buffer& buffer : v.buffers)
    memory.place(buffer.address, {"buffer", buffer.in, std::vector<uint8_t>(buffer.in.size(), 1), true});
  simt::Launch launch;
  launch.kernel = v.kernel;
  launch.mode = mode;
  launch.grid = {v.grid[0], v.grid[1], v.grid[2]};
  launch.block = {v.block[0], v.block[1], v.block[2]};
  simt::set_wave(launch, v.processor);
  launch.shared_bytes = v.lds_bytes;
  launch.parameters = v.arguments;
  simt::pad_arguments(launch.parameters);
  launch.steps = kStepsOfKernel;
  const simt::Outcome outcome = simt::run(program, memory, launch);
  for (const simt::Finding& f : outcome.findings)
    return f.kind == simt::FindingKind::unsupported ? refuse(f.detail) : differs(v.id + ": " + simt::to_string(f));
  for (const Buffer& buffer : v.buffers) {
    const std::vector<uint8_t>& left = memory.at(buffer.address)->bytes;
    const std::vector<uint8_t>& recorded = buffer.out ? *buffer.out : buffer.in;
    if (left == recorded) continue;
    if (v.approximate && left.size() == recorded.size() && close_halves(left, recorded)) continue;
    const size_t at = static_cast<size_t>(
        std::mismatch(left.begin(), left.end(), recorded.begin(), recorded.end()).first - left.begin());
    return differs(fmt::format("{}: byte {} of the buffer at {:#x} differs", v.id, at, buffer.address));
  }
  return {};
}

// ---- The file ----

class File {
 public:
  File(std::string name, simt::Mode mode) : name_(std::move(name)), mode_(mode) {}

  std::optional<Diagnostic> line(const nlohmann::json& json, const SourceLocation& location) {
    if (!json.is_object()) return error_at(location, "expected an object");
    const std::string kind =
        json.contains("class") && json["class"].is_string() ? json["class"].get<std::string>() : "";
    if (kind == "object") return object(json, location);
    if (kind == "kernel") {
      const Expected<KernelVector> v = read_kernel_vector(json, location);
      if (!v) return v.error();
      const auto found = objects_.find(v->object);
      if (found == objects_.end())
        return error_at(location, fmt::format("there is no object '{}' before this", v->object));
      add(fmt::format("{} kernel {}", to_string(v->processor), v->kernel), v->id,
          run_kernel(*v, found->second, name_, mode_));
      return std::nullopt;
    }
    const Expected<WaveVector> v = read_wave_vector(json, location);
    if (!v) return v.error();
    add(fmt::format("{} {}", to_string(v->processor), v->assembly.substr(0, v->assembly.find(' '))), v->id,
        instruction(*v));
    return std::nullopt;
  }

  void give(const std::function<void(FormResult)>& use) {
    for (const std::string& form : order_) use(results_[form]);
  }

 private:
  std::optional<Diagnostic> object(const nlohmann::json& json, const SourceLocation& location) {
    const auto bytes = json.contains("hex") ? bytes_of(json["hex"]) : std::nullopt;
    if (!bytes || !json.contains("id") || !json["id"].is_string())
      return error_at(location, "this object has no bytes");
    auto read = amdgcn::read_code_object(*bytes, name_);
    if (!read) return error_at(location, read.error().message);
    objects_.emplace(json["id"].get<std::string>(), *std::move(read));
    return std::nullopt;
  }

  Verdict instruction(const WaveVector& v) {
    auto key = std::pair(v.processor, v.encoding);
    auto found = lifted_.find(key);
    if (found == lifted_.end())
      found = lifted_
                  .emplace(key, std::make_unique<Expected<amdgcn::LiftedCode>>(
                                    amdgcn::lift_instruction(v.processor, v.encoding)))
                  .first;
    const Expected<amdgcn::LiftedCode>& code = *found->second;
    if (!code) return refuse(code.error().message);
    if (const auto defect = ir::check(code->code)) return refuse("internal: " + defect->message);
    return WaveRun(v, *code).run(mode_);
  }

  void add(const std::string& form, const std::string& id, Verdict verdict) {
    const auto [entry, is_new] = results_.try_emplace(form);
    FormResult& r = entry->second;
    if (is_new) r.form = form, order_.push_back(form);
    if (verdict.kind == Verdict::agrees) ++r.agree;
    if (verdict.kind == Verdict::refused && ++r.refused == 1) r.reason = std::move(verdict.text);
    if (verdict.kind == Verdict::differs) r.differing.push_back(id);
    if (verdict.kind == Verdict::differs && ++r.differ == 1) r.first_difference = std::move(verdict.text);
  }

  std::string name_;
  simt::Mode mode_;
  std::map<std::string, amdgcn::CodeObject> objects_;
  std::map<std::pair<Processor, std::vector<uint8_t>>, std::unique_ptr<Expected<amdgcn::LiftedCode>>> lifted_;
  std::map<std::string, FormResult> results_;
  std::vector<std::string> order_;
};

}  // namespace

std::optional<Diagnostic> run_amdgcn(std::string_view text, const std::string& name,
                                     const std::function<void(FormResult)>& use, simt::Mode mode) {
  File file(name, mode);
  // Objects stand behind the kernels that use them or before: they are read first.
  std::vector<std::pair<nlohmann::json, SourceLocation>> kernels;
  if (auto failure = each_line(
          text, name, [&](const nlohmann::json& json, const SourceLocation& location) -> std::optional<Diagnostic> {
            if (json.is_object() && json.contains("class") && json["class"] == "kernel") {
              kernels.emplace_back(json, location);
              return std::nullopt;
            }
            return file.line(json, location);
          }))
    return failure;
  for (const auto& [json, location] : kernels)
    if (auto failure = file.line(json, location)) return failure;
  file.give(use);
  return std::nullopt;
}

}  // namespace portolan::vectors

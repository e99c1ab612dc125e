#include "emulate/vectors/amdgcn_read.h"

#include <fmt/format.h>

#include <charconv>

namespace portolan::vectors {

using nlohmann::json;

std::optional<std::vector<uint8_t>> bytes_of(const json& text) {
  if (!text.is_string()) return std::nullopt;
  const std::string digits = text.get<std::string>();
  if (digits.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> bytes(digits.size() / 2);
  for (size_t n = 0; n < bytes.size(); ++n) {
    const char* at = digits.data() + 2 * n;
    const auto [stop, error] = std::from_chars(at, at + 2, bytes[n], 16);
    if (error != std::errc() || stop != at + 2) return std::nullopt;
  }
  return bytes;
}

namespace {

class Reader {
 public:
  Reader(const json& line, const SourceLocation& location) : line_(line), location_(location) {}

  std::optional<Diagnostic> failure() const {
    return failure_ ? std::optional(error_at(location_, *failure_)) : std::nullopt;
  }
  void fail(std::string reason) {
    if (!failure_) failure_ = std::move(reason);
  }

  std::string text(const json& from, const char* name) {
    const auto found = from.find(name);
    if (found != from.end() && found->is_string()) return found->get<std::string>();
    fail(fmt::format("'{}' is no text", name));
    return {};
  }
  uint64_t hexadecimal(const json& v, size_t most_digits = 16) {
    uint64_t bits = 0;
    const std::string digits = v.is_string() ? v.get<std::string>() : "";
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    if (error != std::errc() || stop != digits.data() + digits.size() || digits.empty() || digits.size() > most_digits)
      fail(fmt::format("'{}' is no number in hexadecimal", digits));
    return bits;
  }
  uint64_t number(const json& from, const char* name) {
    const auto found = from.find(name);
    if (found != from.end() && found->is_number_unsigned()) return found->get<uint64_t>();
    fail(fmt::format("'{}' is no number", name));
    return 0;
  }
  std::vector<uint8_t> bytes(const json& v, const char* name) {
    if (std::optional<std::vector<uint8_t>> b = bytes_of(v)) return *std::move(b);
    fail(fmt::format("'{}' are no bytes", name));
    return {};
  }
  std::vector<uint8_t> bytes(const char* name) {
    const auto found = line_.find(name);
    return bytes(found == line_.end() ? json() : *found, name);
  }
  amdgcn::Processor processor() {
    const std::string name = text(line_, "target");
    const auto p = amdgcn::processor_from_string(name);
    if (!p) fail(fmt::format("'{}' is no processor that is known here", name));
    return p.value_or(amdgcn::Processor::gfx1100);
  }

  void state(const char* name, size_t lanes, WaveState& s) {
    const auto found = line_.find(name);
    if (found == line_.end() || !found->is_object()) return fail(fmt::format("'{}' is no object", name));
    const json& from = *found;
    for (const auto& [field, value] : from.items()) {
      if (field == "exec") s.exec = hexadecimal(value);
      if (field == "vcc") s.vcc = hexadecimal(value);
      if (field == "m0") s.m0 = static_cast<uint32_t>(hexadecimal(value, 8));
      if (field == "scc") s.scc = static_cast<uint32_t>(number(from, "scc"));
      if (field == "pc") s.pc = number(from, "pc");
      if (field == "s") scalars(value, s);
      if (field == "v") vectors(value, lanes, s);
      if (field == "lds" || field == "mem") windows(value, field == "lds" ? s.lds : s.memory);
    }
  }

 private:
  std::optional<uint32_t> register_number(const std::string& name, uint32_t most) {
    uint32_t n = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), n);
    if (error == std::errc() && stop == name.data() + name.size() && n < most) return n;
    fail(fmt::format("'{}' is no register", name));
    return std::nullopt;
  }
  void scalars(const json& from, WaveState& s) {
    if (!from.is_object()) return fail("'s' is no object");
    for (const auto& [name, value] : from.items())
      if (const auto n = register_number(name, 106)) s.scalar[*n] = static_cast<uint32_t>(hexadecimal(value, 8));
  }
  void vectors(const json& from, size_t lanes, WaveState& s) {
    if (!from.is_object()) return fail("'v' is no object");
    for (const auto& [name, value] : from.items()) {
      const auto n = register_number(name, 256);
      const std::string digits = value.is_string() ? value.get<std::string>() : "";
      if (digits.size() != 8 * lanes) return fail(fmt::format("v{} does not have a value for each lane", name));
      if (!n) return;
      for (size_t lane = 0; lane < lanes; ++lane)
        s.vector[*n].push_back(static_cast<uint32_t>(hexadecimal(digits.substr(8 * lane, 8), 8)));
    }
  }
  void windows(const json& from, std::map<uint64_t, std::vector<uint8_t>>& to) {
    if (!from.is_array()) return fail("memory is no list");
    for (const json& window : from) {
      if (!window.is_array() || window.size() != 2) return fail("a window of memory is no pair");
      const uint64_t at = window[0].is_number_unsigned() ? window[0].get<uint64_t>() : hexadecimal(window[0]);
      to[at] = bytes(window[1], "memory");
    }
  }

  const json& line_;
  SourceLocation location_;
  std::optional<std::string> failure_;
};

}  // namespace

Expected<WaveVector> read_wave_vector(const json& line, const SourceLocation& location) {
  Reader r(line, location);
  WaveVector v;
  v.id = r.text(line, "id");
  v.processor = r.processor();
  v.assembly = r.text(line, "asm");
  v.encoding = r.bytes("encoding");
  if (line.contains("dt")) v.type = r.text(line, "dt");
  v.approximate = line.value("approx", json(0)) == json(1);
  const uint32_t width = amdgcn::lane_width(v.processor);
  const json in = line.value("in", json::object());
  const json lanes = in.is_object() ? in.value("lanes", json::array()) : json::array();
  if (lanes.is_array()) {
    for (const json& lane : lanes) {
      if (!lane.is_number_unsigned() || lane.get<uint64_t>() >= width) {
        r.fail("there is no such lane");
        break;
      }
      v.lanes.push_back(lane.get<uint32_t>());
    }
  } else {
    for (uint32_t lane = 0; lane < width; ++lane) v.lanes.push_back(lane);
  }
  if (const json unchecked = line.value("unchecked", json::array()); unchecked.is_array())
    for (const json& name : unchecked)
      if (name.is_string()) v.unchecked.push_back(name.get<std::string>());
  r.state("in", v.lanes.size(), v.in);
  r.state("out", v.lanes.size(), v.out);
  if (const auto failure = r.failure()) return *failure;
  return v;
}

Expected<KernelVector> read_kernel_vector(const json& line, const SourceLocation& location) {
  Reader r(line, location);
  KernelVector v;
  v.id = r.text(line, "id");
  v.processor = r.processor();
  v.kernel = r.text(line, "kernel");
  v.object = r.text(line, "object");
  v.entry = r.number(line, "entry");
  v.lds_bytes = r.number(line, "lds");
  v.descriptor = r.bytes("descriptor");
  v.arguments = r.bytes("kernarg");
  v.approximate = line.contains("approx");
  auto sizes = [&](const char* name, uint32_t* to) {
    const json all = line.value(name, json::array());
    if (!all.is_array() || all.size() != 3) return r.fail(fmt::format("'{}' are not three sizes", name));
    for (size_t n = 0; n < 3; ++n) {
      if (!all[n].is_number_unsigned() || all[n].get<uint64_t>() == 0 || all[n].get<uint64_t>() > UINT16_MAX)
        return r.fail(fmt::format("'{}' are not three sizes", name));
      to[n] = all[n].get<uint32_t>();
    }
  };
  sizes("workgroups", v.grid);
  sizes("block", v.block);
  for (const json& buffer : line.value("buffers", json::array())) {
    if (!buffer.is_object()) {
      r.fail("a buffer is no object");
      break;
    }
    Buffer made;
    made.address = r.hexadecimal(buffer.value("addr", json()));
    made.in = r.bytes(buffer.value("in", json()), "in");
    if (buffer.contains("out")) made.out = r.bytes(buffer["out"], "out");
    v.buffers.push_back(std::move(made));
  }
  if (const auto failure = r.failure()) return *failure;
  return v;
}

}  // namespace portolan::vectors

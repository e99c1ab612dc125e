#include "cli/ported_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/mapping/host_blocks.h"

namespace portolan::cli {

using namespace accelerator;
using mapping::HostTensor;

namespace {

std::string place_function(const std::string& name, const std::string& tensor, const HostTensor& t) {
  std::string parameters, sum = fmt::format("UINT64_C({:#x})", t.base);
  for (size_t d = 0; d < t.dimensions.size(); ++d) {
    const HostTensor::Dimension& dimension = t.dimensions[d];
    parameters += fmt::format("{}uint64_t i{}", d == 0 ? "" : ", ", d);
    if (dimension.tile_stride == dimension.tile * dimension.stride)
      sum += fmt::format(" + i{} * {}", d, to_string(dimension.stride));
    else
      sum += fmt::format(" + i{0} / {1} * {2} + i{0} % {1} * {3}", d, to_string(dimension.tile),
                         to_string(dimension.tile_stride), to_string(dimension.stride));
  }
  return fmt::format("/* Where element {}{} lies. */\nstatic inline uint64_t {}_{}_at({}) {{\n  return {};\n}}\n",
                     tensor, t.dimensions.empty() ? "" : "[...]", name, tensor,
                     parameters.empty() ? "void" : parameters, sum);
}

// Of an arrangement: which element of the tensor lies at an index.
std::string view_comment(const std::string& arranged, const std::string& tensor, const HostTensor& t) {
  if (t.view.empty()) return {};
  std::string left, right;
  for (size_t d = 0; d < t.dimensions.size(); ++d) left += fmt::format("[i{}]", d);
  for (const HostTensor::View& v : t.view) {
    std::string sum = v.constant == 0 && !v.parts.empty() ? "" : to_string(v.constant);
    for (const HostTensor::View::Part& p : v.parts) {
      sum += fmt::format("{}i{}", sum.empty() ? "" : " + ", p.dimension);
      if (p.divisor != 1) sum += fmt::format(" / {}", to_string(p.divisor));
      if (p.modulus != 0) sum += fmt::format(" % {}", to_string(p.modulus));
      if (p.factor != 1) sum += fmt::format(" * {}", to_string(p.factor));
    }
    right += fmt::format("[{}]", sum);
  }
  return fmt::format("/* {}{} is {}{}. */\n", arranged, left, tensor, right);
}

// Loops over all elements around `statement`, in which {at} is the place and {flat} the row-major number.
std::string copy_loops(const std::string& name, const std::string& tensor, const HostTensor& t, bool to_memory) {
  std::string text, indent = "  ", flat = "0", arguments;
  for (size_t d = 0; d < t.dimensions.size(); ++d) {
    text +=
        fmt::format("{0}for (uint64_t i{1} = 0; i{1} < {2}; ++i{1})\n", indent, d, to_string(t.dimensions[d].extent));
    indent += "  ";
    flat = d == 0 ? "i0" : fmt::format("({}) * {} + i{}", flat, to_string(t.dimensions[d].extent), d);
    arguments += fmt::format("{}i{}", d == 0 ? "" : ", ", d);
  }
  const std::string at = fmt::format("memory + {}_{}_at({})", name, tensor, arguments);
  const std::string element = fmt::format("{} + {}", tensor, flat);
  const unsigned bytes = (t.width + 7) / 8;
  return text + (to_memory ? fmt::format("{}memcpy({}, {}, {});\n", indent, at, element, bytes)
                           : fmt::format("{}memcpy({}, {}, {});\n", indent, element, at, bytes));
}

// Bytes as the chip's own format has them: the caller brings them, row by row as the places say.
std::string copy_streams(const std::string& tensor, const HostTensor& t) {
  std::string text;
  for (size_t n = 0; n < t.streams.size(); ++n)
    text += fmt::format("  memcpy(memory + UINT64_C({:#x}), {}_{}, {});\n", t.streams[n], tensor, n, t.stream_bytes[n]);
  return text;
}

// Constants of a kernel, in the chip's own format.
std::string constant_streams(const std::string& label, const HostTensor& t) {
  std::vector<std::string> bytes(t.streams.size());
  const size_t at_once = t.blocks->elements(), lanes = t.rows[0].size();
  const auto all = static_cast<size_t>(t.bytes) / (t.width / 8);
  std::vector<double> values(all, 0.0), read;
  for (size_t r = 0; r < t.rows.size(); ++r)
    std::ranges::copy(t.rows[r], values.begin() + static_cast<std::ptrdiff_t>(r * lanes));
  for (size_t at = 0; at < all; at += at_once) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(at);
    const auto written = t.blocks->encode({begin, begin + static_cast<std::ptrdiff_t>(at_once)}, read);
    for (size_t s = 0; s < written.size(); ++s)
      for (uint8_t byte : written[s]) bytes[s] += fmt::format("{}{}", bytes[s].empty() ? "" : ",", byte);
  }
  std::string text;
  for (size_t s = 0; s < bytes.size(); ++s)
    text += fmt::format("  static const uint8_t {}_{}[] = {{{}}};\n", label, s, bytes[s]);
  return text;
}

// The names of parameters such as ", const int8_t* x, int8_t* y", with the commas before them.
std::string names_in(const std::string& parameters) {
  std::string names;
  for (size_t comma = 0; comma < parameters.size();
       comma = std::min(parameters.find(',', comma + 1), parameters.size())) {
    const size_t end = std::min(parameters.find(',', comma + 1), parameters.size());
    names += ", " + parameters.substr(parameters.rfind(' ', end - 1) + 1, end - parameters.rfind(' ', end - 1) - 1);
  }
  return names;
}

// A host's stub: everything in its order, on a device that is three things of the caller's. (Tensors may have any
// name.)
std::string call_sequence(const std::string& name, const std::string& given, const std::string& taken) {
  const std::string result =
      taken.empty() ? "" : fmt::format("  {}_result(portolan_device->memory{});\n", name, names_in(taken));
  return fmt::format(
      "/* What runs the program: the chip's external memory as the host sees it; functions that hand a word to the "
      "chip "
      "and\n   that wait for its end. They give back 0, or what went wrong. */\n"
      "struct {0}_device {{\n  uint8_t* memory;\n  void* context;\n"
      "  int (*send)(void* context, const uint8_t* word);\n  int (*wait)(void* context);\n}};\n\n"
      "/* portolan_program: the contents of {0}.bin. */\n"
      "static inline int {0}_run(const struct {0}_device* portolan_device, const uint8_t* portolan_program{1}{2}) {{\n"
      "  {0}_prepare(portolan_device->memory{3});\n"
      "  for (uint64_t portolan_n = 0; portolan_n < {0}_words; ++portolan_n) {{\n"
      "    const int portolan_failed =\n        portolan_device->send(portolan_device->context, portolan_program + "
      "portolan_n * {0}_word_bytes);\n"
      "    if (portolan_failed) return portolan_failed;\n  }}\n"
      "  const int portolan_failed = portolan_device->wait(portolan_device->context);\n"
      "  if (portolan_failed) return portolan_failed;\n{4}  return 0;\n}}\n",
      name, given, taken, names_in(given), result);
}

}  // namespace

std::string element_c_type(const State& state) {
  const unsigned bits = state.type.width <= 8 ? 8 : state.type.width <= 16 ? 16 : state.type.width <= 32 ? 32 : 64;
  if (state.type.real && state.type.real->name == "f32") return "float";
  if (state.type.real && state.type.real->name == "f64") return "double";
  return fmt::format("{}int{}_t", state.type.is_signed && !state.type.real ? "" : "u", bits);
}

std::string tensor_label(const Description& specification, const mapping::Program& program, const HostTensor& t) {
  if (t.state != kNone) return specification.states[t.state].name;
  const auto first = std::ranges::find(program.tensors, kNone, &HostTensor::state);
  return &*first == &t ? "constants" : fmt::format("constants_{}", &t - program.tensors.data());
}

std::string ported_header(const Description& chip, const Description& specification, const mapping::Program& program) {
  const std::string& name = specification.name;
  std::string places, prepare, result, given, taken, constants, left, own;
  uint64_t end = 0;
  for (const HostTensor& t : program.tensors) {
    if (t.memory == kNone) end = std::max(end, t.base + t.bytes);
    const std::string plain = tensor_label(specification, program, t);
    const std::string tensor =
        t.view.empty() ? plain : fmt::format("{}_arranged_{}", plain, &t - program.tensors.data());
    places += view_comment(tensor, plain, t) + place_function(name, tensor, t);
    for (size_t n = 0; n < t.streams.size(); ++n) end = std::max(end, t.streams[n] + t.stream_bytes[n]);
    if (t.on_the_way) continue;
    if (t.memory != kNone) {
      left += fmt::format("   {} is left in the chip's memory {}: {}_{}_at says which of its elements.\n", tensor,
                          chip.states[t.memory].name, name, tensor);
      continue;
    }
    if (t.blocks) {
      if (t.state == kNone) constants += constant_streams(tensor, t);
      for (size_t n = 0; n < t.streams.size() && t.state != kNone; ++n) {
        given += fmt::format(", const uint8_t* {}_{}", tensor, n);
        own += fmt::format(
            "   {}_{}: {} bytes of {} in the chip's own number format, as {:#x} and what follows hold them.\n", tensor,
            n, t.stream_bytes[n], tensor, t.streams[n]);
      }
      prepare += copy_streams(tensor, t);
      continue;
    }
    if (t.state == kNone) {
      for (uint64_t value : program.constants)
        constants += fmt::format("{}{:#x}u", constants.empty() ? "" : ", ", value);
      constants = fmt::format("  static const uint{}_t constants[] = {{{}}};\n", t.width <= 32 ? 32 : 64, constants);
      prepare += copy_loops(name, tensor, t, true);
      continue;
    }
    const std::string type = element_c_type(specification.states[t.state]);
    if (t.is_output) {
      taken += fmt::format(", {}* {}", type, tensor);
      result += copy_loops(name, tensor, t, false);
    } else {
      given += fmt::format(", const {}* {}", type, tensor);
      prepare += copy_loops(name, tensor, t, true);
    }
  }
  std::string text = fmt::format(
      "/* {0} on {1}: {2}\n"
      "   1. {0}_prepare(memory, ...) fills the chip's external memory ({3} bytes from address 0) from row-major "
      "tensors.\n"
      "   2. Send the {4} words of {0}.bin, {5} bytes each, in order; wait until the chip has finished.\n{6}{7}{8}"
      "   {0}_run does these steps on a device that you describe.\n*/\n"
      "#pragma once\n#include <stdint.h>\n#include <string.h>\n\n"
      "enum {{ {0}_bytes = {3}, {0}_words = {4}, {0}_word_bytes = {5} }};\n\n",
      name, chip.name, specification.text, end, program.words.size(), word_bytes(chip),
      result.empty() ? "" : fmt::format("   3. {}_result(memory, ...) takes the result out.\n", name), left, own);
  text += fmt::format(
      "{1}\nstatic inline void {0}_prepare(uint8_t* memory{2}) {{\n{3}  memset(memory, 0, {0}_bytes);\n{4}}}\n\n", name,
      places, given, constants, prepare);
  if (!result.empty())
    text += fmt::format("static inline void {0}_result(const uint8_t* memory{1}) {{\n{2}}}\n\n", name, taken, result);
  return text + call_sequence(name, given, taken);
}

}  // namespace portolan::cli

#include "emulate/accelerator/vectors.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace portolan::accelerator {
namespace {

using Json = nlohmann::json;

std::optional<std::vector<uint8_t>> bytes_of_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const auto byte = number_of("0x" + hex.substr(i, 2));
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<uint8_t>(*byte));
  }
  return bytes;
}

std::optional<Number> number_of_json(const Json& json) {
  if (json.is_number_integer()) return static_cast<Number>(json.get<int64_t>());
  if (json.is_string()) return number_of(json.get<std::string>());
  return std::nullopt;
}

struct Region {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
};

std::optional<std::vector<Region>> regions_of(const Json& json, uint64_t size) {
  std::vector<Region> list;
  if (!json.is_array()) return std::nullopt;
  for (const Json& one : json) {
    if (!one.is_object() || !one.contains("addr") || !one.contains("hex") || !one["hex"].is_string())
      return std::nullopt;
    const auto address = number_of_json(one["addr"]);
    auto bytes = bytes_of_hex(one["hex"].get<std::string>());
    if (!address || !bytes || *address < 0 || *address + static_cast<Number>(bytes->size()) > static_cast<Number>(size))
      return std::nullopt;
    list.push_back({static_cast<uint64_t>(*address), std::move(*bytes)});
  }
  return list;
}

// A word as hexadecimal bytes in the order of memory, or as parts and fields by name over a word's usual bits.
std::optional<Word> word_of(const Description& chip, const Json& json, std::string& why) {
  if (json.is_string()) {
    const auto bytes = bytes_of_hex(json.get<std::string>());
    if (bytes)
      if (auto word = word_of_bytes(chip, *bytes)) return word;
    why = fmt::format("an instruction of this chip is {} bytes in hexadecimal", word_bytes(chip));
    return std::nullopt;
  }
  Word word;
  for (const Container& part : chip.containers) word.push_back(part.usual);
  if (!json.is_object()) {
    why = "an instruction is a string of hexadecimal digits or an object";
    return std::nullopt;
  }
  for (const auto& [key, value] : json.items()) {
    const auto number = number_of_json(value);
    bool known = false;
    for (size_t p = 0; p < word.size() && number; ++p)
      if (chip.containers[p].name == key)
        word[p] = static_cast<UnsignedNumber>(*number) & mask_of(chip.containers[p].width), known = true;
    for (const Format& format : chip.formats)
      if (const Field* field = format.field(key); field && number && !known)
        if (const auto raw = raw_of(*field, *number)) put(*field, *raw, word), known = true;
    if (!known) {
      why = fmt::format("'{}' is no part or field of this chip's instructions, or can't be {}", key, value.dump());
      return std::nullopt;
    }
  }
  return word;
}

// What makes a vector one of another chip or build than the description's.
std::string choose(const Json& config, const Description& chip, ParameterValues& parameters) {
  for (const auto& [key, value] : config.items()) {
    bool known = false;
    for (const Parameter& p : chip.parameters)
      if (const auto number = number_of_json(value); p.name == key && number) parameters[key] = *number, known = true;
    for (const BuildChoice& build : chip.builds)
      if (build.name == key && value.is_string()) {
        if (build.value != value.get<std::string>())
          return fmt::format("recorded with {} {}, and the description is of {}", key, value.dump(), build.value);
        known = true;
      }
    if (!known) return fmt::format("recorded with {} = {}, of which the description says nothing", key, value.dump());
  }
  return {};
}

class Runner {
 public:
  Runner(const std::string& text, const std::string& file, const Limits& limits, const MakeCompiled& compile)
      : text_(text), file_(file), limits_(limits), compile_(compile) {}

  // "": agrees; what is different; or, with `refused`, why it can't be said.
  std::string run(const Json& vector, bool& refused) {
    refused = true;
    ParameterValues parameters;
    const Description* chip = load({});
    if (!chip) return error_;
    if (const std::string why = choose(vector["config"], *chip, parameters); !why.empty()) return why;
    if (!(chip = load(parameters))) return error_;
    std::vector<Word> program;
    for (const Json& one : vector["program"]) {
      std::string why;
      const auto word = word_of(*chip, one, why);
      if (!word) return why;
      program.push_back(*word);
    }
    // Whatever unit goes first, the end has to be the same.
    for (uint32_t first = 0; first < std::max<size_t>(1, chip->units.size()); ++first) {
      std::string difference = once(*chip, vector, program, first, refused);
      if (!difference.empty()) return difference;
    }
    return {};
  }

  CompiledMeanings::Counts compiled() const {
    CompiledMeanings::Counts all;
    for (const auto& [parameters, build] : builds_)
      if (build.compiled) all += build.compiled->counts();
    return all;
  }

 private:
  const Description* load(const ParameterValues& parameters) {
    Build& build = builds_[parameters];
    if (!build.chip) {
      Loaded made = load_description(text_, file_, parameters);
      if (!made.description) error_ = made.errors.empty() ? "" : made.errors[0].message;
      build.chip = std::move(made.description);
      if (build.chip && compile_) build.compiled = compile_(*build.chip);
    }
    compiled_ = build.compiled.get();
    return build.chip.get();
  }

  std::string once(const Description& chip, const Json& vector, const std::vector<Word>& program, uint32_t first,
                   bool& refused) {
    Machine machine(chip, limits_, compiled_);
    Store* memory = machine.external();
    refused = true;
    if (!memory) return "the chip has no external memory";
    const auto before = regions_of(vector["dram_in"], memory->size()),
               after = regions_of(vector["dram_out"], memory->size());
    if (!before || !after) return "a region of memory is malformed or outside the external memory";
    for (const Region& region : *before)
      for (size_t i = 0; i < region.bytes.size(); ++i) memory->write(region.address + i, {region.bytes[i], true});
    const RunResult result = machine.run(program, first);
    if (result.outcome.kind != Outcome::Kind::finished)
      return fmt::format("{} at instruction {}: {} (description, line {})", to_string(result.outcome.kind),
                         result.outcome.instruction, result.outcome.why, result.outcome.at.line);
    refused = false;
    for (const Region& region : *after)
      for (size_t i = 0; i < region.bytes.size(); ++i) {
        const Cell cell = memory->read(region.address + i);
        if (cell.defined && cell.bits == region.bytes[i]) continue;
        return fmt::format("address {}: recorded {:02x}, here {}", to_hex(region.address + i), region.bytes[i],
                           cell.defined ? fmt::format("{:02x}", cell.bits) : "undefined");
      }
    return {};
  }

  const std::string &text_, &file_;
  const Limits& limits_;
  const MakeCompiled& compile_;
  struct Build {
    std::unique_ptr<Description> chip;
    std::unique_ptr<CompiledMeanings> compiled;
  };
  std::map<ParameterValues, Build> builds_;
  CompiledMeanings* compiled_ = nullptr;  // of what was loaded last
  std::string error_;
};

std::string family_of(const std::string& id) {
  return id.substr(0, id.find_last_of('-'));
}

}  // namespace

Expected<VectorCounts> run_vectors(const std::string& description, const std::string& file, const std::string& text,
                                   const std::string& vectors_file, const Limits& limits, const MakeCompiled& compile) {
  VectorCounts counts;
  Runner runner(description, file, limits, compile);
  std::string_view rest = text;
  for (uint32_t line = 1; !rest.empty(); ++line) {
    const std::string_view one = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (one.find_first_not_of(" \r\t") == std::string_view::npos) continue;
    const Json vector = Json::parse(one, nullptr, false);
    const auto holds = [&](const char* key) { return vector.contains(key); };
    if (!vector.is_object() || !holds("id") || !vector["id"].is_string() || !holds("config") ||
        !vector["config"].is_object() || !holds("program") || !vector["program"].is_array() || !holds("dram_in") ||
        !holds("dram_out"))
      return error_at({vectors_file, line, 0},
                      "this line is no vector: an object with id, config, program, dram_in and dram_out");
    const std::string id = vector["id"].get<std::string>();
    bool refused = false;
    const std::string why = runner.run(vector, refused);
    VectorCounts::Family& family = counts.families[family_of(id)];
    if (why.empty()) {
      ++counts.agreeing, ++family.agreeing;
    } else if (refused) {
      ++counts.refused, ++family.refused, ++counts.refusals[why];
      if (counts.first_refusal.empty()) counts.first_refusal = fmt::format("{}: {}", id, why);
    } else {
      ++counts.differing, ++family.differing;
      if (counts.first_difference.empty()) counts.first_difference = fmt::format("{}: {}", id, why);
    }
  }
  counts.compiled = runner.compiled();
  return counts;
}

}  // namespace portolan::accelerator

// portolan isa check | asm | disasm | run | fuzz | doc: what a chip's description file gives. No chip is known here;
// `run` also takes recorded instructions of PTX and AMDGCN.
#include "cli/accelerator.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/input.h"
#include "cli/isa_run.h"
#include "cli/kernel_judging.h"
#include "cli/output.h"
#include "cli/specification.h"
#include "emulate/accelerator/compiled/meanings.h"
#include "emulate/accelerator/draft.h"
#include "emulate/accelerator/fill.h"
#include "emulate/accelerator/vectors.h"
#include "frontends/accelerator/assembler.h"
#include "frontends/accelerator/embedded.h"
#include "frontends/accelerator/generate.h"
#include "frontends/accelerator/reference_page.h"

namespace portolan::cli {
namespace {

using namespace accelerator;

struct Arguments {
  std::string chip, input, output = "-", vectors, first, form;
  simt::Mode mode = simt::Mode::compiled;
  std::vector<std::string> parameters, loads, dumps;
  bool json = false, bytes = false, summary = false;
  uint64_t count = 1000, seed = 1, steps = Limits().steps;
  std::optional<uint64_t> compile_after;
};

struct Text {
  std::string path, contents;
};

// A name of corpus/accelerators, or a file.
Expected<Text> text_of(const std::string& chip) {
  if (!chip.ends_with(".isa") && chip.find('/') == std::string::npos && chip != "-") {
    if (const auto text = embedded_description(chip))
      return Text{"corpus/accelerators/" + chip + ".isa", std::string(*text)};
    std::string known;
    for (const std::string& name : embedded_names()) known += " " + name;
    return error_at(
        {}, fmt::format("no accelerator is called '{}'; known:{}; or give the path of a .isa file", chip, known));
  }
  auto contents = read_contents(chip);
  if (!contents) return contents.error();
  return Text{chip, std::move(*contents)};
}

bool complain(const Diagnostic& error) {
  fmt::print(stderr, "{}", to_string(error));
  return false;
}

std::unique_ptr<Description> load(const Arguments& a) {
  const auto text = text_of(a.chip);
  if (!text) return complain(text.error()), nullptr;
  const auto parameters = parameter_values(a.parameters);
  if (!parameters) return complain(parameters.error()), nullptr;
  Loaded loaded = load_description((*text).contents, (*text).path, *parameters);
  for (const Diagnostic& error : loaded.errors) complain(error);
  return std::move(loaded.description);
}

std::optional<Assembled> assembled(const Description& chip, const std::string& path) {
  const auto text = read_contents(path);
  if (!text) return complain(text.error()), std::nullopt;
  Assembled program = assemble(chip, *text, path);
  for (const Diagnostic& error : program.errors) complain(error);
  if (!program.errors.empty()) return std::nullopt;
  return program;
}

Exit written(const Arguments& a, const std::string& text) {
  if (const auto failure = write_output(a.output, text)) return complain(*failure), Exit::usage;
  return Exit::ok;
}

Exit run_check(const Arguments& a) {
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  fmt::print("{}: {} instructions, {} memories and registers, {} parameters, {} sources: no errors\n", chip->name,
             chip->instructions.size(), chip->states.size(), chip->parameters.size(), chip->sources.size());
  return Exit::ok;
}

Exit run_assembler(const Arguments& a) {
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  const auto program = assembled(*chip, a.input);
  if (!program) return Exit::usage;
  std::string out;
  for (const Word& word : program->words) {
    if (!a.bytes)
      out += to_string(*chip, word) + "\n";
    else
      for (uint8_t byte : bytes_of(*chip, word)) out += static_cast<char>(byte);
  }
  return written(a, out);
}

// Words as isa asm writes them: numbers of the parts, or bytes.
std::optional<std::vector<Word>> words_of(const Arguments& a, const Description& chip, const std::string& text) {
  std::vector<Word> words;
  if (a.bytes) {
    const size_t size = word_bytes(chip);
    for (size_t at = 0; at + size <= text.size(); at += size)
      words.push_back(*word_of_bytes(chip, std::vector<uint8_t>(text.begin() + static_cast<ptrdiff_t>(at),
                                                                text.begin() + static_cast<ptrdiff_t>(at + size))));
    if (text.size() % size == 0) return words;
    complain(error_at({a.input, 0, 0},
                      fmt::format("{} bytes are no whole number of instructions of {} bytes", text.size(), size)));
    return std::nullopt;
  }
  std::string_view rest = text;
  for (uint32_t line = 1; !rest.empty(); ++line) {
    std::string parts(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.size(), parts.size() + 1));
    for (size_t blank; (blank = parts.find_first_of(" \t\r")) != std::string::npos;) parts.replace(blank, 1, ",");
    // The assembler's own way of saying a word.
    std::string said;
    for (char c : parts)
      if (c != ',' || (!said.empty() && said.back() != ',')) said += c;
    while (said.ends_with(',')) said.pop_back();
    if (said.empty()) continue;
    const Assembled one = assemble(chip, ".word " + said, a.input);
    if (!one.errors.empty()) return complain(error_at({a.input, line, 0}, one.errors[0].message)), std::nullopt;
    words.push_back(one.words[0]);
  }
  return words;
}

Exit run_disassembler(const Arguments& a) {
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  const auto text = read_contents(a.input);
  if (!text) return complain(text.error()), Exit::usage;
  const auto words = words_of(a, *chip, *text);
  if (!words) return Exit::usage;
  std::string out;
  bool all = true;
  for (const Word& word : *words) {
    out += disassemble(*chip, word) + "\n";
    all &= decode(*chip, word).instruction != nullptr;
  }
  const Exit status = written(a, out);
  return status != Exit::ok ? status : all ? Exit::ok : Exit::fell_short;
}

Limits limits_of(const Arguments& a) {
  Limits limits;
  limits.steps = a.steps;
  limits.interpreted = a.mode == simt::Mode::interpreted;
  return limits;
}

// Null: nothing is to be compiled, or LLVM can't on this machine.
std::unique_ptr<CompiledMeanings> compiled_for(const Arguments& a, const Description& chip) {
  if (a.mode == simt::Mode::interpreted) return nullptr;
  CompileWhen when;
  if (a.compile_after) when.after = *a.compile_after;
  return compiled_meanings(chip, when);
}

void print_compiled(const CompiledMeanings::Counts& c) {
  fmt::print(
      "{} meanings compiled, {} more have no code; run {} times, of which {} gave up and were interpreted, {} where "
      "the program ends so and {} otherwise\n",
      c.meanings, c.without_code, c.runs, c.gave_up, c.gave_up - c.in_vain, c.in_vain);
  if (c.idle > 0) fmt::print("the code of {} of them never ran to its end\n", c.idle);
}

Exit run_vectors_of(const Arguments& a) {
  const auto text = text_of(a.chip);
  if (!text) return complain(text.error()), Exit::usage;
  if (!load(a)) return Exit::usage;  // says what is wrong once, not for each vector
  const auto vectors = read_contents(a.vectors);
  if (!vectors) return complain(vectors.error()), Exit::usage;
  const auto counted = run_vectors((*text).contents, (*text).path, *vectors, a.vectors, limits_of(a),
                                   [&a](const Description& chip) { return compiled_for(a, chip); });
  if (!counted) return complain(counted.error()), Exit::usage;
  const VectorCounts& counts = *counted;
  if (a.json) {
    nlohmann::json families = nlohmann::json::object();
    for (const auto& [name, f] : counts.families)
      families[name] = {{"agreeing", f.agreeing}, {"differing", f.differing}, {"refused", f.refused}};
    fmt::print("{}\n", nlohmann::json({{"agreeing", counts.agreeing},
                                       {"differing", counts.differing},
                                       {"refused", counts.refused},
                                       {"first_difference", counts.first_difference},
                                       {"first_refusal", counts.first_refusal},
                                       {"families", families}})
                           .dump(2));
  } else {
    fmt::print("{:<28} {:>8} {:>9} {:>7}\n", "family", "agreeing", "differing", "refused");
    for (const auto& [name, f] : counts.families)
      fmt::print("{:<28} {:>8} {:>9} {:>7}\n", name, f.agreeing, f.differing, f.refused);
    if (!counts.first_difference.empty()) fmt::print("first difference: {}\n", counts.first_difference);
    for (const auto& [why, times] : counts.refusals) fmt::print("refused {} times: {}\n", times, why);
    fmt::print("{} agreeing, {} differing, {} refused\n", counts.agreeing, counts.differing, counts.refused);
    if (a.compile_after) print_compiled(counts.compiled);
  }
  const bool none = counts.agreeing + counts.differing + counts.refused == 0;
  return counts.differing != 0 ? Exit::refuted : counts.refused != 0 || none ? Exit::fell_short : Exit::ok;
}

// ADDRESS=HEX into the external memory.
bool load_memory(const Arguments& a, Store* memory) {
  for (const std::string& one : a.loads) {
    const size_t equals = one.find('=');
    const auto address = number_of(std::string_view(one).substr(0, equals));
    const std::string hex = equals == std::string::npos ? "" : one.substr(equals + 1);
    if (!memory) return complain(error_at({}, "this chip has no external memory"));
    if (!address || hex.empty() || hex.size() % 2 != 0 ||
        *address + static_cast<Number>(hex.size() / 2) > static_cast<Number>(memory->size()))
      return complain(
          error_at({}, fmt::format("--load {}: write ADDRESS=HEXADECIMAL bytes, inside the external memory", one)));
    for (size_t i = 0; i < hex.size(); i += 2) {
      const auto byte = number_of("0x" + hex.substr(i, 2));
      if (!byte) return complain(error_at({}, fmt::format("--load {}: '{}' is no byte", one, hex.substr(i, 2))));
      memory->write(static_cast<uint64_t>(*address) + i / 2, {static_cast<uint64_t>(*byte), true});
    }
  }
  return true;
}

// ADDRESS:BYTES of the external memory, or MEMORY:FIRST:COUNT elements of another; what is undefined as "??".
bool dump_memory(const Arguments& a, const Description& chip, Machine& machine) {
  for (const std::string& one : a.dumps) {
    const size_t colon = one.find(':'), second = one.find(':', colon == std::string::npos ? colon : colon + 1);
    const bool named = second != std::string::npos;
    const std::string name = named ? one.substr(0, colon) : "";
    Store* memory = named ? machine.memory(name) : machine.external();
    unsigned digits = 2;
    for (const State& state : chip.states)
      if (state.name == name) digits = (state.type.width + 3) / 4;
    const std::string range = named ? one.substr(colon + 1) : one;
    const size_t split = range.find(':');
    const Number first = number_of(std::string_view(range).substr(0, split)).value_or(-1);
    const Number count = number_of(std::string_view(range).substr(std::min(range.size(), split + 1))).value_or(-1);
    if (!memory || split == std::string::npos || first < 0 || count < 0 || count > 1 << 20 ||
        first + count > static_cast<Number>(memory->size()))
      return complain(error_at(
          {}, fmt::format("--dump {}: write ADDRESS:BYTES inside the external memory, or MEMORY:FIRST:COUNT", one)));
    fmt::print("{}{}:", named ? name + " " : "", named ? to_string(first) : to_hex(static_cast<UnsignedNumber>(first)));
    for (Number i = 0; i < count; ++i) {
      const Cell cell = memory->read(static_cast<uint64_t>(first + i));
      fmt::print("{}{}", named || i == 0 ? " " : "", cell.defined ? fmt::format("{:0{}x}", cell.bits, digits) : "??");
    }
    fmt::print("\n");
  }
  return true;
}

Exit run_program(const Arguments& a) {
  if (a.chip == "ptx" || a.chip == "amdgcn") {
    if (a.vectors.empty()) return complain(error_at({}, "give --vectors FILE")), Exit::usage;
    return run_kernel_vectors({a.chip, a.vectors, a.form, a.json, a.summary, a.mode});
  }
  if (!a.vectors.empty()) return run_vectors_of(a);
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  if (a.input.empty()) return complain(error_at({}, "give a program in assembly, or --vectors FILE")), Exit::usage;
  const auto program = assembled(*chip, a.input);
  if (!program) return Exit::usage;
  uint32_t first = 0;
  for (; first < chip->units.size() && chip->units[first].name != a.first;) ++first;
  if (!a.first.empty() && first == chip->units.size())
    return complain(error_at({}, fmt::format("{} has no unit '{}'", chip->name, a.first))), Exit::usage;
  const std::unique_ptr<CompiledMeanings> compiled = compiled_for(a, *chip);
  Machine machine(*chip, limits_of(a), compiled.get());
  if (!load_memory(a, machine.external())) return Exit::usage;
  const RunResult result = machine.run(program->words, a.first.empty() ? 0 : first);
  const Outcome& outcome = result.outcome;
  if (!dump_memory(a, *chip, machine)) return Exit::usage;
  fmt::print("{} after {} instructions", to_string(outcome.kind), result.instructions);
  if (result.all_costs) fmt::print(", {} cycles by the description's costs", to_string(result.cycles));
  fmt::print("\n");
  if (a.compile_after && compiled) print_compiled(compiled->counts());
  for (const auto& [queue, count] : result.tokens_left) fmt::print("tokens left in {}: {}\n", queue, count);
  if (outcome.kind == Outcome::Kind::finished) return Exit::ok;
  const uint32_t line = outcome.instruction < program->lines.size() ? program->lines[outcome.instruction] : 0;
  complain(error_at({a.input, line, 0}, outcome.why));
  if (outcome.at.line != 0) {
    Diagnostic where = chip->error(outcome.at, "the description says so here");
    where.severity = Severity::note;
    complain(where);
  }
  return Exit::fell_short;
}

// Random instructions there and back, and random programs, which must end in some way that has a name, and in the same
// way interpreted and compiled.
Exit run_fuzz(const Arguments& a) {
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  std::mt19937_64 random(a.seed);
  std::map<std::string, size_t> ends;
  const std::unique_ptr<CompiledMeanings> compiled = compiled_meanings(*chip, {.after = 0, .patience = UINT64_MAX});
  for (uint64_t n = 0; n < a.count; ++n) {
    Limits limits;
    limits.steps = 20'000;
    Machine machine(*chip, limits, compiled.get());
    limits.interpreted = true;
    Machine slow(*chip, limits);
    // Every fourth program from what the description says is there in the beginning.
    if (n % 4 != 0) {
      const uint64_t seed = random();
      for (Machine* one : {&machine, &slow}) {
        std::mt19937_64 numbers(seed);
        fill(*one, *chip, numbers, {.all_defined = n % 4 == 1});
      }
    }
    const size_t length = 1 + random() % 12;
    // Every second program of words that do something, which says more; the others of any words, for how they end.
    const Draft program = n % 8 == 0 || n % 4 == 2 ? any_program(*chip, length, random)
                                                   : program_that_runs(*chip, slow, length, {.steps = 2'000}, random);
    for (size_t i = 0; i < program.words.size(); ++i)
      if (const std::string why = round_trip(*chip, *program.made_as[i], program.words[i]); !why.empty()) {
        fmt::print("{}\n", why);
        return Exit::refuted;
      }
    const RunResult result = machine.run(program.words);
    ++ends[std::string(to_string(result.outcome.kind))];
    const RunResult expected = slow.run(program.words);
    if (const std::string what = difference(*chip, result, machine, expected, slow); !what.empty()) {
      fmt::print("program {}: compiled {} ({}), interpreted it differs in {}\n", n, to_string(result.outcome.kind),
                 result.outcome.why, what);
      return Exit::refuted;
    }
  }
  fmt::print("{} programs, seed {}: every instruction is read back from its text as the same word\n", a.count, a.seed);
  for (const auto& [end, times] : ends) fmt::print("{:>8} {}\n", times, end);
  if (compiled) fmt::print("interpreted they come to the same; "), print_compiled(compiled->counts());
  return Exit::ok;
}

Exit run_page(const Arguments& a) {
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  return written(a, reference_page(*chip));
}

}  // namespace

bool is_accelerator(const std::string& name) {
  return name.ends_with(".isa") || embedded_description(name).has_value();
}

std::unique_ptr<Description> load_accelerator(const std::string& name, const std::vector<std::string>& parameters) {
  Arguments a;
  a.chip = name;
  a.parameters = parameters;
  return load(a);
}

Exit show_accelerator(const std::string& name, bool json) {
  Arguments a;
  a.chip = name;
  const auto chip = load(a);
  if (!chip) return Exit::usage;
  nlohmann::json rows = nlohmann::json::array();
  for (const Instruction& i : chip->instructions) {
    rows.push_back({{"instruction", i.name}, {"syntax", i.syntax}, {"what", i.text}});
    if (!json) fmt::print("{:<20} {}\n", i.name, i.text.empty() ? i.syntax : i.text);
  }
  if (json)
    fmt::print("{}\n", rows.dump(2));
  else
    fmt::print("{}: {} instructions; {}\n", chip->name, rows.size(), chip->text);
  return Exit::ok;
}

void add_accelerator(CLI::App& isa, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* what, Exit (*run)(const Arguments&)) {
    CLI::App* command = isa.add_subcommand(name, what);
    command
        ->add_option("NAME", a->chip,
                     "an accelerator of corpus/accelerators, the path of a .isa file, or (run) ptx or amdgcn")
        ->required();
    command->add_option("--set", a->parameters, "NAME=NUMBER: the value of a parameter");
    command->callback([a, run, &chosen] { chosen = [a, run] { return run(*a); }; });
    return command;
  };
  add("check", "read and check a chip's description", run_check);
  CLI::App* assembler = add("asm", "assemble for a described chip", run_assembler);
  CLI::App* disassembler = add("disasm", "disassemble words of a described chip", run_disassembler);
  for (CLI::App* command : {assembler, disassembler}) {
    command->add_option("FILE", a->input, "the input; -: standard input")->required();
    command->add_option("-o", a->output, "the output (standard output)");
    command->add_flag("--bytes", a->bytes, "words as bytes instead of text");
  }
  CLI::App* program = add("run", "run a program, or recorded runs of another simulator", run_program);
  program->add_option("FILE", a->input, "a program in assembly");
  program->add_option("--vectors", a->vectors, "recorded runs, one JSON object a line: compare with each");
  program->add_option("--form", a->form, "ptx, amdgcn: only forms whose name contains this");
  add_engine_option(*program, a->mode)
      ->description("compiled (default; what a chip runs long enough becomes machine code by LLVM), or interpreted");
  program
      ->add_option(
          "--compile-after", a->compile_after,
          "chips: how many steps an instruction is interpreted for before it is compiled; prints how many were")
      ->check(CLI::NonNegativeNumber);
  program->add_flag("--summary", a->summary, "ptx, amdgcn: only the first difference and the totals");
  program->add_option("--load", a->loads, "ADDRESS=HEX: bytes of the external memory before the run");
  program->add_option("--dump", a->dumps, "ADDRESS:BYTES of external memory, or MEMORY:FIRST:COUNT, to print after it");
  program->add_option("--first", a->first, "the unit that goes first where several could");
  program->add_option("--steps", a->steps, "the budget of steps before a run counts as endless")
      ->check(CLI::NonNegativeNumber);
  program->add_flag("--json", a->json, "as JSON");
  CLI::App* fuzz = add("fuzz", "random instructions to text and back, and random programs", run_fuzz);
  fuzz->add_option("--count", a->count, "programs (1000)")->check(CLI::NonNegativeNumber);
  fuzz->add_option("--seed", a->seed, "of the random numbers (1)")->check(CLI::NonNegativeNumber);
  add("doc", "write the chip's reference as an HTML page", run_page)
      ->add_option("-o", a->output, "the output (standard output)");
}

}  // namespace portolan::cli

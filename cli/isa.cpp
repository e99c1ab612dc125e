// portolan isa: what of an instruction set is lifted, read from the instruction rows themselves, and the grammar of
// sketches in it, for models that can be held to one.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/accelerator.h"
#include "cli/commands.h"
#include "frontends/amdgcn/row.h"
#include "frontends/lifters.h"
#include "frontends/ptx/row.h"
#include "translate/sketch/grammar.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string isa, format = "gbnf";
  bool json = false;
};

// Kernels' instruction sets have rows with patterns.
template <class Families>
Exit show_patterns(const Arguments& a, Families families) {
  nlohmann::json rows = nlohmann::json::array();
  uint64_t lifted = 0, all = 0, lifted_rows = 0;
  for (const auto& family : families)
    for (const auto& row : family) {
      const uint64_t forms = kernel::count_forms(row.pattern);
      all += forms;
      if (row.lift) lifted += forms, ++lifted_rows;
      rows.push_back(
          {{"mnemonic", row.pattern}, {"forms", forms}, {"lifted", row.lift != nullptr}, {"note", row.note}});
    }
  if (a.json) {
    fmt::print("{}\n", rows.dump(2));
    return Exit::ok;
  }
  fmt::print("{:>6}  {:<6} {}\n", "forms", "lifted", "pattern");
  for (const nlohmann::json& row : rows) {
    const std::string note = row["note"].get<std::string>();
    fmt::print("{:>6}  {:<6} {}{}\n", row["forms"].get<uint64_t>(), row["lifted"].get<bool>() ? "yes" : "no",
               row["mnemonic"].get<std::string>(), note.empty() ? "" : "   (" + note + ")");
  }
  fmt::print("{}: {} rows, {} lifted; {} forms, {} lifted ({:.1f} %)\n", a.isa, rows.size(), lifted_rows, all, lifted,
             100.0 * static_cast<double>(lifted) / static_cast<double>(all));
  return Exit::ok;
}

std::optional<Isa> isa_of(const Arguments& a) {
  const auto isa = isa_from_string(a.isa);
  if (!isa) fmt::print(stderr, "portolan: error: unknown instruction set '{}'; known: x86-64 aarch64 riscv64\n", a.isa);
  return isa;
}

Exit run_grammar(const Arguments& a) {
  const auto isa = isa_of(a);
  if (!isa) return Exit::usage;
  const sketch::Grammar grammar = sketch::make_grammar(*isa);
  fmt::print("{}", a.format == "lark" ? print_lark(grammar) : print_gbnf(grammar));
  return Exit::ok;
}

Exit run(const Arguments& a) {
  if (a.isa == "ptx") return show_patterns(a, ptx::families());
  if (a.isa == "amdgcn") return show_patterns(a, amdgcn::families());
  if (is_accelerator(a.isa)) return show_accelerator(a.isa, a.json);
  const auto isa = isa_of(a);
  if (!isa) return Exit::usage;
  nlohmann::json rows = nlohmann::json::array();
  size_t lifted = 0, all = 0, lifted_rows = 0;
  for (std::span<const assembly::Row> family : frontends::lifter(*isa).rows().families())
    for (const assembly::Row& row : family) {
      size_t forms = assembly::expand_opcodes(row.opcodes).size();
      all += forms;
      if (row.lift) lifted += forms, ++lifted_rows;
      rows.push_back({{"mnemonic", row.mnemonic},
                      {"forms", forms},
                      {"lifted", row.lift != nullptr},
                      {"flags", row.flags},
                      {"note", row.note}});
    }
  if (a.json) {
    fmt::print("{}\n", rows.dump(2));
    return Exit::ok;
  }
  fmt::print("{:<16} {:>5}  {:<6} {:<34} {}\n", "mnemonic", "forms", "lifted", "flags", "note");
  for (const nlohmann::json& row : rows)
    fmt::print("{:<16} {:>5}  {:<6} {:<34} {}\n", row["mnemonic"].get<std::string>(), row["forms"].get<size_t>(),
               row["lifted"].get<bool>() ? "yes" : "no", row["flags"].get<std::string>(),
               row["note"].get<std::string>());
  fmt::print("{}: {} rows, {} lifted; {} forms, {} lifted ({:.1f} %)\n", to_string(*isa), rows.size(), lifted_rows, all,
             lifted, all == 0 ? 0.0 : 100.0 * static_cast<double>(lifted) / static_cast<double>(all));
  return Exit::ok;
}

}  // namespace

void add_isa(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* isa = app.add_subcommand("isa", "what is known of an instruction set");
  isa->require_subcommand(1);
  CLI::App* show = isa->add_subcommand("show", "print the coverage table of the instruction rows");
  show->add_option("ISA", a->isa, "x86-64, aarch64, riscv64, ptx, amdgcn or a described chip")->required();
  show->add_flag("--json", a->json, "as JSON");
  CLI::App* grammar = isa->add_subcommand("grammar", "print the grammar of a sketch's body (docs/sketches.md)");
  grammar->add_option("ISA", a->isa, "x86-64, aarch64 or riscv64")->required();
  grammar->add_option("--format", a->format, "gbnf (default) or lark")->check(CLI::IsMember({"gbnf", "lark"}));
  grammar->callback([a, &chosen] { chosen = [a] { return run_grammar(*a); }; });
  add_accelerator(*isa, chosen);
  show->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli

// Controllers that work side by side: times by hand, and that Gemmini's commands touch nothing that its description
// doesn't say they touch.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "emulate/accelerator/machine.h"
#include "frontends/accelerator/assembler.h"
#include "frontends/accelerator/check.h"
#include "frontends/accelerator/embedded.h"
#include "tests/unit/accelerator/chip.h"

namespace portolan::accelerator {
namespace {

std::string side_by_side(const std::string& entries) {
  return "controller fetching" + entries + R"(
controller working
instruction load : plain {
  encoding op = 1
  syntax "load {row}"
  meaning { for j in 0 .. N { pad[row][j] := host[row * N + j as s8] } }
  controller fetching
  writes pad[row .. row + 1]
  cost 4
}
instruction add : plain {
  encoding op = 2
  syntax "add {row}"
  meaning { total := s32.wrap(total + sum(j in 0 .. N) pad[row][j]) }
  controller working
  reads pad[row .. row + 1]
  cost 20
}
instruction save : plain {
  encoding op = 3
  syntax "save {row}"
  meaning { host[4 * row as s32] := total }
  controller working
  writes host[4 * row .. 4 * row + 4] if row != 15
  cost 1
}
instruction look : plain {
  encoding op = 4
  syntax "look {row}"
  meaning { for j in 0 .. N { pad[row][j] := host[j as s8] } }
  controller fetching
  reads host[0 .. N]
  writes pad[row .. row + 1]
  cost 4
}
)";
}

Number cycles(const std::string& program, const std::string& entries = "") {
  const Loaded loaded = load_description(chip_with(side_by_side(entries)), "toy.isa");
  EXPECT_TRUE(loaded.description) << (loaded.errors.empty() ? "" : loaded.errors[0].message);
  if (!loaded.description) return -1;
  const Assembled words = assemble(*loaded.description, program, "p.s");
  EXPECT_TRUE(words.errors.empty());
  Machine machine(*loaded.description), estimating(*loaded.description);
  for (uint64_t i = 0; i < 64; ++i) machine.external()->write(i, {i, true});
  const RunResult run = machine.run(words.words);
  EXPECT_EQ(run.outcome.kind, Outcome::Kind::finished) << run.outcome.why;
  EXPECT_EQ(estimating.estimate(words.words).cycles, run.cycles);
  return run.cycles;
}

TEST(Controllers, WorkSideBySide) {
  EXPECT_EQ(cycles("load 0\nload 1\nadd 0\n"), 24);         // the second load beside the sum
  EXPECT_EQ(cycles("load 0\nadd 0\nload 1\nadd 1\n"), 44);  // 4, then sums one after the other
  EXPECT_EQ(cycles("load 0\nadd 1\n"), 20);                 // nothing shared
}

TEST(Controllers, KeepTheOrderWhereRowsAreShared) {
  EXPECT_EQ(cycles("load 0\nadd 0\nload 0\nadd 0\n"), 48);  // a load waits for who still reads: 4 + 20 + 4 + 20
  EXPECT_EQ(cycles("load 0\nload 0\n"), 8);
  EXPECT_EQ(cycles("save 0\nlook 0\n"), 5);   // through the external memory
  EXPECT_EQ(cycles("save 1\nlook 0\n"), 4);   // other bytes
  EXPECT_EQ(cycles("save 15\nlook 0\n"), 4);  // says that it touches nothing
}

TEST(Controllers, HaveRoomForSoMany) {
  const std::string program = "load 0\nload 1\nload 2\nadd 9\n";
  EXPECT_EQ(cycles(program), 20);
  EXPECT_EQ(cycles(program, " = 2"), 24);  // the third load comes in at 4, and the sum behind it
  EXPECT_EQ(cycles(program, " = 1"), 28);
}

TEST(Controllers, Errors) {
  const auto message = [](const std::string& text) {
    const Loaded loaded = load_description(chip_with(text), "toy.isa");
    return loaded.errors.empty() ? "none" : loaded.errors[0].message;
  };
  EXPECT_EQ(message(std::string("controller one\n") + kInstructions), "say which controller runs load");
  EXPECT_EQ(message("controller one\ncontroller one\n"), "controller 'one' is declared twice");
  EXPECT_EQ(message("controller one = 0\n"), "a controller has room for one instruction at least");
  EXPECT_EQ(message("controller one\nunit two\n"), "a chip has units, which wait for tokens, or controllers, not both");
  const std::string other = R"(instruction load : plain {
  encoding op = 1
  syntax "load {row}"
  meaning { total := 1 }
  reads pad[row .. row + 1]
}
)";
  EXPECT_EQ(message(other), "what an instruction touches matters for controllers only, and there are none");
}

// Notes each place that is read or written, which has to be among those that the instruction says it touches.
class Watcher : public Observer {
 public:
  struct Span {
    uint32_t state;
    Number first, end;
    bool writes;
  };
  Watcher(const Description& chip, const std::vector<Span>& spans) : chip_(chip), spans_(spans) {}
  std::string wrong;
  size_t seen = 0;

  Mark operation(Operator, const Type&, const Type&, Marked, Marked) override { return 0; }
  Mark builtin(Builtin, const Expression&, const Marked*, size_t) override { return 0; }
  Mark conversion(Conversion, const Type&, const Type&, Marked) override { return 0; }
  Mark slice(Marked, unsigned, unsigned) override { return 0; }
  Mark choice(Marked, const Type&, Marked, Marked) override { return 0; }
  Mark read(uint32_t state, uint64_t first, unsigned cells, const Type&, uint64_t) override {
    touch(state, first, cells, false);
    return 0;
  }
  void write(uint32_t state, uint64_t first, unsigned cells, const Type&, Marked) override {
    touch(state, first, cells, true);
  }
  void begins(uint32_t) override {}
  void takes(uint32_t, uint32_t) override {}
  void gives(uint32_t, uint32_t) override {}
  void lost(Position, std::string) override {}

 private:
  void touch(uint32_t state, uint64_t first, unsigned cells, bool writes) {
    const State& s = chip_.states[state];
    if (s.is_register || s.hidden) return;
    ++seen;
    Number in_row = 1;
    for (size_t d = 1; d < s.extent.size(); ++d) in_row *= s.extent[d];
    for (Number cell : {static_cast<Number>(first), static_cast<Number>(first + cells - 1)}) {
      const Number row = cell / in_row;
      const bool said = std::ranges::any_of(spans_, [&](const Span& one) {
        return one.state == state && one.first <= row && row < one.end && (one.writes || !writes);
      });
      if (!said && wrong.empty())
        wrong = fmt::format("{} row {} of {}", writes ? "writes" : "reads", to_string(row), s.name);
    }
  }
  const Description& chip_;
  const std::vector<Span>& spans_;
};

TEST(Controllers, GemminiTouchesWhatItSays) {
  const auto text = embedded_description("gemmini");
  ASSERT_TRUE(text);
  const Loaded loaded = load_description(std::string(*text), "gemmini.isa", {{"DIM", 4}});
  ASSERT_TRUE(loaded.description);
  const Description& chip = *loaded.description;
  std::mt19937_64 random(3);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::map<std::string, size_t> seen;
  for (unsigned program = 0; program < 150; ++program) {
    std::string lines;
    for (unsigned id = 0; id < 3; ++id)
      lines += fmt::format("config_ld {} stride {} scale 0x3f800000 block {} pixels {}{}\n", id, below(40), below(9),
                           below(3), below(2) ? " shrunk" : "");
    const bool ws = below(2);
    const unsigned transposes = ws ? below(3) : below(2) * 2 + (below(2) ? 0 : 1);
    lines += fmt::format("config_ex ws {} act NONE shift {} strides {} {}{}{}\n", ws ? 1 : 0, below(4), 1 + below(3),
                         1 + below(3), transposes == 1 || transposes == 2 ? " a_transpose" : "",
                         ws && transposes == 0 ? " b_transpose" : "");
    lines += fmt::format("config_st stride {} scale 0x3f800000 act NONE{}\n", below(40),
                         below(3) ? "" : " pool 2 step 1 pad 0 1 out 2 x 2 row 3 of 3 x 3");
    const auto tile = [&](const std::string& bits) {
      return fmt::format("(rows {}, cols {}, address ({}row {}))", below(6), below(5), bits, 8 + below(60));
    };
    for (unsigned n = 0; n < 12; ++n) {
      const std::string where = below(2) ? "is_acc 1, " : "";
      switch (below(5)) {
        case 0:
          lines += fmt::format("mvin{} {}, {}\n", below(2) ? "" : below(2) ? "2" : "3", 4096 + below(300), tile(where));
          break;
        case 1:
          lines += fmt::format("mvout {}, {}\n", 8192 + below(300), tile(where));
          break;
        case 2:
          lines += fmt::format("preload {}, {}\n", tile(""), tile(where));
          break;
        case 3:
          lines += fmt::format("compute_preloaded {}, {}\n", tile(""), tile(""));
          break;
        default:
          lines += fmt::format("compute_accumulated {}, {}\n", tile(""), tile(""));
      }
    }
    const Assembled words = assemble(chip, lines, "p.s");
    ASSERT_TRUE(words.errors.empty()) << to_string(words.errors[0]) << lines;
    Evaluator evaluator(chip, 10'000'000);
    evaluator.interpret_all();
    for (const Word& word : words.words) {
      const Instruction& instruction = *decode(chip, word).instruction;
      evaluator.begin(instruction, word);
      std::vector<Watcher::Span> spans;
      for (const Touch& touch : instruction.touches)
        if (!touch.condition || evaluator.integer(*touch.condition) != 0)
          spans.push_back({touch.state, evaluator.integer(*touch.first), evaluator.integer(*touch.end), touch.writes});
      Watcher watcher(chip, spans);
      evaluator.observe(&watcher);
      evaluator.run(instruction);
      evaluator.observe(nullptr);
      EXPECT_EQ(watcher.wrong, "") << disassemble(chip, word) << "\nin\n" << lines;
      if (!watcher.wrong.empty()) return;
      seen[instruction.name] += watcher.seen;
      evaluator.outcome() = {};
    }
  }
  for (const char* name : {"mvin", "mvin2", "mvin3", "mvout", "compute_preloaded", "compute_accumulated"})
    EXPECT_GT(seen[name], 100u) << name;
}

}  // namespace
}  // namespace portolan::accelerator

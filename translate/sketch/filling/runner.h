// Runs a sketch on inputs under choices for its holes, on what the lifters say its instructions mean, and compares with
// what the source did.
#pragma once

#include <bitset>
#include <chrono>
#include <map>
#include <memory>
#include <unordered_map>

#include "translate/sketch/filling/familiar.h"
#include "translate/sketch/filling/history.h"
#include "translate/sketch/filling/influence.h"
#include "translate/sketch/filling/preview.h"
#include "translate/sketch/filling/sense.h"
#include "verify/bench.h"
#include "verify/ways.h"

namespace portolan::sketch::filling {

// What was stored at each address.
using Stores = std::unordered_map<uint64_t, std::bitset<256>>;

// Bytes that a run came to, with their place in the order in which it did.
using Touched = std::unordered_map<uint64_t, uint32_t>;

// An input of one of the functions, with what the source makes of it.
struct Test {
  size_t function = 0;
  verify::Input input;
  verify::SourceRuns source = {};
  uint64_t limit = 0;  // instructions after which a filling has failed
  // Of a long run the beginning alone: who has not failed by the limit, nor stored fewer bytes outside the stack than
  // the source in that time, has passed.
  std::optional<uint64_t> stored_by_limit = std::nullopt;
  // What the source stores; nullptr: not known.
  std::shared_ptr<const Stores> stores = nullptr;
  // Bytes outside the stack that it loads or stores, by how many others it came to before; nullptr: not known.
  std::shared_ptr<const Touched> touched = nullptr;
  uint64_t quiet = 0;  // the most instructions in which a filling comes to no other byte of these, nor to its end
  std::shared_ptr<const Familiar> familiar = nullptr;
  std::shared_ptr<const History> history = nullptr;  // by the source's addresses; nullptr: not known
};

using verify::may_be_on_stack;

// Of processor time, for one run. Limits of instructions come first.
inline constexpr std::chrono::seconds kRunTime{3};

struct RunResult {
  enum class Kind : uint8_t { agrees, differs, unchosen };
  Kind kind = Kind::agrees;
  Mask conflict = 0;           // differs: all fillings that agree on these holes differ
  const Site* site = nullptr;  // unchosen: the line that was reached and has holes without a value
  std::string what;            // differs
  // unchosen: ways of filling the line (Runner::ways, or what is among the choices if several are) with equal numbers
  // leave the machine in the same state, so that this test goes on from there in the same way until it comes to the
  // line again. Shorter than the ways: so many classes as were wanted have been found. kSenseless: left out, see
  // Runner::set_sense.
  std::vector<uint32_t> classes;
  std::vector<bool> familiar;  // by class: it leaves numbers that the source has too
  // By class: holes that made what its ways read what it is. With others in them these may not be one class.
  std::vector<Mask> before;
  static constexpr uint32_t kSenseless = UINT32_MAX;
};

// An instruction that ran.
struct TraceStep {
  const ir::Function* function = nullptr;
  uint64_t arrived = 0;        // where the step before went: of a line with holes, the line's own place
  const Site* site = nullptr;  // it belongs to a variant of this line
  bool begins = false;         // and is its first
  std::vector<emulate::IrObserver::Access> accesses;
};

struct Recording {
  size_t most_steps = SIZE_MAX;  // a run is called off after these
  std::vector<TraceStep> steps;
  emulate::Request request;
  emulate::Ending ending = emulate::Ending::unsupported;
  bool outside = false;              // it called a function of the outside
  std::vector<WrittenByte> written;  // not on the stack
};

class Runner : public emulate::IrObserver {
 public:
  // `source` must outlive the runner.
  static Expected<std::unique_ptr<Runner>> make(const Sketch& sketch, const std::vector<Domain>& domains, Layout layout,
                                                const verify::Side& source,
                                                const std::vector<verify::Boundary>& boundaries,
                                                const std::map<std::string, std::string>& signatures = {});

  // How the line's open holes can be filled: codes of its variants, in which chosen holes count nothing; likely ones
  // first. Ways that are no instruction are left out, except where that depends on what is chosen.
  const std::vector<uint32_t>& ways(const Site& site, Mask open);
  // Of a code of the line's variants: what each of these holes is.
  void take(const Site& site, uint32_t code, Mask holes, Choices& choices) const;
  Mask open_holes(const Site& site, const Choices& choices) const {
    Mask open = 0;
    for (const HoleId hole : site.holes)
      if (choices[hole] == kUnchosen) open |= bit(hole);
    return open;
  }

  // Begins where the last runs of this test first came to a line whose choices are others now. A run that tells apart
  // what is among the choices for a line stops there, too.
  Expected<RunResult> run(const Test& test, const Choices& choices, Recording* recording = nullptr);
  // How strange the numbers are that depend on these holes, in the first instructions after a run came to them: how
  // many the source has not.
  Expected<uint32_t> strangeness(const Test& test, const Choices& choices, Mask holes);
  // Whether what the source has in common with this changes in the same steps, as far as that is known.
  bool changes_as_the_source(const Test& test, const Choices& choices);
  // Tests that were run are about to go, or to move.
  void forget() { stops_.clear(), stops_of_ = nullptr; }
  const emulate::Image& image() const { return target_->image(); }
  emulate::IrCode& code() { return *code_; }  // of the image, for who does not run it
  const verify::Side& source() const { return *source_; }
  // Whether conflicts leave out that another way might have written a place, see Influence; and whether a run fails
  // where it stores in the caller's or the files' data what the source never stores there, loads what the source never
  // touches, is far ahead of the source, or stands still, all of which a right filling might do.
  void set_optimistic(bool optimistic) { forget(), influence_.set_optimistic(optimistic_ = optimistic); }
  // Sequences that make no sense are left out; nullptr: none is. It must outlive the runner, or be set anew.
  void set_sense(const Sense* sense) { sense_ = sense; }
  Mask sequences() const { return sequences_; }  // holes that stand for some
  // Of values that leave the machine in different states no more than these are told apart, of those that leave
  // familiar numbers.
  void set_most_classes(uint64_t most) { most_classes_ = most; }
  // Whether runs that come to an open line tell its ways apart.
  void set_classes_wanted(bool wanted) { classes_wanted_ = wanted; }
  const Layout& layout() const { return layout_; }
  Layout& layout() { return layout_; }
  uint64_t runs() const { return runs_; }

  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots,
                                 emulate::MemoryAccess& memory) override;
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
             bool completed) override;
  void called_outside() override;

 private:
  Runner(const std::vector<Domain>& domains, Layout layout, const std::vector<verify::Boundary>& boundaries, Isa isa);
  // Which of the bytes that the source comes to this run came to, by their place in the source's order.
  struct Progress {
    std::vector<bool> come_to;
    size_t count = 0;
    uint64_t quiet = 0;  // instructions since the last one
  };
  // Where a run first came to a line with holes, which it can go back to.
  struct Stop {
    const Site* site = nullptr;
    const Site* inside = nullptr;  // whose variant ran before
    Mask before = 0;               // holes of the lines that it came to before
    Choices choices;
    std::unique_ptr<emulate::IrEngine::Mark> mark;
    Influence influence;
    std::vector<bool> undefined;
    Mask entered = 0;
    std::vector<Access> stored;
    uint64_t bytes_stored = 0;
    Progress progress;
    std::vector<uint32_t> visits;
  };
  void note_stop(const Site& site);
  bool still_holds(const Stop& stop, const Choices& choices) const;
  bool tells_apart(const Site& site, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory);
  std::optional<emulate::Outcome> go_back(const Choices& choices);
  std::optional<uint64_t> enter(const Site& site, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory);
  void classify(const Site& site, const std::vector<uint32_t>& codes, Mask open, std::span<const llvm::APInt> slots,
                emulate::MemoryAccess& memory);
  // An object of the files' data that both sides have.
  struct Shared {
    uint64_t address = 0, end = 0, source = 0;
  };
  const Shared* shared_at(uint64_t address) const;
  void note_written(emulate::MemoryAccess& memory);
  bool may_store(uint64_t address, uint64_t source_address, uint8_t before, emulate::MemoryAccess& memory);
  bool stores_as_the_source(emulate::MemoryAccess& memory);
  const char* stray(const Access& access);
  void keep_up(std::span<const Access> accesses);
  bool is_familiar(const llvm::APInt& number) const;
  class Listener;
  // Holes that what differs depends on.
  Mask led_to(const verify::Comparison& comparison, const verify::Boundary& boundary,
              const emulate::Request& request) const;
  Mask conflict(const verify::Comparison& comparison, const verify::Boundary& boundary,
                const emulate::Request& request) const;

  const std::vector<Domain>& domains_;
  Layout layout_;
  const std::vector<verify::Boundary>& boundaries_;
  const assembly::Machine& machine_;
  std::vector<assembly::Slot> general_;  // slots of general registers in the engines' numbering
  const verify::Side* source_ = nullptr;
  std::unique_ptr<verify::Side> target_;
  std::unique_ptr<verify::AddressMap> map_;
  std::unique_ptr<emulate::IrEngine> engine_;
  emulate::Request asked_;   // what the engine runs
  std::vector<Stop> stops_;  // of the last runs, in the order in which they were come to
  const Test* stops_of_ = nullptr;

  Influence influence_;
  const Choices* choices_ = nullptr;
  const Site* site_ = nullptr;        // whose variant is running
  const Site* inside_ = nullptr;      // the same before the present instruction
  const Site* unchosen_ = nullptr;    // where the run stopped for want of a choice
  const Site* impossible_ = nullptr;  // where the choices are no instruction
  std::unique_ptr<emulate::IrCode> code_;
  std::unique_ptr<Preview> preview_;
  std::vector<bool> undefined_;  // slots
  std::map<std::pair<const Site*, Mask>, std::vector<uint32_t>> ways_;
  std::vector<uint32_t> classes_;
  std::vector<bool> familiar_;
  std::vector<Mask> before_;
  bool resumed_ = false;          // the run went back to the last stop, and nothing ran since
  std::vector<uint32_t> visits_;  // by line with holes, in which several were told apart, or not
  std::vector<Shared> shared_;    // by address
  Mask entered_ = 0;
  const Sense* sense_ = nullptr;
  Mask sequences_ = 0;
  bool optimistic_ = false;
  uint64_t most_classes_ = UINT64_MAX;
  bool classes_wanted_ = true;
  // While strangeness() looks on: what depends on these holes, so many instructions more.
  struct Look {
    Mask holes = 0;
    uint32_t left = 0, strange = 0;
  };
  Look look_;
  std::unique_ptr<emulate::ExternalHandler> listener_;
  const Test* test_ = nullptr;
  std::vector<Access> stored_;  // by the last instruction
  uint64_t bytes_stored_ = 0;   // outside the stack, so far
  Progress progress_;
  // The run stored or loaded what the source does not: what, and what that depends on.
  const char* astray_ = nullptr;
  Mask astray_by_ = 0;
  Recording* recording_ = nullptr;
  uint64_t arrived_ = 0;
  bool begins_ = false;
  uint64_t runs_ = 0;
};

}  // namespace portolan::sketch::filling

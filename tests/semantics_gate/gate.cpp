#include "tests/semantics_gate/gate.h"

#include <fmt/format.h>

#include <deque>

#include "emulate/arena.h"
#include "tests/semantics_gate/exclusions.h"

namespace portolan::gate {
namespace {

using emulate::Image;
using emulate::Outcome;
using emulate::Request;

constexpr size_t kBatch = 4096;  // cases in one image
constexpr size_t kBufferBytes = 256;
constexpr unsigned kStatesPerSnippet = 4;

// What the engine sets is no part of the case.
void keep_engine_registers(Isa isa, const emulate::MachineState& from, emulate::MachineState& to) {
  for (unsigned i = 0; i < emulate::general_count(isa); ++i)
    if (set_by_engine(isa, i)) to.general[i] = from.general[i];
}

class Gate {
 public:
  Gate(const Options& options, const assembly::Lifter& lifter, std::unique_ptr<emulate::Engine> engine)
      : options_(options), lifter_(lifter), engine_(std::move(engine)), generator_(options.isa), map_(options.isa) {
    emulate::Arena arena;
    buffers_[0] = arena.place(kBufferBytes, emulate::Arena::Edge::end);
    buffers_[1] = arena.place(kBufferBytes, emulate::Arena::Edge::start);
  }

  Expected<std::vector<OpcodeCount>> run();

 private:
  struct Pending {
    Case test;
    size_t count;  // index into counts_
    uint64_t entry;
  };
  const Exclusion* find_exclusion(const std::string& opcode) const;
  std::string excluded(const std::string& opcode, const llvm::MCInstrDesc& description) const;
  void draw_cases(size_t count, unsigned opcode);
  std::optional<Diagnostic> flush();
  Request request_of(const Case& test, uint64_t entry) const;
  Judgement judge_case(const Pending& pending, const Outcome& outcome) const;
  // A failing case with as much as possible set to zero that still fails.
  Case shrink(const Image& image, const Pending& pending);
  std::string describe(const Pending& pending, const Judgement& judgement) const;
  void record(const Image& image, const Pending& pending, const Outcome& outcome);

  const Options& options_;
  const assembly::Lifter& lifter_;
  std::unique_ptr<emulate::Engine> engine_;
  Generator generator_;
  SlotMap map_;
  uint64_t buffers_[2];
  std::vector<OpcodeCount> counts_;
  std::deque<Snippet> snippets_;
  std::vector<uint8_t> code_;
  std::vector<Pending> pending_;
};

const Exclusion* Gate::find_exclusion(const std::string& opcode) const {
  for (const Exclusion& e : exclusions()) {
    if (e.isa != options_.isa || (!e.oracle.empty() && e.oracle != options_.engine)) continue;
    for (const std::string& name : assembly::expand_opcodes(e.opcodes))
      if (name == opcode) return &e;
  }
  return nullptr;
}

std::string Gate::excluded(const std::string& opcode, const llvm::MCInstrDesc& description) const {
  if (const Exclusion* e = find_exclusion(opcode); e && !e->when) return std::string(e->reason);
  if (description.isPseudo()) return "has no encoding";
  return {};
}

Request Gate::request_of(const Case& test, uint64_t entry) const {
  Request request;
  request.entry = entry;
  request.state = test.state;
  request.regions = {{test.buffer_address, test.buffer, true}};
  request.stack_size = kStackBytes;
  request.fill = kFill;
  return request;
}

void Gate::draw_cases(size_t count, unsigned opcode) {
  using Kind = assembly::Flow::Kind;
  Random random(options_.seed, counts_[count].opcode);
  unsigned drawn = 0;
  for (unsigned tries = 0; drawn < options_.cases && tries < options_.cases; ++tries) {
    const std::optional<Instance> instance = generator_.generate(opcode, lifter_, random);
    if (!instance) break;
    const Kind kind = lifter_.flow(instance->inst).kind;
    if (kind != Kind::next && kind != Kind::branch && kind != Kind::jump && kind != Kind::stop) {
      counts_[count].note = "calls, returns and indirect jumps are tested by functions";
      return;
    }
    Snippet snippet = make_snippet(generator_, lifter_, options_.isa, opcode, *instance);
    if (!snippet.refusal.empty()) {
      ++counts_[count].refused;
      counts_[count].note = snippet.refusal;
      continue;
    }
    if (options_.sabotage) options_.sabotage(snippet.function);
    if (!snippet.undeclared.empty()) counts_[count].note = "row does not declare " + snippet.undeclared;
    snippets_.push_back(std::move(snippet));
    const Snippet& kept = snippets_.back();
    const uint64_t entry = emulate::kImageBase + code_.size();
    code_.insert(code_.end(), kept.code.begin(), kept.code.begin() + kSnippetBytes);
    Image image;
    image.isa = options_.isa;
    for (unsigned i = 0; i < kStatesPerSnippet && drawn < options_.cases; ++i, ++drawn) {
      Case blank_case;
      blank_case.state = emulate::initial_state(options_.isa);
      std::vector<uint8_t> stack;
      const emulate::MachineState state = emulate::entry_state(image, request_of(blank_case, entry), stack);
      const uint64_t buffer = buffers_[random.one_in(4) ? 1 : 0];
      pending_.push_back({draw_case(kept, map_, state, stack, buffer, kBufferBytes, random), count, entry});
    }
  }
  if (drawn == 0 && counts_[count].refused == 0) counts_[count].note = "no valid instance was found";
}

Judgement Gate::judge_case(const Pending& pending, const Outcome& outcome) const {
  return judge(pending.test, map_, run_ir(pending.test, map_), outcome, pending.entry, generator_.taken_offset(),
               counts_[pending.count].row->flags, !engine_->capabilities().nan_boxing);
}

Case Gate::shrink(const Image& image, const Pending& pending) {
  Pending best = pending;
  const auto still_fails = [&](const Case& candidate) {
    Pending next = best;
    next.test = candidate;
    Expected<Outcome> outcome = engine_->run(image, request_of(candidate, best.entry));
    return outcome && judge_case(next, *outcome).verdict == Verdict::disagree;
  };
  for (assembly::Slot slot = 0; slot < map_.machine().slots.size(); ++slot) {
    Case candidate = best.test;
    map_.set(candidate.state, slot, ir::APInt::getZero(map_.machine().slots[slot].width));
    keep_engine_registers(options_.isa, best.test.state, candidate.state);
    if (candidate.state != best.test.state && still_fails(candidate)) best.test = candidate;
  }
  Case candidate = best.test;
  std::fill(candidate.buffer.begin(), candidate.buffer.end(), 0);
  if (still_fails(candidate)) best.test = candidate;
  return best.test;
}

std::string Gate::describe(const Pending& pending, const Judgement& judgement) const {
  const Snippet& snippet = *pending.test.snippet;
  std::string text = fmt::format("{}  {}  bytes", counts_[pending.count].opcode, snippet.text);
  for (uint8_t byte : snippet.instance.bytes) text += fmt::format(" {:02x}", byte);
  text += fmt::format("  buffer {:#x}\n  with", pending.test.buffer_address);
  const std::vector<ir::APInt> slots = map_.slots(pending.test.state);
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].isZero()) continue;
    llvm::SmallString<40> digits;
    slots[i].toString(digits, 16, false);
    text += fmt::format(" {}=0x{}", map_.machine().slots[i].name, std::string(digits.str()));
  }
  return text + "\n" + judgement.difference;
}

void Gate::record(const Image& image, const Pending& pending, const Outcome& outcome) {
  OpcodeCount& count = counts_[pending.count];
  const Judgement judgement = judge_case(pending, outcome);
  switch (judgement.verdict) {
    case Verdict::agree:
      ++count.agree;
      return;
    case Verdict::oracle_lacks:
      ++count.oracle_lacks;
      return;
    case Verdict::misaligned:
      ++count.misaligned;
      return;
    case Verdict::unjudged:
      ++count.unjudged;
      count.note = judgement.difference;
      return;
    case Verdict::disagree:
      break;
  }
  if (const Exclusion* e = find_exclusion(count.opcode); e && e->when && e->when(pending.test)) {
    ++count.excused;
    count.note = std::string(e->reason);
    return;
  }
  if (count.disagree++ >= options_.shown) return;
  Pending smallest = pending;
  smallest.test = shrink(image, pending);
  Expected<Outcome> again = engine_->run(image, request_of(smallest.test, smallest.entry));
  count.failure += describe(smallest, again ? judge_case(smallest, *again) : judgement);
}

std::optional<Diagnostic> Gate::flush() {
  if (pending_.empty()) return std::nullopt;
  Image image;
  image.isa = options_.isa;
  image.segments = {{emulate::kImageBase, code_, code_.size(), false, true}};
  emulate::seal(image);
  std::vector<Request> requests;
  for (const Pending& p : pending_) requests.push_back(request_of(p.test, p.entry));
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  if (!outcomes) return outcomes.error();
  for (size_t i = 0; i < pending_.size(); ++i) record(image, pending_[i], (*outcomes)[i]);
  pending_.clear();
  snippets_.clear();
  code_.clear();
  return std::nullopt;
}

Expected<std::vector<OpcodeCount>> Gate::run() {
  const llvm::MCInstrInfo& instructions = assembly::McTarget::get(options_.isa).instructions();
  std::map<std::string, unsigned> numbers;
  for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i) numbers[instructions.getName(i).str()] = i;
  for (const auto& family : lifter_.rows().families())
    for (const assembly::Row& row : family) {
      if (!row.lift) continue;
      for (const std::string& name : assembly::expand_opcodes(row.opcodes)) {
        const auto opcode = numbers.find(name);
        if (opcode == numbers.end() || name.find(options_.opcode) == std::string::npos) continue;
        OpcodeCount count;
        count.opcode = name;
        count.row = &row;
        count.note = excluded(name, instructions.get(opcode->second));
        counts_.push_back(std::move(count));
        if (!counts_.back().note.empty()) continue;
        draw_cases(counts_.size() - 1, opcode->second);
        if (pending_.size() >= kBatch)
          if (auto error = flush()) return *error;
      }
    }
  if (auto error = flush()) return *error;
  return std::move(counts_);
}

}  // namespace

Expected<std::vector<OpcodeCount>> run_gate(const Options& options, const assembly::Lifter& lifter) {
  Expected<std::unique_ptr<emulate::Engine>> engine = emulate::make_engine(options.engine, options.isa);
  if (!engine) return engine.error();
  return Gate(options, lifter, std::move(*engine)).run();
}

}  // namespace portolan::gate

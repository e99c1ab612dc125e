// Meanings by their compiled code, where there is some.
#include <algorithm>
#include <bit>

#include "emulate/accelerator/evaluate.h"

namespace portolan::accelerator {

void CompiledRun::take_back() {
  for (; !before.empty(); before.pop_back())
    (*stores)[before.back().state].write(before.back().index, before.back().cell);
}

void Evaluator::run(const Instruction& instruction) {
  // What is written together waits for its end, and what is only to be issued or looked at has no code.
  if (!compiled_ || observer_ || interpret_all_ || deferring_ || issued_ || ended()) return block(instruction.meaning);
  const CompiledMeaning code = compiled_->find(instruction);
  if (code && run_compiled(instruction, code)) return;
  const uint64_t before = steps_;
  block(instruction.meaning);
  compiled_->interpreted(instruction, {.steps = before - steps_, .gave_up = code != nullptr, .ended = ended()});
}

bool Evaluator::run_compiled(const Instruction& instruction, CompiledMeaning code) {
  if (lists_.empty())
    for (Store& store : stores_) lists_.push_back(store.list());
  std::vector<int64_t> fields;
  for (uint32_t i = 0; i < chip_.formats[instruction.format].fields.size(); ++i) {
    const Value& field = local(i);
    const bool fits = field.number == static_cast<int64_t>(field.number) ||
                      (has_no_sign(chip_.formats[instruction.format].fields[i]) &&
                       field.number == static_cast<uint64_t>(field.number));
    if (!fits) return false;
    fields.push_back(chip_.formats[instruction.format].fields[i].type.real ? std::bit_cast<int64_t>(field.real)
                                                                           : static_cast<int64_t>(field.number));
  }
  CompiledRun& run = compiled_run_;
  const auto budget = static_cast<int64_t>(std::min<uint64_t>(steps_, INT64_MAX));
  run.lists = lists_.data();
  run.stores = &stores_;
  run.steps = budget;
  run.here = static_cast<int64_t>(here);
  run.jumps = run.stops = 0;
  run.before.clear();
  run.deferred.clear();
  if (!code(&run, fields.data())) {
    run.take_back();
    return false;
  }
  steps_ -= static_cast<uint64_t>(budget - run.steps);
  if (run.jumps) jump = run.jump;
  stops |= run.stops != 0;
  return true;
}

}  // namespace portolan::accelerator

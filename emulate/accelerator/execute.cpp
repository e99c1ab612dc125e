// Statements.
#include <fmt/format.h>

#include <utility>

#include "emulate/accelerator/evaluate.h"

namespace portolan::accelerator {

uint64_t Evaluator::bits_of(const Type& type, const Value& value, Position at) {
  if (type.real) return type.real->bits(value.real);
  if (value.defined && !fits(value.number, type.width, type.is_signed))
    fail(Outcome::Kind::undefined, at,
         fmt::format("{} doesn't fit in {} bits, and the description doesn't say what becomes of it",
                     to_string(value.number), type.width));
  return static_cast<uint64_t>(static_cast<UnsignedNumber>(value.number) & mask_of(type.width));
}

void Evaluator::block(const Block& block) {
  for (const Statement& s : block) {
    if (ended() || stops) return;
    statement(s);
  }
}

void Evaluator::statement(const Statement& s) {
  switch (s.kind) {
    case Statement::Kind::let:
    case Statement::Kind::variable:
      local(s.index) = value(*s.value);
      return;
    case Statement::Kind::assign:
      return assign(s);
    case Statement::Kind::branch:
      return block(holds(*s.value) ? s.body : s.otherwise);
    case Statement::Kind::loop:
      for_each(s.ranges, 0, [&] {
        block(s.body);
        return !ended() && !stops;
      });
      return;
    case Statement::Kind::together:
      return together(s);
    case Statement::Kind::outcome:
      if (s.value && !holds(*s.value)) return;
      return fail(s.name == "illegal"     ? Outcome::Kind::illegal
                  : s.name == "undefined" ? Outcome::Kind::undefined
                                          : Outcome::Kind::unsupported,
                  s.fact.at, s.text);
    case Statement::Kind::call:
      return procedure(s);
    case Statement::Kind::issue:
      return issue(s);
    case Statement::Kind::stop:
      stops = true;
      return;
    case Statement::Kind::jump:
      jump = decided(*s.value, "where this goes");
      return;
  }
}

// All turns read what was there before the first.
void Evaluator::together(const Statement& s) {
  const bool outermost = !std::exchange(deferring_, true);
  for_each(s.ranges, 0, [&] {
    block(s.body);
    return !ended() && !stops;
  });
  if (!outermost) return;
  deferring_ = false;
  for (const Write& write : deferred_) stores_[write.state].write(write.index, write.cell);
  deferred_.clear();
  for (const MarkedWrite& write : deferred_marks_)
    observer_->write(write.state, write.index, write.cells, *write.type, write.value);
  deferred_marks_.clear();
}

void Evaluator::write(uint32_t state, uint64_t index, Cell cell) {
  if (deferring_)
    deferred_.push_back({state, index, cell});
  else
    stores_[state].write(index, cell);
}

void Evaluator::observe_write(const MarkedWrite& write) {
  if (deferring_)
    deferred_marks_.push_back(write);
  else
    observer_->write(write.state, write.index, write.cells, *write.type, write.value);
}

void Evaluator::assign(const Statement& s) {
  const Value written = value(*s.value);
  const Expression& target = *s.target;
  if (ended()) return;
  if (target.kind == Expression::Kind::local) {
    local(target.index) = written;
    return;
  }
  const auto index = place(target);
  if (!index) return;
  const uint64_t bits = bits_of(target.type, written, s.value->at);
  if (ended()) return;
  const unsigned cells = target.kind == Expression::Kind::element ? 1 : target.type.width / 8;
  if (observer_) observe_write({target.index, *index, cells, &target.type, marked(written)});
  if (target.kind == Expression::Kind::element) return write(target.index, *index, {bits, written.defined});
  const unsigned bytes = cells;
  if (*index + bytes > stores_[target.index].size())
    return fail(Outcome::Kind::illegal, target.at,
                fmt::format("{} ends at {}", chip_.states[target.index].name, stores_[target.index].size()));
  for (unsigned i = 0; i < bytes; ++i) write(target.index, *index + i, {(bits >> (8 * i)) & 0xff, written.defined});
}

void Evaluator::procedure(const Statement& s) {
  const Routine& routine = chip_.routines[s.index];
  const size_t outer = enter(routine, s.arguments);
  block(routine.body);
  leave(outer);
}

void Evaluator::enter_first(const Routine& routine, const std::vector<Argument>& arguments) {
  base_ = top_ = 0;
  stops = false;
  jump.reset();
  enter(routine.slots);
  for (uint32_t i = 0; i < arguments.size(); ++i) local(i) = {arguments[i].number, arguments[i].real, true};
}

void Evaluator::carry_out(uint32_t routine, const std::vector<Argument>& arguments, std::vector<Word>* issued) {
  enter_first(chip_.routines[routine], arguments);
  issued_ = issued;
  block(chip_.routines[routine].body);
  issued_ = nullptr;
}

Number Evaluator::integer_of(uint32_t routine, const std::vector<Argument>& arguments) {
  enter_first(chip_.routines[routine], arguments);
  return decided(*chip_.routines[routine].value, "this");
}

void Evaluator::issue(const Statement& s) {
  if (!step(s.fact.at)) return;
  const Instruction& issued = chip_.instructions[s.index];
  const Format& format = chip_.formats[issued.format];
  Word word = issued.fixed_bits;
  for (size_t i = 0; i < s.bindings.size(); ++i) {
    const Field& field = format.fields[s.bound[i]];
    const Value bound = value(*s.bindings[i].second);
    if (ended()) return;
    if (bound.mark != 0)
      observer_->lost(s.fact.at, fmt::format("{} of {} depends on the inputs", field.name, issued.name));
    if (!bound.defined)
      return fail(Outcome::Kind::undefined, s.fact.at, fmt::format("{} of {} is undefined", field.name, issued.name));
    std::optional<UnsignedNumber> raw;
    if (field.type.real)
      raw = field.type.real->bits(bound.real);
    else if (field.type.layout)
      raw = static_cast<UnsignedNumber>(bound.number) & mask_of(field.width());
    else
      raw = raw_of(field, bound.number);
    if (!raw || (field.type.layout && !fits(bound.number, field.width(), false)))
      return fail(Outcome::Kind::undefined, s.fact.at,
                  fmt::format("{} of {} can't be {}", field.name, issued.name, to_string(bound.number)));
    put(field, *raw, word);
  }
  if (issued_) return issued_->push_back(std::move(word));
  const size_t outer = enter(issued.slots);
  for (uint32_t i = 0; i < format.fields.size(); ++i) set_field(i, format.fields[i], raw_bits(format.fields[i], word));
  run(issued);
  leave(outer);
}

}  // namespace portolan::accelerator

#include "frontends/accelerator/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "frontends/accelerator/check_code.h"
#include "frontends/accelerator/encoding.h"
#include "frontends/accelerator/generate.h"
#include "frontends/accelerator/parse.h"
#include "frontends/accelerator/specification.h"
#include "frontends/accelerator/syntax.h"

namespace portolan::accelerator {
namespace {

constexpr Number kMostElements = Number{1} << 40;

class Checker {
 public:
  Checker(Description& chip, const ParameterValues& parameters) : chip_(chip), parameters_(parameters) {}

  std::vector<Diagnostic> run() {
    add_usual_formats();
    unique_names();
    values();
    layouts();
    if (chip_.is_specification && errors_.empty()) infer_ranges(chip_, errors_);
    states();
    queues();
    words();
    formats();
    instructions();
    sources();
    // Meanings lean on all of that; with errors in it they would only repeat them.
    if (errors_.empty()) CodeChecker(chip_, errors_).check_all();
    if (errors_.empty()) operations();
    if (errors_.empty()) unwritten_fields();
    if (errors_.empty()) texts();
    std::ranges::stable_sort(errors_, {},
                             [](const Diagnostic& d) { return std::pair(d.location.line, d.location.column); });
    return std::move(errors_);
  }

 private:
  void add_usual_formats();
  void unique_names();
  void values();
  void parameter(Parameter& parameter);
  void layouts();
  void states();
  void queues();
  void controller(Instruction& instruction, uint32_t index);
  void words();
  void formats();
  void field_type(Field& field);
  void instructions();
  void encoding(Instruction& instruction);
  void places(Instruction& instruction);
  void overlaps();
  void sources();
  void operations();
  void unwritten_fields();
  void texts();
  std::optional<Number> constant(ExpressionPointer& e) { return CodeChecker(chip_, errors_).constant(*e); }
  void fail(Position at, std::string message) { errors_.push_back(chip_.error(at, std::move(message))); }

  Description& chip_;
  const ParameterValues& parameters_;
  std::vector<Diagnostic> errors_;
};

void Checker::add_usual_formats() {
  const RealFormat usual[] = {
      {"f16", 5, 10, 15, false}, {"bf16", 8, 7, 127, false}, {"f32", 8, 23, 127, false}, {"f64", 11, 52, 1023, false}};
  for (const RealFormat& format : usual)
    if (std::ranges::none_of(chip_.reals, [&](const RealFormat& r) { return r.name == format.name; }))
      chip_.reals.push_back(format);
}

void Checker::unique_names() {
  std::set<std::string> seen;
  const auto add = [&](const std::string& name, Position at) {
    if (!name.empty() && !seen.insert(name).second) fail(at, fmt::format("'{}' is declared twice", name));
  };
  for (const Parameter& p : chip_.parameters) add(p.name, p.fact.at);
  for (const auto& [name, rest] : chip_.constants) add(name, rest.second.at);
  for (const Names& names : chip_.names) {
    add(names.name, names.fact.at);
    for (const auto& [name, value] : names.values) add(name, names.fact.at);
  }
  for (const State& s : chip_.states) add(s.name, s.fact.at);
  for (const Queue& q : chip_.queues) add(q.name, q.fact.at);
  for (const Layout& l : chip_.layouts) add(l.name, l.fact.at);
  for (const Routine& r : chip_.routines) add(r.name, r.fact.at);
  std::set<std::string> others;
  for (const Format& f : chip_.formats)
    if (!others.insert(f.name).second) fail(f.fact.at, fmt::format("format '{}' is declared twice", f.name));
  others.clear();
  for (const Instruction& i : chip_.instructions)
    if (!others.insert(i.name).second) fail(i.fact.at, fmt::format("instruction '{}' is declared twice", i.name));
  others.clear();
  for (const Unit& u : chip_.units)
    if (!others.insert(u.name).second) fail(u.fact.at, fmt::format("unit '{}' is declared twice", u.name));
  for (const Controller& c : chip_.controllers)
    if (!others.insert(c.name).second) fail(c.fact.at, fmt::format("controller '{}' is declared twice", c.name));
}

void Checker::values() {
  for (const auto& [name, value] : parameters_)
    if (std::ranges::none_of(chip_.parameters, [&](const Parameter& p) { return p.name == name; }))
      fail(chip_.at, fmt::format("'{}' is no parameter of {}", name, chip_.name));
  for (const Names& names : chip_.names)
    for (const auto& [name, value] : names.values) chip_.values[name] = value;
  for (const auto& [is_parameter, index] : chip_.order) {
    if (is_parameter) {
      parameter(chip_.parameters[index]);
    } else {
      auto& [name, rest] = chip_.constants[index];
      if (const auto value = constant(rest.first)) chip_.values[name] = *value;
    }
  }
}

void Checker::parameter(Parameter& p) {
  const auto given = parameters_.find(p.name);
  const auto initial = constant(p.initial);
  if (!initial) return;
  p.value = given == parameters_.end() ? *initial : given->second;
  chip_.values[p.name] = p.value;
  bool allowed = p.allowed.empty();
  std::string list;
  for (ExpressionPointer& e : p.allowed)
    if (const auto value = constant(e)) {
      allowed |= *value == p.value;
      list += (list.empty() ? "" : ", ") + to_string(*value);
    }
  if (!allowed) fail(p.fact.at, fmt::format("{} is {}, and may be: {}", p.name, to_string(p.value), list));
  if (p.lowest) {
    const auto low = constant(p.lowest), high = constant(p.highest);
    if (low && high && (p.value < *low || p.value > *high))
      fail(p.fact.at,
           fmt::format("{} is {}, and may be {} to {}", p.name, to_string(p.value), to_string(*low), to_string(*high)));
  }
  if (!p.lowest && p.allowed.empty() && p.value != *initial)
    fail(p.fact.at, fmt::format("{} is always {}; to let it vary, write the values: parameter {} = {} in {{...}}",
                                p.name, to_string(*initial), p.name, to_string(*initial)));
}

// A field's type says how its bits are read.
void Checker::field_type(Field& field) {
  field.type.width = field.width();
  field.type.bit = field.type.width == 1;
  if (field.width() > 64)
    return fail(field.fact.at,
                fmt::format("field {} has {} bits; at most 64 are read as one number", field.name, field.width()));
  if (!field.type_name.name.empty()) {
    const auto type = CodeChecker(chip_, errors_).type_named(field.type_name.name, &field.registers);
    if (!type)
      return fail(field.type_name.at,
                  fmt::format("no type, layout, set of names or register file is called '{}'", field.type_name.name));
    if (type->width != 0 && type->width != field.width())
      return fail(field.fact.at, fmt::format("field {} has {} bits, and {} has {}", field.name, field.width(),
                                             field.type_name.name, type->width));
    const unsigned width = field.width();
    field.type = *type;
    field.type.width = width;
    field.type.bit = width == 1 && !type->is_signed && !type->real;
    if (type->names)
      for (const auto& [name, value] : type->names->values)
        if (!fits(value, width, false))
          fail(field.fact.at, fmt::format("{} is {}, which {} bits can't hold", name, to_string(value), width));
  }
  if (field.scale == 0) fail(field.fact.at, "a field times 0 holds nothing");
  if (field.scale != 1 || field.offset != 0) {
    if (field.type.real || field.type.layout) fail(field.fact.at, "only integers are scaled");
    field.type.width = 0;
    field.type.bit = false;
  }
}

void Checker::layouts() {
  std::set<const Layout*> earlier;
  for (Layout& layout : chip_.layouts) {
    if (layout.width == 0) fail(layout.fact.at, "a layout has at least one bit");
    std::set<std::string> seen;
    for (Field& field : layout.fields) {
      if (!seen.insert(field.name).second)
        fail(field.fact.at, fmt::format("layout {} has two fields '{}'", layout.name, field.name));
      for (const BitRange& range : field.ranges)
        if (range.high >= layout.width)
          fail(field.fact.at, fmt::format("bit {} of field {} is outside layout {}, whose highest bit is {}",
                                          range.high, field.name, layout.name, layout.width - 1));
      field_type(field);
      // One that holds itself, at whatever remove, would never end.
      if (field.type.layout && !earlier.contains(field.type.layout))
        fail(field.type_name.at, fmt::format("layout {} has to stand above {}", field.type_name.name, layout.name));
      if (field.registers != kNone) fail(field.type_name.at, "a layout's field is a number, not a register");
    }
    earlier.insert(&layout);
  }
}

void Checker::states() {
  for (State& state : chip_.states) {
    const auto type = CodeChecker(chip_, errors_).type_named(state.type_name.name);
    if (!type || type->width == 0) {
      fail(state.type_name.at,
           fmt::format("'{}' is not a type with a width, such as u8, s32, f32 or a layout", state.type_name.name));
      continue;
    }
    state.type = *type;
    for (ExpressionPointer& e : state.extents) {
      const auto extent = constant(e);
      state.extent.push_back(extent.value_or(1));
      if (extent && (*extent < 1 || *extent > kMostElements)) {
        fail(e->at, fmt::format("an extent is at least 1 and at most 2^40, not {}", to_string(*extent)));
        state.extent.back() = 1;
      }
    }
    Number total = 1;
    for (Number n : state.extent)
      if ((total *= n) > kMostElements) {
        fail(state.fact.at, fmt::format("{} has more than 2^40 elements", state.name));
        break;
      }
    if (state.initial) {
      if (const auto value = constant(state.initial)) {
        state.initial_value = *value;
        if (!fits(*value, type->width, type->is_signed && !type->real))
          fail(state.initial->at, fmt::format("{} doesn't fit in {}", to_string(*value), state.type_name.name));
      }
    }
    if (state.external && (state.extents.size() != 1 || state.type.width != 8 || state.type.real))
      fail(state.fact.at, "an external memory is one of bytes with one index: memory NAME : u8[SIZE] external");
  }
}

void Checker::queues() {
  if (!chip_.controllers.empty() && !chip_.units.empty())
    fail(chip_.controllers[0].fact.at, "a chip has units, which wait for tokens, or controllers, not both");
  for (Controller& one : chip_.controllers)
    if (one.entries)
      if (const auto depth = constant(one.entries)) {
        one.depth = *depth;
        if (*depth < 1) fail(one.fact.at, "a controller has room for one instruction at least");
      }
  for (Queue& queue : chip_.queues)
    if (queue.initial)
      if (const auto tokens = constant(queue.initial)) {
        queue.tokens = *tokens;
        if (*tokens < 0 || *tokens > 1 << 20) fail(queue.fact.at, "a queue begins with 0 to 2^20 tokens");
      }
}

void Checker::words() {
  if (chip_.containers.empty())
    fail(chip_.at, "no word is declared; say how wide an instruction is: word instruction : 32");
  std::set<std::string> seen;
  for (const Container& part : chip_.containers) {
    if (!seen.insert(part.name).second) fail(part.fact.at, fmt::format("two parts are called '{}'", part.name));
    if (part.width < 8 || part.width % 8 != 0)
      fail(part.fact.at,
           fmt::format("'{}' has {} bits; whole bytes from 8 to 128 bits are needed", part.name, part.width));
    if ((part.usual & ~mask_of(part.width)) != 0)
      fail(part.fact.at, fmt::format("the usual bits of '{}' are more than its {} bits", part.name, part.width));
  }
}

void Checker::formats() {
  for (size_t f = 0; f < chip_.formats.size(); ++f) {
    Format& format = chip_.formats[f];
    if (!format.base.empty()) {
      const Format* base = nullptr;
      for (size_t b = 0; b < f; ++b)
        if (chip_.formats[b].name == format.base) base = &chip_.formats[b];
      if (base)
        format.fields.insert(format.fields.begin(), base->fields.begin(), base->fields.end());
      else
        fail(format.fact.at, fmt::format("no format '{}' is declared above", format.base));
    }
    std::set<std::string> seen;
    for (Field& field : format.fields) {
      if (!seen.insert(field.name).second)
        fail(field.fact.at, fmt::format("format {} has two fields '{}'", format.name, field.name));
      if (chip_.values.contains(field.name) ||
          std::ranges::any_of(chip_.states, [&](const State& s) { return s.name == field.name; }))
        fail(field.fact.at,
             fmt::format("'{}' already stands for something else; choose another name for the field", field.name));
      for (BitRange& range : field.ranges) {
        const auto part = std::ranges::find(chip_.containers, range.container_name, &Container::name);
        if (range.container_name.empty() && chip_.containers.size() > 1)
          fail(field.fact.at, fmt::format("say which part of the word has field {}", field.name));
        else if (!range.container_name.empty() && part == chip_.containers.end())
          fail(field.fact.at, fmt::format("the word has no part '{}'", range.container_name));
        else
          range.container = range.container_name.empty() ? 0 : static_cast<uint32_t>(part - chip_.containers.begin());
        if (range.container < chip_.containers.size() && range.high >= chip_.containers[range.container].width)
          fail(field.fact.at, fmt::format("bit {} of field {} is outside its word '{}', whose highest bit is {}",
                                          range.high, field.name, chip_.containers[range.container].name,
                                          chip_.containers[range.container].width - 1));
      }
      field_type(field);
    }
  }
}

void Checker::instructions() {
  std::set<std::string> mnemonics;
  for (Instruction& instruction : chip_.instructions) {
    const auto format = std::ranges::find(chip_.formats, instruction.format_name, &Format::name);
    if (format == chip_.formats.end()) {
      fail(instruction.fact.at, fmt::format("no format is called '{}'", instruction.format_name));
      continue;
    }
    instruction.format = static_cast<uint32_t>(format - chip_.formats.begin());
    if (!instruction.has_encoding) {
      fail(instruction.fact.at,
           fmt::format("instruction {} has no encoding; say which fields mark it: encoding opcode = ...",
                       instruction.name));
      continue;
    }
    if (instruction.syntax.empty())
      fail(instruction.fact.at, fmt::format("instruction {} has no syntax", instruction.name));
    if (!instruction.has_meaning)
      fail(instruction.fact.at,
           fmt::format("instruction {} has no meaning; one that does nothing says so: meaning {{}}", instruction.name));
    if (!errors_.empty()) continue;  // fields may lie anywhere
    encoding(instruction);
    for (Diagnostic& error : parse_syntax(chip_, instruction)) errors_.push_back(std::move(error));
    if (const std::string word = mnemonic(instruction); !word.empty() && !mnemonics.insert(word).second)
      fail(instruction.syntax_fact.at, fmt::format("another instruction's syntax begins with '{}' too", word));
    if (errors_.empty()) places(instruction);
  }
  const auto index_of = [](const auto& list, const std::string& name) {
    for (uint32_t i = 0; i < list.size(); ++i)
      if (list[i].name == name) return i;
    return kNone;
  };
  for (Instruction& instruction : chip_.instructions) {
    if (!chip_.units.empty()) {
      instruction.unit = index_of(chip_.units, instruction.unit_name);
      if (instruction.unit_name.empty())
        fail(instruction.fact.at, fmt::format("say which unit runs {}", instruction.name));
      else if (instruction.unit == kNone)
        fail(instruction.unit_fact.at, fmt::format("no unit is called '{}'", instruction.unit_name));
    } else if (!instruction.unit_name.empty()) {
      fail(instruction.unit_fact.at, "this chip declares no units");
    }
    controller(instruction, index_of(chip_.controllers, instruction.controller_name));
    for (std::vector<TokenUse>* uses : {&instruction.waits, &instruction.signals})
      for (TokenUse& use : *uses)
        if ((use.index = index_of(chip_.queues, use.queue)) == kNone)
          fail(use.fact.at, fmt::format("no queue is called '{}'", use.queue));
  }
  if (errors_.empty()) overlaps();
}

void Checker::controller(Instruction& instruction, uint32_t index) {
  instruction.controller = index;
  if (chip_.controllers.empty()) {
    if (!instruction.controller_name.empty()) fail(instruction.controller_fact.at, "this chip declares no controllers");
    if (!instruction.touches.empty())
      fail(instruction.touches[0].fact.at,
           "what an instruction touches matters for controllers only, and there are none");
    return;
  }
  if (instruction.controller_name.empty())
    fail(instruction.fact.at, fmt::format("say which controller runs {}", instruction.name));
  else if (index == kNone)
    fail(instruction.controller_fact.at, fmt::format("no controller is called '{}'", instruction.controller_name));
  for (Touch& touch : instruction.touches) {
    const auto at = std::ranges::find(chip_.states, touch.memory, &State::name);
    touch.state = static_cast<uint32_t>(at - chip_.states.begin());
    if (at == chip_.states.end() || at->extent.empty())
      fail(touch.fact.at, fmt::format("no memory is called '{}'", touch.memory));
  }
}

void Checker::encoding(Instruction& instruction) {
  const Format& format = chip_.formats[instruction.format];
  for (Constraint& constraint : instruction.encoding) {
    const Field* field = format.field(constraint.field);
    if (!field) {
      fail(constraint.fact.at, fmt::format("format {} has no field '{}'", format.name, constraint.field));
      continue;
    }
    constraint.index = static_cast<uint32_t>(field - format.fields.data());
    const auto value = constant(constraint.value);
    if (!value) continue;
    constraint.number = *value;
    if (!raw_of(*field, *value))
      fail(constraint.fact.at,
           fmt::format("field {} can't be {}; it holds {}", field->name, to_string(*value), values_of(*field)));
  }
}

// Where each operand lies, and what is fixed: a bit has one owner.
void Checker::places(Instruction& instruction) {
  const Format& format = chip_.formats[instruction.format];
  const size_t parts = chip_.containers.size();
  Word taken(parts, 0), fixed(parts, 0);
  std::vector<const Field*> owners;
  const auto take = [&](const Field& field, Position at) {
    const Word bits = bits_of(field, parts);
    for (size_t p = 0; p < parts; ++p) {
      if ((taken[p] & bits[p]) == 0) continue;
      for (const Field* owner : owners)
        if ((bits_of(*owner, parts)[p] & bits[p]) != 0)
          return fail(at, owner == &field ? fmt::format("field {} stands twice in {}", field.name, instruction.name)
                                          : fmt::format("fields {} and {} of {} share bits", owner->name, field.name,
                                                        instruction.name));
    }
    for (size_t p = 0; p < parts; ++p) taken[p] |= bits[p];
    owners.push_back(&field);
  };
  for (size_t p = 0; p < parts; ++p) fixed[p] = chip_.containers[p].usual;
  for (uint32_t index : written_fields(instruction)) take(format.fields[index], instruction.syntax_fact.at);
  instruction.fixed_mask.assign(parts, 0);
  for (size_t p = 0; p < parts; ++p) instruction.fixed_mask[p] = mask_of(chip_.containers[p].width) & ~taken[p];
  for (const Constraint& constraint : instruction.encoding) {
    const Field& field = format.fields[constraint.index];
    take(field, constraint.fact.at);
    if (const auto raw = raw_of(field, constraint.number)) put(field, *raw, fixed);
  }
  instruction.fixed_bits.assign(parts, 0);
  for (size_t p = 0; p < parts; ++p) instruction.fixed_bits[p] = fixed[p] & instruction.fixed_mask[p];
}

void Checker::overlaps() {
  for (size_t a = 0; a < chip_.instructions.size(); ++a)
    for (size_t b = a + 1; b < chip_.instructions.size(); ++b) {
      const Instruction &x = chip_.instructions[a], &y = chip_.instructions[b];
      bool differ = false;
      Word both(chip_.containers.size(), 0);
      for (size_t p = 0; p < both.size(); ++p) {
        differ |= ((x.fixed_bits[p] ^ y.fixed_bits[p]) & x.fixed_mask[p] & y.fixed_mask[p]) != 0;
        both[p] = x.fixed_bits[p] | y.fixed_bits[p];
      }
      if (!differ)
        fail(y.fact.at,
             fmt::format(
                 "the encodings of {} (line {}) and {} overlap: {} would be both; fix another field in one of them",
                 x.name, x.fact.at.line, y.name, to_string(chip_, both)));
    }
}

// "Who says so" is asked of every fact.
void Checker::sources() {
  const auto ask = [&](const Fact& fact, const std::string& name) {
    if (fact.source == kNone)
      fail(fact.at, fmt::format("who says so? Write @SOURCE behind '{}', or 'follow SOURCE' above it", name));
  };
  for (const Parameter& p : chip_.parameters) ask(p.fact, p.name);
  for (const State& s : chip_.states) ask(s.fact, s.name);
  for (const Container& c : chip_.containers) ask(c.fact, c.name);
  for (const Format& f : chip_.formats) ask(f.fact, f.name);
  for (const Instruction& i : chip_.instructions) ask(i.fact, i.name);
}

void Checker::operations() {
  std::set<std::string> seen;
  for (Operation& o : chip_.operations) {
    if (!seen.insert(o.name).second) fail(o.fact.at, fmt::format("operation '{}' is declared twice", o.name));
    if (o.when != kNone && !chip_.routines[o.when].value->type.bit)
      fail(chip_.routines[o.when].fact.at, "'when' takes a condition");
    if (o.holds == kNone) continue;
    const auto state = std::ranges::find(chip_.states, o.held_memory, &State::name);
    if (state == chip_.states.end() || state->extents.size() != 1 || state->type.real)
      fail(o.held_at, fmt::format("'{}' is no memory of integers with one index", o.held_memory));
    o.held_state = static_cast<uint32_t>(state - chip_.states.begin());
    const auto& parameters = chip_.routines[o.holds].parameters;
    for (uint32_t p = 0; p < parameters.size(); ++p)
      if (parameters[p].first == o.held_index) o.held_parameter = p;
    if (o.held_parameter == kNone) fail(o.held_at, fmt::format("'{}' is no parameter here", o.held_index));
  }
}

void mark(const Expression& e, std::set<uint32_t>& slots) {
  if (e.kind == Expression::Kind::local) slots.insert(e.index);
  for (const ExpressionPointer& operand : e.operands) mark(*operand, slots);
  for (const Range& range : e.ranges) mark(*range.first, slots), mark(*range.end, slots);
  if (e.filter) mark(*e.filter, slots);
}

void mark(const Block& block, std::set<uint32_t>& slots) {
  for (const Statement& s : block) {
    if (s.target) mark(*s.target, slots);
    if (s.value) mark(*s.value, slots);
    for (const ExpressionPointer& e : s.arguments) mark(*e, slots);
    for (const auto& [name, e] : s.bindings) mark(*e, slots);
    for (const Range& range : s.ranges) mark(*range.first, slots), mark(*range.end, slots);
    mark(s.body, slots);
    mark(s.otherwise, slots);
  }
}

// A field that the meaning uses and nobody can write would always be what is usual there.
void Checker::unwritten_fields() {
  for (const Instruction& instruction : chip_.instructions) {
    std::set<uint32_t> used;
    mark(instruction.meaning, used);
    for (const auto* uses : {&instruction.waits, &instruction.signals})
      for (const TokenUse& use : *uses)
        if (use.condition) mark(*use.condition, used);
    const std::vector<uint32_t> written = written_fields(instruction);
    const Format& format = chip_.formats[instruction.format];
    for (uint32_t slot : used) {
      if (slot >= format.fields.size() || std::ranges::count(written, slot)) continue;
      const bool fixed =
          std::ranges::any_of(instruction.encoding, [&](const Constraint& c) { return c.index == slot; });
      if (!fixed)
        fail(instruction.fact.at,
             fmt::format("the meaning of {} uses field {}, which neither its syntax writes nor its encoding fixes",
                         instruction.name, format.fields[slot].name));
    }
  }
}

// Syntax can be written that can't be read again, such as an operand that touches a word.
void Checker::texts() {
  for (const Instruction& instruction : chip_.instructions) {
    std::mt19937_64 random(1);
    std::string why;
    for (int n = 0; n < 8 && why.empty(); ++n)
      why = round_trip(chip_, instruction, random_word(chip_, instruction, random));
    if (!why.empty()) fail(instruction.syntax_fact.at, "this syntax can't be read back: " + why);
  }
}

}  // namespace

std::vector<Diagnostic> check(Description& description, const ParameterValues& parameters) {
  return Checker(description, parameters).run();
}

static Loaded load(const std::string& text, const std::string& file, const ParameterValues& parameters,
                   bool is_specification) {
  Parsed parsed = parse_description(text, file, is_specification);
  Loaded loaded;
  loaded.errors = std::move(parsed.errors);
  if (!loaded.errors.empty()) return loaded;
  loaded.errors = check(*parsed.description, parameters);
  if (loaded.errors.empty()) loaded.description = std::move(parsed.description);
  return loaded;
}

Loaded load_description(const std::string& text, const std::string& file, const ParameterValues& parameters) {
  return load(text, file, parameters, false);
}

Loaded load_specification(const std::string& text, const std::string& file, const ParameterValues& sizes) {
  return load(text, file, sizes, true);
}

}  // namespace portolan::accelerator

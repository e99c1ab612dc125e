#include "translate/abi/boundary.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/abi/assign.h"
#include "translate/abi/classify.h"

namespace portolan::abi {
namespace {

using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;
using Where = Piece::Where;

// Pieces on the stack in 8-byte slots, which is what a place can name.
std::vector<Piece> in_slots(const std::vector<Piece>& pieces) {
  std::vector<Piece> slots;
  for (const Piece& piece : pieces) {
    if (piece.where != Where::stack || piece.size <= 8) {
      slots.push_back(piece);
      continue;
    }
    for (uint32_t at = 0; at < piece.size; at += 8) {
      Piece slot = piece;
      slot.stack_offset += at;
      slot.type_offset += at;
      slot.size = std::min(8u, piece.size - at);
      slots.push_back(slot);
    }
  }
  return slots;
}

bool place_of(const Piece& piece, bool is_result, Place& place) {
  switch (piece.where) {
    case Where::integer_register:
      place = {is_result ? Place::Kind::integer_result : Place::Kind::integer_argument, piece.index};
      return true;
    case Where::float_register:
      place = {is_result ? Place::Kind::float_result : Place::Kind::float_argument, piece.index};
      return true;
    case Where::indirect_result:
      place = {Place::Kind::indirect_result, 0};
      return true;
    case Where::stack:
      place = {Place::Kind::stack, piece.stack_offset / 8};
      return piece.stack_offset % 8 == 0 && piece.size <= 8;
    case Where::x87_register:
      return false;
  }
  return false;
}

// The scalar that begins at this offset of the type, or nothing.
const Type* scalar_at(const Type& type, uint32_t offset) {
  if (type.kind != TypeKind::aggregate && type.kind != TypeKind::complex) return offset == 0 ? &type : nullptr;
  for (const Field& field : type.fields)
    if (field.offset == offset) return &field.type;
  return nullptr;
}

class Describer {
 public:
  Describer(const BoundarySide& source, const BoundarySide& target, Boundary& boundary)
      : source_(source), target_(target), boundary_(boundary) {}

  void run(const CallLayout& source, const CallLayout& target);

 private:
  void refuse(std::string why) {
    if (boundary_.untestable.empty()) boundary_.untestable = std::move(why);
  }
  void value(const Location& source, const Location& target, const std::string& what, bool is_result);
  BoundaryValue piece(const Type& type, const Piece& source, const Piece& target, const std::string& what,
                      bool is_result);

  const BoundarySide& source_;
  const BoundarySide& target_;
  Boundary& boundary_;
};

BoundaryValue Describer::piece(const Type& type, const Piece& source, const Piece& target, const std::string& what,
                               bool is_result) {
  BoundaryValue v;
  v.bits = 8 * std::max(source.size, 1u);
  v.whole = type.kind != TypeKind::aggregate && type.kind != TypeKind::complex;
  const Type* scalar = scalar_at(type, source.type_offset);
  const bool floating = scalar != nullptr ? scalar->kind == TypeKind::floating || scalar->kind == TypeKind::vector
                                          : source.where == Where::float_register;
  if (floating || source.where == Where::float_register) v.kind = BoundaryValue::Kind::floating;
  if (scalar != nullptr && scalar->kind == TypeKind::integer) {
    v.is_signed = is_signed_on(*scalar, source_.isa);
    // A callee may rely on 0 or 1.
    if (scalar->sign == Sign::boolean && !is_result) v.bits = 1;
  }
  auto is_extended = [](const Piece& p) { return p.extension == Extension::zero || p.extension == Extension::sign; };
  if (is_extended(source) && is_extended(target) && source.extension != target.extension && v.bits < 32)
    refuse(fmt::format("{} is signed on one side only", what));
  if (!place_of(source, is_result, v.source) || !place_of(target, is_result, v.target))
    refuse(fmt::format("{} is passed in a place that the tests cannot fill", what));
  return v;
}

void Describer::value(const Location& source, const Location& target, const std::string& what, bool is_result) {
  if (source.indirect || target.indirect)
    return refuse(fmt::format("{} is a structure that is passed as the address of a copy", what));
  const std::vector<Piece> s = in_slots(source.pieces), t = in_slots(target.pieces);
  const bool same = std::equal(s.begin(), s.end(), t.begin(), t.end(), [](const Piece& a, const Piece& b) {
    return a.type_offset == b.type_offset && a.size == b.size;
  });
  if (!same) return refuse(fmt::format("{} is cut into other pieces on the other side", what));
  std::vector<BoundaryValue>& values = is_result ? boundary_.results : boundary_.parameters;
  for (size_t n = 0; n < s.size(); ++n) values.push_back(piece(source.type, s[n], t[n], what, is_result));
}

void Describer::run(const CallLayout& source, const CallLayout& target) {
  if (source.hidden_result.has_value() != target.hidden_result.has_value())
    return refuse("its result is in memory on one side only");
  if (source.hidden_result) {
    BoundaryValue v;
    v.kind = BoundaryValue::Kind::result_address;
    if (!place_of(*source.hidden_result, false, v.source) || !place_of(*target.hidden_result, false, v.target))
      refuse("where its result goes is passed in a place that the tests cannot fill");
    boundary_.parameters.push_back(v);
    if (source.returns_hidden_address && target.returns_hidden_address)
      boundary_.results.push_back({BoundaryValue::Kind::integer,
                                   64,
                                   false,
                                   {Place::Kind::integer_result, 0},
                                   {Place::Kind::integer_result, 0}});
  } else {
    value(source.result, target.result, "its result", true);
  }
  if (source.arguments.size() != target.arguments.size()) return refuse("the two sides take other arguments");
  for (size_t n = 0; n < source.arguments.size(); ++n)
    value(source.arguments[n], target.arguments[n], fmt::format("argument {}", n + 1), false);
}

}  // namespace

void describe(const BoundarySide& source, const BoundarySide& target, Boundary& boundary,
              const std::optional<std::vector<Type>>& variadic) {
  auto refuse = [&](std::string why) { boundary.untestable = std::move(why); };
  if (source.isa != target.isa && !source.type.abi_differs.empty())
    return refuse("what it reaches differs between the two: " + source.type.abi_differs);
  const std::vector<Type> more = variadic.value_or(std::vector<Type>{});
  auto s = classify(source.type, source.isa, more), t = classify(target.type, target.isa, more);
  if (!s || !t) return refuse((s ? t : s).error().message);
  boundary.noreturn = source.type.noreturn && target.type.noreturn;
  Describer(source, target, boundary).run(*s, *t);
  // What it returns does not depend on what a call passes.
  if (source.type.variadic && !variadic && boundary.untestable.empty()) {
    boundary.parameters.clear();
    return refuse("it is variadic");
  }
  if (!boundary.untestable.empty()) boundary.parameters.clear(), boundary.results.clear();
}

}  // namespace portolan::abi

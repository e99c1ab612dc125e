// What a Pool consists of, and what the files of this folder share. Nobody else includes this.
#pragma once

#include <cassert>
#include <deque>
#include <map>
#include <unordered_map>

#include "ir/function.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"
#include "verify/terms/term.h"

namespace portolan::terms {

struct Node {
  Kind kind = Kind::constant;
  uint32_t width = 0;
  uint32_t count = 0;  // operands
  uint32_t extra = 0;  // extract: lowest bit; variable, apply, memory: index of the name
  uint32_t depth = 0;  // 0: a leaf
  uint64_t hash = 0;
  const Term* operands = nullptr;
  const APInt* numbers = nullptr;    // constant: its value; linear: the constant, then one coefficient an operand
  const int64_t* offsets = nullptr;  // write: one a byte
  APInt zero, one;                   // bits known to be 0, to be 1
};

// A node that may exist already.
struct Draft {
  Kind kind;
  uint32_t width;
  std::span<const Term> operands;
  uint32_t extra = 0;
  std::span<const APInt> numbers = {};
  std::span<const int64_t> offsets = {};
};

// An address is base + offset; the base's linear form has constant 0.
struct Address {
  Term base;
  int64_t offset = 0;
};

struct Pool::State {
  std::deque<Node> nodes;
  std::vector<uint32_t> table;  // open addressing; UINT32_MAX: free
  llvm::BumpPtrAllocator arena;
  std::deque<std::vector<APInt>> numbers;
  llvm::StringMap<uint32_t> name_ids;
  std::deque<std::string> names;
  std::unordered_map<uint32_t, Term> variables, memories;  // by name
  std::unordered_map<Term, Object, TermHash> objects;
  std::unordered_map<Term, uint64_t, TermHash> mentions;  // objects in a term, as bits
  std::vector<Term> object_list;
  bool relied_on_indices = false;
  std::unordered_map<Term, Address, TermHash> addresses;
  std::unordered_map<uint64_t, Term> extracts;  // by term, lowest bit and width

  const Node& operator[](Term t) const { return nodes[t.id]; }
  // The node itself, without rewriting; a constant if all its bits are known.
  Term make(const Draft& draft);
  uint32_t name_id(std::string_view name);

 private:
  Term intern(const Draft& draft);
  void grow();
};

// Terms nested deeper than this are no longer rewritten through: the rules recurse.
inline constexpr uint32_t kDeepest = 400;

std::pair<APInt, APInt> compute_known_bits(const Pool::State& state, const Draft& draft);

// The base of ~base, if t is written as a complement.
std::optional<Term> complemented(Pool& pool, Term t);
// Of two numbers one is less, equal or greater, or they are unordered: a set of these, if `t` says that one holds.
inline constexpr unsigned kLess = 1, kEqual = 2, kGreater = 4, kUnordered = 8, kAnyRelation = 15;
struct FloatRelation {
  ir::FloatFormat format = ir::FloatFormat::none;
  Term a, b;  // a older
  unsigned set = 0;
};
std::optional<FloatRelation> relation_of(Pool& pool, Term t);
// The linear form of what `t` adds to a sum, taken apart as far as possible.
Linear decompose(Pool& pool, Term t);
// Bits [low, low + width(low_part)) and the ones above as one term, if they belong together.
std::optional<Term> merge_adjacent(Pool& pool, Term high, Term low);
// A value of `width` bits whose low bits are `t`'s, where nobody looks at the others.
Term widen_any(Pool& pool, Term t, unsigned width);
Address split_address(Pool& pool, Term address);
Term join_address(Pool& pool, const Address& address);
// `memory` with bytes stored at base + offset.
Term write_bytes(Pool& pool, Term memory, Term base, const std::map<int64_t, Term>& bytes);

// Members of a conjunction that compare the same two floating-point numbers become one condition.
void meet_float_relations(Pool& pool, llvm::SmallVectorImpl<Term>& list);
// The exclusive or of two comparisons of the same two numbers.
std::optional<Term> difference_of_float_relations(Pool& pool, Term x, Term y);
// The width from which t is a sign extension.
unsigned significant_bits(const Pool& pool, Term t);
// The top bit of t.
inline Term sign_of(Pool& pool, Term t) {
  return pool.extract(t, pool.width(t) - 1, 1);
}

}  // namespace portolan::terms

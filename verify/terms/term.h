// Solver terms: bit-vectors and memories as a hash-consed graph that is normalised while it is built, so that terms
// that mean the same are mostly the same term. A correct translation closes most of its obligations by `a == b` on
// these.
//
// Every rewrite rule that the constructors apply has a test of its own in tests/unit/terms (proved by a solver at small
// widths, sampled at 32 and 64): this normaliser belongs to what `proved` trusts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llvm/ADT/APInt.h"

namespace portolan::terms {

using llvm::APInt;

// A node of one Pool; equal ids are equal terms.
struct Term {
  uint32_t id = UINT32_MAX;
  explicit operator bool() const { return id != UINT32_MAX; }
  bool operator==(const Term&) const = default;
  auto operator<=>(const Term&) const = default;
};

struct TermHash {
  size_t operator()(Term t) const { return t.id * 0x9e3779b97f4a7c15ull; }
};

// a0 + sum of coefficient * term, modulo 2^width. Terms are distinct, not linear themselves and sorted by id.
struct Linear {
  struct Part {
    APInt coefficient;
    Term term;
  };
  APInt constant;
  std::vector<Part> parts;
};

enum class Kind : uint8_t {
  constant,
  variable,  // by name
  apply,     // an uninterpreted function of a name, over bit-vectors and memories
  linear,
  mul,  // of two terms that are not constant; likewise below
  umulh,
  smulh,
  udiv,
  urem,
  sdiv,
  srem,
  bit_and,
  bit_or,
  bit_xor,
  shl,
  lshr,
  ashr,
  eq,
  ult,
  slt,
  extract,
  concat,  // most significant first, any number
  sext,    // zext is a concat with zeros
  select,
  // Memories: maps from 64-bit addresses to bytes.
  memory,  // a variable
  write,  // operands: memory, base, bytes…: byte i is stored at base + offset i (Pool::offsets). Writes to one base are
          // one node; the base's linear form has constant 0
  read,   // operands: memory, address: one byte... `width` bits, little-endian
  memory_select,
};

// A named object of the address space: a global, a stack frame. Accesses through `base` + constant that lie within
// [low, high) stay clear of every other object, and of addresses that mention no object only where `hidden` says so.
struct Object {
  int64_t low = 0, high = 0;  // bytes from the base variable
  bool hidden = false;        // nobody else knows its address: accesses that don't mention the base don't reach it
  bool indexed = false;       // accesses at its address and an index, made of no other such object's, stay in it
};

class Pool {
 public:
  Pool();
  ~Pool();
  Pool(const Pool&) = delete;

  // Structure.
  Kind kind(Term t) const;
  unsigned width(Term t) const;  // bits; 0: a memory
  std::span<const Term> operands(Term t) const;
  std::string_view name(Term t) const;             // variable, apply, memory
  const APInt* constant_value(Term t) const;       // nullptr: not a constant
  unsigned low_bit(Term t) const;                  // extract
  std::span<const int64_t> offsets(Term t) const;  // write: sorted, one for each byte operand
  Linear linear(Term t) const;                     // of any bit-vector term: a single part if it is nothing more
  size_t size() const;                             // nodes made so far
  // Bits that are the same for all values of the variables: zero | one masks.
  std::pair<APInt, APInt> known_bits(Term t) const;
  std::string print(Term t, unsigned depth = 12) const;  // for people

  // Leaves. The same name gives the same term; its width must be the same too.
  Term constant(const APInt& value);
  Term constant(unsigned width, uint64_t value) { return constant(APInt(width, value)); }
  Term bit(bool value) { return constant(1, value); }
  Term variable(std::string_view name, unsigned width);
  Term memory(std::string_view name);
  Term apply(std::string_view function, unsigned width, std::span<const Term> arguments);  // width 0: gives a memory
  void declare_object(Term base, Object object);
  // Whether some term was made that stands on `indexed`.
  bool relied_on_indices() const;
  // What the variable stands for is a multiple of 2^zeros. Before any term is made of it: what is known of a term is
  // settled when it is made.
  void declare_alignment(Term variable, unsigned zeros);

  // Total, as ir/domain.h and ir/ops.def say (shift by the width or more: 0; udiv by zero: all ones; urem: the
  // dividend).
  Term add(Term a, Term b);
  Term sub(Term a, Term b);
  Term negate(Term a);
  Term from_linear(const Linear& form);
  Term mul(Term a, Term b);
  Term umulh(Term a, Term b);
  Term smulh(Term a, Term b);
  Term udiv(Term a, Term b);
  Term urem(Term a, Term b);
  Term sdiv(Term a, Term b);
  Term srem(Term a, Term b);
  Term bit_and(Term a, Term b);
  Term bit_or(Term a, Term b);
  Term bit_xor(Term a, Term b);
  Term bit_not(Term a);
  Term shl(Term a, Term b);
  Term lshr(Term a, Term b);
  Term ashr(Term a, Term b);
  Term eq(Term a, Term b);  // also of memories
  Term ult(Term a, Term b);
  Term slt(Term a, Term b);
  Term extract(Term a, unsigned low, unsigned width);
  Term concat(Term high, Term low);
  Term join(std::span<const Term> parts);  // first part lowest
  Term zext(Term a, unsigned width);
  Term sext(Term a, unsigned width);
  Term select(Term bit, Term one, Term zero);  // of bit-vectors or memories

  // Kept as `apply` of that name, with this meaning: clz ctz popcount as ops.def says; rotl(a, count) with a count of
  // log2(width) bits, for widths that are a power of two above 1. No other name has a meaning but those of
  // floating-point operations (domain.h), so whoever calls apply() for something of his own keeps clear of these (put a
  // dot in front).
  Term clz(Term a);
  Term ctz(Term a);
  Term popcount(Term a);
  Term rotl(Term a, Term b);  // any widths, as ops.def says
  Term rotr(Term a, Term b);

  // Flags: the carry, borrow or signed overflow of a + b + c, a - b - c; c is one bit.
  Term add_carry(Term a, Term b, Term c);
  Term sub_borrow(Term a, Term b, Term c);
  Term add_overflow(Term a, Term b, Term c);
  Term sub_overflow(Term a, Term b, Term c);

  // Memory, little-endian, whole bytes.
  Term store(Term memory, Term address, Term value);
  // Looks through stores that surely hit or surely miss.
  Term load(Term memory, Term address, unsigned width);

  struct State;  // for the files of this folder
  State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace portolan::terms

// Symbols of the two units as terms: one variable for what is the same thing on both sides, different variables for
// what only has the same name. Knows the bytes of constant data.
#pragma once

#include <map>
#include <string>

#include "verify/prove/side.h"

namespace portolan::prove {

// Constant data never changes, so indexed reads of it have a memory of their own.
inline constexpr std::string_view kConstants = "constants";

// A read of a constant table at table + coefficient * index + offset; the index may be a constant.
struct Table {
  Term read, symbol, index;
  uint64_t coefficient = 0;
  int64_t offset = 0;
};

class Symbols {
 public:
  Symbols(terms::Pool& pool, const assembly::Unit& source, const assembly::Unit& target);

  // The address, or the part of it, that an operand names.
  Term address(Which which, const ir::SymbolRef& symbol);
  // What constant data holds at an address term: plain bytes, or the address of a symbol. Nothing: it is no constant
  // data, or where in it is not known.
  std::optional<Term> constant_data(Which which, const terms::Linear& address, unsigned bytes);
  // The string that begins at an address in constant data, without its 0.
  std::optional<std::string> constant_string(Which which, const terms::Linear& address);
  // The variable is the address of a symbol whose object has at least `bytes` from there on; so reading it faults
  // never.
  bool within_object(Term variable, int64_t offset, unsigned bytes) const;
  // What the address is the sum of a symbol's address and, and the bytes of that symbol's object; nothing: there is no
  // such symbol, or several.
  struct Place {
    Term within;
    uint64_t extent = 0;
  };
  std::optional<Place> place_in_object(const terms::Linear& address) const;
  // The variable stands for an address that a symbol names.
  bool is_symbol(Term variable) const { return variables_.contains(variable.id); }
  // The address lies in code.
  bool is_code(const terms::Linear& address) const;
  // The bytes that an address made of one symbol and a constant is surely a multiple of.
  uint64_t alignment(const terms::Linear& address) const;
  // The address is an index into constant data.
  bool constant_table(const terms::Linear& address) const;
  // The memory to read there: small tables with their contents.
  Term constants(const terms::Linear& address);

  // The table that a jump's target depends on, and where the jump goes for one index: code_address(). Nothing: the
  // index has no entry, or the target depends on more than the table.
  std::optional<Table> find_table(Term target);
  std::optional<uint64_t> table_target(Term target, const Table& table, uint64_t index) const;

 private:
  const assembly::Unit& unit(Which which) const { return which == Which::source ? source_ : target_; }
  Term base(Which which, const std::string& name);
  Term variable_of(Which which, const std::string& name);
  // A symbol whose bytes another has too stands for a place in that one's object; apart: no such object has all of
  // them.
  struct Shared {
    std::string root;
    int64_t offset = 0;
    bool apart = true;
  };
  const Shared& shared(Which which, const std::string& name);
  const assembly::Section* constant_section(Term variable) const;
  bool same_thing(const std::string& name);
  bool same_symbol(const assembly::Unit& a, const assembly::Symbol& in_a, const assembly::Symbol& in_b);
  const assembly::Symbol* only_constant_like(const assembly::Unit& unit, const assembly::Unit& other,
                                             const assembly::Symbol& like);
  // What the target's name is called in the source: its own, or that of the only constant with these contents.
  std::string common_name(Which which, const std::string& name);

  terms::Pool& pool_;
  const assembly::Unit& source_;
  const assembly::Unit& target_;
  std::map<uint32_t, std::pair<Which, assembly::SymbolId>> variables_;  // by term id
  std::map<uint32_t, std::string> slots_;                               // variables that are addresses of GOT slots
  std::map<uint32_t, Term> tables_;                                     // contents by variable
  std::map<std::string, bool> same_;
  std::map<std::string, std::string> constants_;  // of the target, by name: what they are called in the source
  std::map<std::pair<Which, std::string>, Shared> shared_;
};

}  // namespace portolan::prove

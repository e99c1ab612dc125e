// LLVM takes two globals for two objects: what is stored through one is not loaded through the other, and their
// addresses differ. Assembly has several names for the same bytes (.set, a label where an object starts, gcc's section
// anchors, LLVM's merged globals, the sections of object files), so the names that a function uses for what may be one
// object are written as one of them and an offset.
#pragma once

#include <map>

#include "frontends/asm/unit.h"
#include "ir/function.h"

namespace portolan::llvm_proposer {

class SymbolPlaces {
 public:
  struct Place {
    std::string name;
    int64_t offset = 0;
    bool hidden = false;  // of one object with others, but only its own name finds it: LLVM must not see what it is
  };

  SymbolPlaces(const assembly::Unit& unit, const ir::Function& f);
  Place of(const std::string& name) const;

 private:
  struct Named;
  void join(std::vector<Named>& names, bool writable);
  void place(const std::vector<const Named*>& names);

  const assembly::Unit& unit_;
  std::map<std::string, Place> places_;  // of those that have company
};

}  // namespace portolan::llvm_proposer

// DWARF type entries to the C type model.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "llvm/DebugInfo/DWARF/DWARFDie.h"
#include "translate/abi/types.h"

namespace portolan::abi {

// The children of an entry; range-for over DWARFDie::children() meets invalid entries when the data is damaged.
std::vector<llvm::DWARFDie> children_of(const llvm::DWARFDie& die);

class DwarfTypes {
 public:
  // The type that `die` refers to by DW_AT_type; void without one. Nothing for what has no C calling convention or is
  // described in a way we don't read.
  std::optional<Type> type_of(const llvm::DWARFDie& die);
  // A subprogram or subroutine type.
  std::optional<FunctionType> function(const llvm::DWARFDie& die);

 private:
  std::optional<Type> convert(const llvm::DWARFDie& die);
  std::optional<Type> base(const llvm::DWARFDie& die);
  std::optional<Type> pointer(const llvm::DWARFDie& die);
  std::optional<Type> record(const llvm::DWARFDie& die);
  std::optional<Type> array_as_vector(const llvm::DWARFDie& die);
  struct Record {
    Type type;
    bool is_union = false;
    bool packed = false;  // a member lies where only a packed struct has it
    uint64_t used = 0;    // bytes of the members without padding
  };
  bool add_member_die(Record& record, const llvm::DWARFDie& member);
  bool add_elements(Record& record, uint64_t offset, const llvm::DWARFDie& type);
  // Why data of that type can't cross between ISAs: "long double", "va_list", or empty.
  std::string differing_format(const llvm::DWARFDie& die, std::set<uint64_t>& visited);

  int depth_ = 0;
};

}  // namespace portolan::abi

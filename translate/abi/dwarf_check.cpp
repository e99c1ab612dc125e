#include "translate/abi/dwarf_check.h"

#include <optional>

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/DebugInfo/DWARF/DWARFDebugAbbrev.h"

namespace portolan::abi {
namespace {

namespace dwarf = llvm::dwarf;

// A position in the unit's bytes that never leaves them: a read or skip beyond the end fails, and everything after it.
class Cursor {
 public:
  Cursor(llvm::StringRef bytes, uint64_t begin, uint64_t end) : bytes_(bytes), at_(begin), end_(end) {
    good_ = begin <= end && end <= bytes.size();
  }

  bool good() const { return good_; }
  bool at_end() const { return at_ >= end_; }

  void skip(uint64_t count) {
    good_ = good_ && count <= end_ - at_;
    if (good_) at_ += count;
  }

  uint64_t fixed(unsigned size) {
    uint64_t start = at_, value = 0;
    skip(size);
    for (unsigned i = 0; good_ && i < size; ++i)
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[start + i])) << (8 * i);
    return value;
  }

  uint64_t leb128() {
    uint64_t value = 0;
    for (unsigned shift = 0; good_; shift += 7) {
      uint64_t byte = fixed(1);
      if (shift < 64) value |= (byte & 0x7f) << shift;
      if (!(byte & 0x80)) break;
      good_ = good_ && shift < 128;
    }
    return value;
  }

  void string() {
    while (good_ && fixed(1) != 0) {
    }
  }

  void fail() { good_ = false; }

 private:
  llvm::StringRef bytes_;
  uint64_t at_, end_;
  bool good_;
};

void skip_value(Cursor& cursor, dwarf::Form form, const dwarf::FormParams& parameters) {
  if (std::optional<uint8_t> size = dwarf::getFixedFormByteSize(form, parameters)) return cursor.skip(*size);
  switch (form) {
    case dwarf::DW_FORM_block1:
      return cursor.skip(cursor.fixed(1));
    case dwarf::DW_FORM_block2:
      return cursor.skip(cursor.fixed(2));
    case dwarf::DW_FORM_block4:
      return cursor.skip(cursor.fixed(4));
    case dwarf::DW_FORM_block:
    case dwarf::DW_FORM_exprloc:
      return cursor.skip(cursor.leb128());
    case dwarf::DW_FORM_string:
      return cursor.string();
    case dwarf::DW_FORM_sdata:
    case dwarf::DW_FORM_udata:
    case dwarf::DW_FORM_ref_udata:
    case dwarf::DW_FORM_strx:
    case dwarf::DW_FORM_addrx:
    case dwarf::DW_FORM_loclistx:
    case dwarf::DW_FORM_rnglistx:
      cursor.leb128();
      return;
    default:  // DW_FORM_indirect and what no compiler here emits
      return cursor.fail();
  }
}

}  // namespace

bool is_well_formed(const llvm::DWARFUnit& unit) {
  Cursor cursor(unit.getDebugInfoExtractor().getData(), unit.getOffset() + unit.getHeaderSize(),
                unit.getNextUnitOffset());
  const llvm::DWARFAbbreviationDeclarationSet* abbreviations = unit.getAbbreviations();
  if (abbreviations == nullptr) return false;
  while (cursor.good() && !cursor.at_end()) {
    uint64_t code = cursor.leb128();
    if (!cursor.good()) return false;
    if (code == 0) continue;
    const llvm::DWARFAbbreviationDeclaration* declaration =
        code <= UINT32_MAX ? abbreviations->getAbbreviationDeclaration(static_cast<uint32_t>(code)) : nullptr;
    if (declaration == nullptr) return false;
    for (const auto& attribute : declaration->attributes()) skip_value(cursor, attribute.Form, unit.getFormParams());
  }
  return cursor.good();
}

}  // namespace portolan::abi

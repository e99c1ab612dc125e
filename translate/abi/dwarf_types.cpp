// Debug information is untrusted input: references may form cycles and sizes may be anything, so recursion is bounded
// and every number is checked before it is used.
#include "translate/abi/dwarf_types.h"

#include <algorithm>

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/DebugInfo/DWARF/DWARFFormValue.h"

namespace portolan::abi {
namespace {

using llvm::DWARFDie;
namespace dwarf = llvm::dwarf;

constexpr int kMaxDepth = 48;
constexpr uint64_t kMaxSize = uint64_t{1} << 40;

std::optional<uint64_t> number(const DWARFDie& die, dwarf::Attribute attribute) {
  std::optional<llvm::DWARFFormValue> value = die.find(attribute);
  if (!value) return std::nullopt;
  if (std::optional<uint64_t> constant = value->getAsUnsignedConstant()) return constant;
  std::optional<int64_t> signed_constant = value->getAsSignedConstant();
  return signed_constant && *signed_constant >= 0 ? std::optional<uint64_t>(*signed_constant) : std::nullopt;
}

std::string_view name_of(const DWARFDie& die) {
  const char* name = die.getShortName();
  return name ? name : "";
}

DWARFDie referenced_type(const DWARFDie& die) {
  return die.getAttributeValueAsReferencedDie(dwarf::DW_AT_type);
}

bool is_qualifier(dwarf::Tag tag) {
  return tag == dwarf::DW_TAG_const_type || tag == dwarf::DW_TAG_volatile_type || tag == dwarf::DW_TAG_restrict_type ||
         tag == dwarf::DW_TAG_atomic_type;
}

DWARFDie without_qualifiers(DWARFDie die) {
  for (int i = 0; i < kMaxDepth && die && (is_qualifier(die.getTag()) || die.getTag() == dwarf::DW_TAG_typedef); ++i)
    die = referenced_type(die);
  return die;
}

// va_list is a typedef of void * on RISC-V, of struct __va_list on AArch64; on x86-64 a parameter of that type is a
// pointer to struct __va_list_tag.
bool is_va_list(DWARFDie die) {
  for (int i = 0; i < kMaxDepth && die && (is_qualifier(die.getTag()) || die.getTag() == dwarf::DW_TAG_typedef); ++i) {
    std::string_view name = name_of(die);
    if (name == "__builtin_va_list" || name == "__gnuc_va_list" || name == "va_list") return true;
    die = referenced_type(die);
  }
  if (!die) return false;
  if (die.getTag() == dwarf::DW_TAG_structure_type) return name_of(die) == "__va_list";
  if (die.getTag() != dwarf::DW_TAG_pointer_type) return false;
  DWARFDie pointee = referenced_type(die);
  return pointee && pointee.getTag() == dwarf::DW_TAG_structure_type && name_of(pointee) == "__va_list_tag";
}

std::optional<FloatFormat> float_format(uint64_t size, std::string_view name) {
  switch (size) {
    case 2:
      return name == "__bf16" ? std::nullopt : std::optional(FloatFormat::f16);
    case 4:
      return FloatFormat::f32;
    case 8:
      return FloatFormat::f64;
    case 16:
      return name.find("long double") != std::string_view::npos ? FloatFormat::long_double : FloatFormat::f128;
    default:
      return std::nullopt;
  }
}

// Elements in all dimensions; 0 for flexible array members.
uint64_t element_count(const DWARFDie& array) {
  uint64_t count = 1;
  for (const DWARFDie& child : children_of(array)) {
    if (child.getTag() != dwarf::DW_TAG_subrange_type) continue;
    std::optional<uint64_t> elements = number(child, dwarf::DW_AT_count);
    if (!elements)
      if (std::optional<uint64_t> last = number(child, dwarf::DW_AT_upper_bound)) elements = *last + 1;
    count = std::min(kMaxSize, count * std::min(kMaxSize, elements.value_or(0)));
  }
  return count;
}

// DWARF 4's DW_AT_data_bit_offset counts from the start of the struct; the older DW_AT_bit_offset, which gcc still uses
// for version 4, counts from the most significant bit of the storage unit.
std::optional<uint64_t> first_bit(const DWARFDie& member, uint64_t bits, uint64_t container_size) {
  uint64_t start = number(member, dwarf::DW_AT_data_bit_offset).value_or(0);
  if (std::optional<uint64_t> from_top = number(member, dwarf::DW_AT_bit_offset)) {
    uint64_t unit = number(member, dwarf::DW_AT_byte_size).value_or(container_size);
    if (unit > 16 || *from_top + bits > unit * 8) return std::nullopt;
    start = number(member, dwarf::DW_AT_data_member_location).value_or(0) * 8 + unit * 8 - *from_top - bits;
  }
  return start <= kMaxSize ? std::optional(start) : std::nullopt;
}

// Classes of C++ whose copies run code are passed by reference. DWARF 5 says so; else constructors and destructors do,
// perhaps.
bool may_pass_by_reference(const DWARFDie& record) {
  if (std::optional<uint64_t> convention = number(record, dwarf::DW_AT_calling_convention))
    return convention != uint64_t{dwarf::DW_CC_pass_by_value};
  for (const DWARFDie& child : children_of(record))
    if (child.getTag() == dwarf::DW_TAG_subprogram &&
        (name_of(child) == name_of(record) || name_of(child).starts_with('~')))
      return true;
  return false;
}

}  // namespace

std::vector<DWARFDie> children_of(const DWARFDie& die) {
  std::vector<DWARFDie> children;
  if (!die || !die.hasChildren()) return children;
  for (DWARFDie child = die.getFirstChild(); child && !child.isNULL(); child = child.getSibling())
    children.push_back(child);
  return children;
}

std::optional<Type> DwarfTypes::base(const DWARFDie& die) {
  uint64_t size = number(die, dwarf::DW_AT_byte_size).value_or(0);
  std::string_view name = name_of(die);
  bool integer_size = size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
  switch (number(die, dwarf::DW_AT_encoding).value_or(0)) {
    case dwarf::DW_ATE_boolean:
      return size == 1 ? std::optional(integer_type(1, Sign::boolean)) : std::nullopt;
    case dwarf::DW_ATE_signed_char:
    case dwarf::DW_ATE_unsigned_char:
    case dwarf::DW_ATE_signed:
    case dwarf::DW_ATE_unsigned:
    case dwarf::DW_ATE_UTF: {
      if (!integer_size) return std::nullopt;
      if (name == "char") return integer_type(1, Sign::plain_char);
      uint64_t encoding = *number(die, dwarf::DW_AT_encoding);
      bool is_signed = encoding == dwarf::DW_ATE_signed || encoding == dwarf::DW_ATE_signed_char;
      return integer_type(size, is_signed ? Sign::signed_ : Sign::unsigned_);
    }
    case dwarf::DW_ATE_float: {
      std::optional<FloatFormat> format = float_format(size, name);
      return format ? std::optional(floating_type(*format)) : std::nullopt;
    }
    case dwarf::DW_ATE_complex_float: {
      if (size == 32 && name == "complex") return std::nullopt;  // clang's name for long double and __float128 alike
      std::optional<FloatFormat> format = float_format(size / 2, name);
      return format ? std::optional(complex_type(*format)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<Type> DwarfTypes::pointer(const DWARFDie& die) {
  DWARFDie pointee = without_qualifiers(referenced_type(die));
  if (pointee && pointee.getTag() == dwarf::DW_TAG_subroutine_type)
    if (std::optional<FunctionType> function_type = function(pointee))
      return function_pointer_type(std::move(*function_type));
  return pointer_type();
}

std::optional<Type> DwarfTypes::array_as_vector(const DWARFDie& die) {
  if (!die.find(dwarf::DW_AT_GNU_vector)) return std::nullopt;
  std::optional<Type> lane = type_of(die);
  uint64_t lanes = element_count(die);
  bool scalar = lane && (lane->kind == TypeKind::integer || lane->kind == TypeKind::floating);
  if (!scalar || lanes == 0 || lanes > kMaxUnrolled || lanes * lane->size > kMaxUnrolled) return std::nullopt;
  return vector_type(*lane, lanes);
}

bool DwarfTypes::add_elements(Record& record, uint64_t offset, const DWARFDie& type) {
  if (is_va_list(type)) return false;
  DWARFDie die = without_qualifiers(type);
  bool is_array = die && die.getTag() == dwarf::DW_TAG_array_type && !die.find(dwarf::DW_AT_GNU_vector);
  uint64_t count = is_array ? element_count(die) : 1;
  if (count == 0) return true;
  std::optional<Type> element = convert(is_array ? referenced_type(die) : type);
  if (!element || element->kind == TypeKind::void_) return false;
  record.type.alignment = std::max(record.type.alignment, element->alignment);
  record.packed |= offset % element->alignment != 0;
  record.used += std::min(kMaxSize, count * element->size);
  for (uint64_t i = 0; i < std::min(count, kMaxUnrolled + 1); ++i)
    add_member(record.type, offset + i * element->size, *element);
  return true;
}

bool DwarfTypes::add_member_die(Record& record, const DWARFDie& member) {
  std::optional<uint64_t> bits = number(member, dwarf::DW_AT_bit_size);
  if (!bits) {
    uint64_t offset = number(member, dwarf::DW_AT_data_member_location).value_or(0);
    return offset <= record.type.size && add_elements(record, offset, referenced_type(member));
  }
  std::optional<Type> container = type_of(member);
  std::optional<uint64_t> start = container ? first_bit(member, *bits, container->size) : std::nullopt;
  if (!start || container->kind != TypeKind::integer || *bits == 0 || *bits > 128) return false;
  record.type.contains_bit_field = true;
  record.type.alignment = std::max(record.type.alignment, container->alignment);
  for (uint64_t byte = *start / 8; byte <= (*start + *bits - 1) / 8 && byte < record.type.size; ++byte)
    add_member(record.type, byte, integer_type(1, Sign::unsigned_));
  return true;
}

// DWARF states an alignment only where the source asked for one; else it follows from the members, unless one of them
// lies where only a packed struct has it. A struct with members aligned to 16 bytes and no padding may be packed or
// not; that decides where it goes on the stack, so it is left out.
std::optional<Type> DwarfTypes::record(const DWARFDie& die) {
  std::optional<uint64_t> size = number(die, dwarf::DW_AT_byte_size);
  if (!size || *size > kMaxSize || die.find(dwarf::DW_AT_declaration) || may_pass_by_reference(die))
    return std::nullopt;
  Record record;
  Type& type = record.type;
  type.kind = TypeKind::aggregate;
  type.size = *size;
  type.contains_union = record.is_union = die.getTag() == dwarf::DW_TAG_union_type;
  for (const DWARFDie& child : children_of(die)) {
    if (child.getTag() == dwarf::DW_TAG_inheritance) return std::nullopt;
    if (child.getTag() != dwarf::DW_TAG_member || child.find(dwarf::DW_AT_external)) continue;
    if (!add_member_die(record, child)) return std::nullopt;
  }
  // An empty class of C++ has a size, and conventions differ in whether it is passed.
  if (type.fields.empty() && type.size == 1) return std::nullopt;
  for (const Field& field : type.fields)
    if (field.offset + field.type.size > type.size) return std::nullopt;
  if (record.packed || type.size % type.alignment != 0) type.alignment = 1;
  std::optional<uint64_t> stated = number(die, dwarf::DW_AT_alignment);
  if (stated && *stated <= 4096 && (*stated & (*stated - 1)) == 0) type.alignment = std::max(type.alignment, *stated);
  bool may_be_packed = record.is_union || record.used >= type.size;
  if (type.alignment >= 16 && !stated && may_be_packed) return std::nullopt;
  return type;
}

std::optional<Type> DwarfTypes::convert(const DWARFDie& die) {
  if (!die) return void_type();
  if (is_va_list(die)) return va_list_type();
  if (++depth_ > kMaxDepth) return --depth_, std::nullopt;
  std::optional<Type> result;
  switch (die.getTag()) {
    case dwarf::DW_TAG_base_type:
      result = base(die);
      break;
    case dwarf::DW_TAG_typedef:
    case dwarf::DW_TAG_const_type:
    case dwarf::DW_TAG_volatile_type:
    case dwarf::DW_TAG_restrict_type:
    case dwarf::DW_TAG_atomic_type:
      result = type_of(die);
      break;
    case dwarf::DW_TAG_pointer_type:
    case dwarf::DW_TAG_reference_type:
    case dwarf::DW_TAG_rvalue_reference_type:
      result = pointer(die);
      break;
    case dwarf::DW_TAG_enumeration_type:
      result = die.find(dwarf::DW_AT_type) ? type_of(die) : integer_type(4, Sign::unsigned_);
      if (number(die, dwarf::DW_AT_byte_size).value_or(4) != (result ? result->size : 4)) result = std::nullopt;
      break;
    case dwarf::DW_TAG_structure_type:
    case dwarf::DW_TAG_union_type:
      result = record(die);
      break;
    case dwarf::DW_TAG_array_type:
      result = array_as_vector(die);
      break;
    default:
      break;
  }
  --depth_;
  return result;
}

std::optional<Type> DwarfTypes::type_of(const DWARFDie& die) {
  return convert(referenced_type(die));
}

std::string DwarfTypes::differing_format(const DWARFDie& die, std::set<uint64_t>& visited) {
  DWARFDie type = without_qualifiers(die);
  if (!type || !visited.insert(type.getOffset()).second || visited.size() > 2000) return {};
  if (type.getTag() == dwarf::DW_TAG_structure_type || type.getTag() == dwarf::DW_TAG_union_type) {
    if (name_of(type) == "__va_list_tag" || name_of(type) == "__va_list") return "va_list";
    for (const DWARFDie& member : children_of(type))
      if (member.getTag() == dwarf::DW_TAG_member)
        if (std::string found = differing_format(referenced_type(member), visited); !found.empty()) return found;
    return {};
  }
  if (type.getTag() == dwarf::DW_TAG_base_type)
    return name_of(type).find("long double") != std::string_view::npos ? "long double" : "";
  return is_va_list(referenced_type(type)) ? "va_list" : differing_format(referenced_type(type), visited);
}

std::optional<FunctionType> DwarfTypes::function(const DWARFDie& die) {
  if (++depth_ > kMaxDepth) return --depth_, std::nullopt;
  FunctionType result;
  std::set<uint64_t> visited;
  auto place = [&](const DWARFDie& owner, Type& type) {
    std::optional<Type> converted = type_of(owner);
    if (!converted) return false;
    type = std::move(*converted);
    if (result.abi_differs.empty() && type.kind != TypeKind::va_list)
      result.abi_differs = differing_format(referenced_type(owner), visited);
    return true;
  };
  bool good = place(die, result.result) && result.result.kind != TypeKind::va_list;
  for (const DWARFDie& child : children_of(die)) {
    if (child.getTag() == dwarf::DW_TAG_unspecified_parameters) result.variadic = true;
    if (child.getTag() != dwarf::DW_TAG_formal_parameter) continue;
    good = good && place(child, result.parameters.emplace_back()) && result.parameters.back().kind != TypeKind::void_;
  }
  result.noreturn = die.find(dwarf::DW_AT_noreturn).has_value();
  --depth_;
  return good ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace portolan::abi

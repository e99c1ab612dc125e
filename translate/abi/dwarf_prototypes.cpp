// Prototypes from debug information, of objects and of assembler text. Of text only the debug sections are assembled,
// so that no instruction, macro or syntax the assembler does not know can stand in the way.
#include <algorithm>
#include <set>

#include "emulate/assemble.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "translate/abi/debug_sections.h"
#include "translate/abi/dwarf_check.h"
#include "translate/abi/dwarf_sections.h"
#include "translate/abi/dwarf_types.h"
#include "translate/abi/prototypes.h"
#include "translate/abi/text_names.h"

namespace portolan::abi {
namespace {

using llvm::DWARFDie;
namespace dwarf = llvm::dwarf;

// Empty where there is none, or none that could be a symbol (damaged debug information).
std::string symbol_name(const DWARFDie& die) {
  const char* linkage = die.getLinkageName();
  if (linkage == nullptr) linkage = die.getShortName();
  std::string_view name = linkage ? linkage : "";
  return std::all_of(name.begin(), name.end(), is_symbol_character) ? std::string(name) : "";
}

// Only functions that other units may call keep the signature of their source: compilers drop or split the arguments of
// local ones and leave their debug information as it was.
bool is_trustworthy(const DWARFDie& die, bool is_cpp) {
  if (!die.find(dwarf::DW_AT_external)) return false;
  if (die.find(dwarf::DW_AT_artificial)) return false;  // C++'s thunks, described without the parameters they pass on
  std::optional<llvm::DWARFFormValue> convention = die.find(dwarf::DW_AT_calling_convention);
  if (convention && convention->getAsUnsignedConstant() != dwarf::DW_CC_normal) return false;
  // K&R definitions take promoted arguments; compilers declare built-in callees without any parameters.
  return is_cpp || die.find(dwarf::DW_AT_prototyped);
}

void add_functions(const DWARFDie& parent, bool is_cpp, Prototypes& prototypes) {
  for (const DWARFDie& die : children_of(parent)) {
    if (die.getTag() != dwarf::DW_TAG_subprogram || !is_trustworthy(die, is_cpp)) continue;
    std::string name = symbol_name(die);
    std::optional<FunctionType> type = name.empty() ? std::nullopt : DwarfTypes().function(die);
    if (!type) continue;
    if (die.find(dwarf::DW_AT_declaration))
      prototypes.try_emplace(std::move(name), std::move(*type));
    else
      prototypes.insert_or_assign(std::move(name), std::move(*type));
  }
}

bool is_cpp_unit(const DWARFDie& unit) {
  std::optional<llvm::DWARFFormValue> language = unit.find(dwarf::DW_AT_language);
  std::optional<uint64_t> value = language ? language->getAsUnsignedConstant() : std::nullopt;
  return value && dwarf::isCPlusPlus(static_cast<dwarf::SourceLanguage>(*value));
}

}  // namespace

Expected<Prototypes> prototypes_from_dwarf(std::string_view object, const std::string& name) {
  Expected<DebugSections> sections = debug_sections_of_object(object, name);
  if (!sections) return sections.error();
  std::string first_problem;
  auto note = [&](llvm::Error error) {
    std::string text = llvm::toString(std::move(error));
    if (first_problem.empty()) first_problem = text;
  };
  std::unique_ptr<llvm::DWARFContext> context =
      llvm::DWARFContext::create(*sections, /*AddrSize=*/8, /*isLittleEndian=*/true, note, note);
  Prototypes prototypes;
  // All of them before any is read: entries refer across units.
  for (const std::unique_ptr<llvm::DWARFUnit>& unit : context->info_section_units())
    if (!is_well_formed(*unit)) return error_at({name, 0, 0}, "debug information is damaged");
  for (const std::unique_ptr<llvm::DWARFUnit>& unit : context->info_section_units()) {
    DWARFDie die = unit->getUnitDIE(/*ExtractUnitDIEOnly=*/false);
    if (die && die.getTag() == dwarf::DW_TAG_compile_unit) add_functions(die, is_cpp_unit(die), prototypes);
  }
  if (prototypes.empty() && !first_problem.empty())
    return error_at({name, 0, 0}, "debug information can't be read: " + first_problem);
  return prototypes;
}

Expected<Prototypes> prototypes_from_assembly_text(Isa isa, std::string_view text, const std::string& name) {
  std::string debug = debug_sections_of(text);
  if (debug.empty()) return Prototypes();
  Expected<emulate::Object> object = emulate::assemble(isa, debug, {name, ""});
  if (!object) return error_at({name, 0, 0}, "debug information can't be read: " + object.error().message);
  return prototypes_from_dwarf({reinterpret_cast<const char*>(object->data()), object->size()}, name);
}

}  // namespace portolan::abi

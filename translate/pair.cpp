#include "translate/pair.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulate/library_handler.h"
#include "translate/abi/boundary.h"
#include "translate/abi/format.h"
#include "translate/abi/prototypes.h"
#include "translate/infer_boundary.h"
#include "translate/translate.h"

namespace portolan::translate {
namespace {

using verify::Boundary;

const abi::FunctionType* find(const abi::Prototypes& prototypes, const std::string& name) {
  const auto at = prototypes.find(name);
  return at == prototypes.end() ? nullptr : &at->second;
}

// The types of one function on both sides.
struct Types {
  const abi::FunctionType* source = nullptr;
  const abi::FunctionType* target = nullptr;
  Boundary::Origin origin = Boundary::Origin::prototype;
};

// A header speaks of the name it has there; of either side's name where they differ.
Types types_of(const PairedFile& source, const PairedFile& target, const Names& names) {
  for (const std::string& name : {names.first, names.second})
    if (find(source.headers, name) != nullptr && find(target.headers, name) != nullptr)
      return {find(source.headers, name), find(target.headers, name), Boundary::Origin::prototype};
  Types types{find(source.debug, names.first), find(target.debug, names.second), Boundary::Origin::debug_information};
  if (types.source == nullptr) types.source = types.target;
  if (types.target == nullptr) types.target = types.source;
  return types;
}

raise::RaisedUnit raised(const PairedFile& file, Isa other) {
  TranslateOptions options;
  options.target = other;
  options.prototypes = file.headers;
  options.debug_prototypes = file.debug;
  return raise(file.index, options);
}

const raise::RaisedFunction* function_named(const raise::RaisedUnit& unit, const std::string& name) {
  for (const raise::RaisedFunction& f : unit.functions)
    if (f.name == name) return &f;
  return nullptr;
}

std::string why_not(const char* side, const raise::RaisedFunction* function) {
  std::string reason = function == nullptr          ? "it is another name of a function that is judged"
                       : function->refusals.empty() ? "its code is not understood"
                                                    : function->refusals.front().message;
  return fmt::format("its prototype is not known and cannot be inferred, because of the {}: {}; give --proto", side,
                     reason);
}

void name_it(const PairedFile& source, const Names& names, Boundary& boundary) {
  boundary.name = names.first;
  boundary.target_name = names.second;
  const assembly::Unit& unit = source.index.unit();
  if (const auto symbol = unit.symbol_by_name.find(names.first); symbol != unit.symbol_by_name.end())
    boundary.line = unit.symbols[symbol->second].line;
}

}  // namespace

std::vector<Boundary> describe_pairs(const PairedFile& source, const PairedFile& target,
                                     const std::vector<Names>& pairs) {
  const Isa from = source.index.unit().isa, to = target.index.unit().isa;
  std::optional<raise::RaisedUnit> source_raised, target_raised;  // made when the first prototype is missing
  std::vector<Boundary> boundaries;
  for (const Names& names : pairs) {
    Boundary& boundary = boundaries.emplace_back();
    if (const Types types = types_of(source, target, names); types.source != nullptr) {
      boundary.origin = types.origin;
      abi::describe({*types.source, from}, {*types.target, to}, boundary);
    } else {
      if (!source_raised) source_raised = raised(source, to), target_raised = raised(target, from);
      const raise::RaisedFunction *s = function_named(*source_raised, names.first),
                                  *t = function_named(*target_raised, names.second);
      boundary.origin = Boundary::Origin::inferred;
      if (s == nullptr || !s->ok)
        boundary.untestable = why_not("source", s);
      else if (t == nullptr)
        boundary.untestable = why_not("target", t);
      else if (!t->ok)  // perhaps it breaks its convention, and that is what shall be found
        boundary = infer_boundary(*source_raised, *s, from, to);
      else
        boundary = infer_boundary(*source_raised, *s, *target_raised, *t, from, to);
    }
    name_it(source, names, boundary);
  }
  return boundaries;
}

std::vector<Boundary> describe_source(const PairedFile& source, Isa target, const std::vector<Names>& pairs) {
  const Isa from = source.index.unit().isa;
  const raise::RaisedUnit unit = raised(source, target);
  std::vector<Boundary> boundaries;
  for (const Names& names : pairs) {
    Boundary& boundary = boundaries.emplace_back();
    const raise::RaisedFunction* function = function_named(unit, names.first);
    if (function == nullptr || !function->ok)
      boundary.untestable = why_not("source", function);
    else
      boundary = infer_boundary(unit, *function, from, target);
    name_it(source, names, boundary);
  }
  return boundaries;
}

namespace {

// The types of a function outside the files, by the headers or the C library's own.
struct ExternalTypes {
  std::optional<abi::FunctionType> source, target;
  Boundary::Origin origin = Boundary::Origin::prototype;
};

ExternalTypes external_types(const PairedFile& source, const PairedFile& target, const std::string& name) {
  const abi::FunctionType *s = find(source.headers, name), *t = find(target.headers, name);
  if (s != nullptr && t != nullptr) return {*s, *t, Boundary::Origin::prototype};
  if (s != nullptr) return {};
  const std::optional<abi::FunctionType> library = abi::libc_prototype(name);
  return {library, library, Boundary::Origin::library};
}

bool takes_format(const ExternalTypes& types) {
  if (!types.source || !types.target || !types.source->format) return false;
  const abi::FormatRole& role = *types.source->format;
  const bool narrow = role.kind == abi::FormatRole::Kind::printf || role.kind == abi::FormatRole::Kind::scanf;
  return types.source->variadic && types.target->variadic && role == types.target->format && narrow &&
         role.first_vararg != 0;
}

}  // namespace

std::map<std::string, Boundary> describe_externals(const PairedFile& source, const PairedFile& target) {
  std::map<std::string, Boundary> boundaries;
  for (const PairedFile* file : {&source, &target})
    for (const assembly::Symbol& symbol : file->index.unit().symbols) {
      if (symbol.section != assembly::kUndefined || symbol.name.empty() || boundaries.count(symbol.name)) continue;
      const ExternalTypes types = external_types(source, target, symbol.name);
      if (!types.source || !types.target) continue;
      Boundary boundary;
      boundary.name = boundary.target_name = symbol.name;
      boundary.origin = types.origin;
      // What a format string asks for is known only where the string is; the named parameters are described.
      std::optional<std::vector<abi::Type>> variadic;
      if (takes_format(types)) variadic.emplace();
      abi::describe({*types.source, source.index.unit().isa}, {*types.target, target.index.unit().isa}, boundary,
                    variadic);
      boundary.variadic = types.source->variadic && types.target->variadic && !variadic;
      if (variadic && boundary.parameters.size() == types.source->parameters.size())
        boundary.format = types.source->format->format;
      else if (variadic)
        boundary.untestable = "it is variadic";
      boundaries.emplace(symbol.name, std::move(boundary));
    }
  return boundaries;
}

namespace {

// '.': there is none.
char letter_of(const abi::Type& type) {
  switch (type.kind) {
    case abi::TypeKind::void_:
      return 'v';
    case abi::TypeKind::pointer:
      return 'p';
    case abi::TypeKind::integer:
      return type.size == 8 ? 'l' : type.size != 4 ? '.' : type.sign == abi::Sign::signed_ ? 'i' : 'u';
    case abi::TypeKind::floating:
      return type.format == abi::FloatFormat::f64 ? 'd' : type.format == abi::FloatFormat::f32 ? 'f' : '.';
    default:
      return '.';
  }
}

}  // namespace

namespace {

// Empty: nothing can stand in for it.
std::string signature_of(const abi::FunctionType& type) {
  if (type.noreturn || !type.abi_differs.empty() || letter_of(type.result) == '.') return {};
  std::string signature(1, letter_of(type.result));
  for (size_t n = 0; n < type.parameters.size(); ++n) {
    // What differs between instruction sets is no argument to compare by.
    const bool differs = std::any_of(type.differing_bits.begin(), type.differing_bits.end(),
                                     [n](const abi::DifferingBits& bits) { return bits.parameter == n; });
    signature += differs ? '.' : letter_of(type.parameters[n]);
    if (signature.back() == '.') return signature;
  }
  return type.variadic ? signature + '.' : signature;
}

}  // namespace

std::map<std::string, std::string> external_signatures(const PairedFile& source) {
  std::map<std::string, std::string> signatures;
  for (const assembly::Symbol& symbol : source.index.unit().symbols) {
    // Two underscores are the compiler's and the runtime's: their conventions are their own.
    if (symbol.section != assembly::kUndefined || symbol.name.empty() || symbol.name.starts_with("__") ||
        symbol.name.starts_with("_Unwind"))
      continue;
    const abi::FunctionType* type = find(source.headers, symbol.name);
    if (type == nullptr) type = find(source.debug, symbol.name);
    std::optional<abi::FunctionType> library;
    if (type == nullptr && (library = abi::libc_prototype(symbol.name))) type = &*library;
    std::string signature = type == nullptr ? emulate::LibraryHandler::kUnknownSignature : signature_of(*type);
    if (!signature.empty()) signatures[symbol.name] = std::move(signature);
  }
  return signatures;
}

std::optional<Boundary> describe_call(const PairedFile& source, const PairedFile& target, const std::string& name,
                                      const std::string& format) {
  const ExternalTypes types = external_types(source, target, name);
  if (!takes_format(types)) return std::nullopt;
  const auto arguments = abi::format_arguments(types.source->format->kind, format);
  const bool same = source.index.unit().isa == target.index.unit().isa;
  if (!arguments || (!arguments->differs.empty() && !same)) return std::nullopt;
  Boundary boundary;
  boundary.name = boundary.target_name = name;
  boundary.origin = types.origin;
  abi::describe({*types.source, source.index.unit().isa}, {*types.target, target.index.unit().isa}, boundary,
                arguments->types);
  return boundary;
}

}  // namespace portolan::translate

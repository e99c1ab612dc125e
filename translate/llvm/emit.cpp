#include "translate/llvm/emit.h"

#include "llvm/IR/DIBuilder.h"
#include "translate/llvm/function_emitter.h"
#include "translate/llvm/outside_entry.h"

namespace portolan::llvm_proposer {

using raise::Passed;
using raise::Signature;

std::string target_name(const std::string& name) {
  return name.starts_with(".L") ? ".Lp." + name.substr(2) : name;
}

std::string body_name(const raise::RaisedFunction& f) {
  return target_name(f.name) + (f.outside || !f.entry.empty() ? ".body" : "");
}

llvm::Type* ModuleEmission::passed_type(const Passed& p) const {
  llvm::LLVMContext& c = module.getContext();
  if (p.elements > 1) {
    Passed one = p;
    one.elements = 1;
    return llvm::ArrayType::get(passed_type(one), p.elements);
  }
  switch (p.kind) {
    case Passed::Kind::integer:
      return llvm::IntegerType::get(c, p.bits);
    case Passed::Kind::floating:
      if (p.bits == 32) return llvm::Type::getFloatTy(c);
      if (p.bits == 64) return llvm::Type::getDoubleTy(c);
      return llvm::FixedVectorType::get(llvm::Type::getInt64Ty(c), p.bits / 64);
    case Passed::Kind::memory_copy:
    case Passed::Kind::hidden_result:
      return llvm::PointerType::get(c, 0);
  }
  return nullptr;
}

llvm::FunctionType* ModuleEmission::function_type(const Signature& s) const {
  llvm::LLVMContext& c = module.getContext();
  std::vector<llvm::Type*> parameters, results;
  for (size_t n = 0; n < (s.variadic ? s.fixed : s.parameters.size()); ++n)
    parameters.push_back(passed_type(s.parameters[n]));
  for (const Passed& p : s.results) results.push_back(passed_type(p));
  llvm::Type* result = results.empty()       ? llvm::Type::getVoidTy(c)
                       : results.size() == 1 ? results[0]
                                             : llvm::StructType::get(c, results);
  return llvm::FunctionType::get(result, parameters, s.variadic);
}

// Narrow integers are extended as C compilers do: RISC-V sign-extends every 32-bit integer. Only calls promise it for
// arguments: a definition must not rely on it, because the caller may be an indirect call whose types nobody knew.
void ModuleEmission::add_attributes(const Signature& s, llvm::AttributeList& list, bool is_call) const {
  llvm::LLVMContext& c = module.getContext();
  auto extension = [&](const Passed& p) {
    bool sign = p.is_signed || (p.bits == 32 && target == Isa::riscv64);
    return llvm::Attribute::get(c, sign ? llvm::Attribute::SExt : llvm::Attribute::ZExt);
  };
  auto narrow = [](const Passed& p) { return p.kind == Passed::Kind::integer && p.bits < 64 && p.elements == 1; };
  for (unsigned n = 0; n < s.parameters.size(); ++n) {
    const Passed& p = s.parameters[n];
    llvm::Type* bytes = llvm::ArrayType::get(llvm::Type::getInt8Ty(c), p.size);
    if (narrow(p) && is_call) list = list.addParamAttribute(c, n, extension(p));
    if (p.kind == Passed::Kind::hidden_result)
      list = list.addParamAttribute(c, n, llvm::Attribute::getWithStructRetType(c, bytes));
    if (p.kind == Passed::Kind::memory_copy) {
      list = list.addParamAttribute(c, n, llvm::Attribute::getWithByValType(c, bytes));
      list = list.addParamAttribute(c, n, llvm::Attribute::getWithAlignment(c, llvm::Align(p.alignment)));
    }
  }
  if (s.results.size() == 1 && narrow(s.results[0])) list = list.addRetAttribute(c, extension(s.results[0]));
  if (s.noreturn) list = list.addFnAttribute(c, llvm::Attribute::NoReturn);
  list = list.addFnAttribute(c, llvm::Attribute::NoUnwind);
}

llvm::GlobalValue* ModuleEmission::global(const std::string& source_name, bool thread_local_) {
  std::string name = target_name(source_name);
  if (llvm::GlobalValue* known = module.getNamedValue(name)) return known;
  auto at = unit.symbol_by_name.find(source_name);
  bool defined = at != unit.symbol_by_name.end() && unit.symbols[at->second].section != assembly::kUndefined;
  auto* variable = new llvm::GlobalVariable(module, llvm::Type::getInt8Ty(module.getContext()), false,
                                            llvm::GlobalValue::ExternalLinkage, nullptr, name);
  variable->setAlignment(llvm::Align(1));
  if (at != unit.symbol_by_name.end()) {
    const assembly::Symbol& symbol = unit.symbols[at->second];
    if (symbol.visibility == assembly::Visibility::hidden) variable->setVisibility(llvm::GlobalValue::HiddenVisibility);
    if (symbol.section == assembly::kUndefined && symbol.binding == assembly::Binding::weak)
      variable->setLinkage(llvm::GlobalValue::ExternalWeakLinkage);
  }
  if (thread_local_)
    variable->setThreadLocalMode(defined ? llvm::GlobalValue::LocalExecTLSModel
                                         : llvm::GlobalValue::InitialExecTLSModel);
  if (defined) variable->setDSOLocal(true);
  return variable;
}

namespace {

void declare(ModuleEmission& m, const std::string& name, const Signature& signature,
             llvm::GlobalValue::LinkageTypes linkage, bool hidden) {
  auto* f = llvm::Function::Create(m.function_type(signature), linkage, name, m.module);
  llvm::AttributeList attributes;
  m.add_attributes(signature, attributes, /*is_call=*/false);
  f->setAttributes(attributes);
  f->addFnAttr("no-builtins");
  if (linkage != llvm::GlobalValue::InternalLinkage && hidden) f->setVisibility(llvm::GlobalValue::HiddenVisibility);
  f->setDSOLocal(true);
}

void declare(ModuleEmission& m, const raise::RaisedFunction& raised) {
  auto at = m.unit.symbol_by_name.find(raised.name);
  auto linkage = llvm::GlobalValue::ExternalLinkage;
  bool hidden = false;
  if (at != m.unit.symbol_by_name.end()) {
    const assembly::Symbol& symbol = m.unit.symbols[at->second];
    if (symbol.binding == assembly::Binding::local || raised.local_only)
      linkage = llvm::GlobalValue::InternalLinkage;
    else if (symbol.binding == assembly::Binding::weak)
      linkage = llvm::GlobalValue::WeakAnyLinkage;
    hidden = symbol.visibility == assembly::Visibility::hidden;
  }
  if (raised.outside || !raised.entry.empty()) {
    const Signature& signature =
        raised.outside ? raised.outside->signature : m.raised.signatures[raised.entry[0].signature];
    declare(m, target_name(raised.name), signature, linkage, hidden);
    linkage = llvm::GlobalValue::InternalLinkage;
  }
  declare(m, body_name(raised), m.raised.signatures[raised.signature], linkage, hidden);
}

}  // namespace

std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context, const assembly::Unit& unit,
                                          const raise::RaisedUnit& raised, llvm::TargetMachine& machine, Isa target,
                                          const RulePlans* rules, const std::set<const ir::Function*>* only) {
  auto module = std::make_unique<llvm::Module>(unit.file, context);
  module->setDataLayout(machine.createDataLayout());
  module->setTargetTriple(machine.getTargetTriple().str());
  module->setPICLevel(llvm::PICLevel::BigPIC);
  module->setPIELevel(llvm::PIELevel::Large);
  if (target == Isa::riscv64) {
    module->addModuleFlag(llvm::Module::Error, "target-abi", llvm::MDString::get(context, "lp64d"));
    module->setCodeModel(llvm::CodeModel::Medium);
  }
  // Line tables carry the source's line numbers through code generation; codegen.cpp turns them into comments.
  module->addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  module->addModuleFlag(llvm::Module::Warning, "Dwarf Version", 4);
  llvm::DIBuilder debug(*module);
  ModuleEmission m{*module, unit, raised, target, &debug, debug.createFile(unit.file, ""), rules, {}};
  debug.createCompileUnit(llvm::dwarf::DW_LANG_C, m.file, "portolan", true, "", 0, "",
                          llvm::DICompileUnit::LineTablesOnly);
  for (const raise::RaisedFunction& f : raised.functions)
    if (f.ok) declare(m, f);
  for (const raise::RaisedFunction& f : raised.functions) {
    if (!f.ok) continue;
    llvm::Function &entry = *module->getFunction(target_name(f.name)), &body = *module->getFunction(body_name(f));
    if (&entry == &body) continue;
    m.bodies.emplace(target_name(f.name), &body);
    if (f.outside && !only) emit_outside_entry(m, f, entry, body);
  }
  for (const raise::RaisedFunction& f : raised.functions) {
    if (!f.ok || (only && !only->contains(&f.function))) continue;
    if (!only)
      for (const raise::RaisedFunction& entry : f.entry)
        FunctionEmitter(m, entry, *module->getFunction(target_name(f.name))).run();
    FunctionEmitter(m, f, *module->getFunction(body_name(f))).run();
  }
  if (only)  // what is left out is somebody else's
    for (llvm::Function& f : *module)
      if (f.isDeclaration() && !f.hasExternalWeakLinkage()) f.setLinkage(llvm::GlobalValue::ExternalLinkage);
  debug.finalize();
  return module;
}

}  // namespace portolan::llvm_proposer

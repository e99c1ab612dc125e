#include "tools/hip/places.h"

#include <algorithm>

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"

namespace portolan::hip {

using clang::SourceLocation;

// Null where the file is no file of the folder.
FileFacts* Places::file_of(SourceLocation at) {
  const clang::FileID id = sources_.getFileID(at);
  const auto [entry, added] = known_.try_emplace(id, nullptr);
  if (!added) return entry->second;
  const clang::OptionalFileEntryRef file = sources_.getFileEntryRefForID(id);
  if (!file) return nullptr;
  const std::string path = file->getFileEntry().tryGetRealPathName().str();
  if (!path.starts_with(options_.root + "/") || in_toolkit(path)) return nullptr;
  entry->second = &facts_.files[path];
  entry->second->text = sources_.getBufferData(id).str();
  return entry->second;
}

bool Places::in_toolkit(const std::string& path) const {
  return (!options_.toolkit.empty() && path.starts_with(options_.toolkit + "/")) ||
         path.starts_with(options_.own_header.substr(0, options_.own_header.rfind('/') + 1)) ||
         path.find("/__clang_cuda") != std::string::npos || path.find("/cuda_wrappers/") != std::string::npos;
}

bool Places::is_cuda(SourceLocation declared, const std::string& name) {
  if (declared.isInvalid()) return name.starts_with("__nvvm");
  const clang::OptionalFileEntryRef file =
      sources_.getFileEntryRefForID(sources_.getFileID(sources_.getExpansionLoc(declared)));
  return file && in_toolkit(file->getFileEntry().tryGetRealPathName().str());
}

void Places::own(SourceLocation at) {
  if (at.isInvalid()) return;
  const SourceLocation spelled = sources_.getSpellingLoc(at);
  if (FileFacts* file = file_of(spelled)) file->own.insert(sources_.getFileOffset(spelled));
}

void Places::use(SourceLocation at, const std::string& name, SourceLocation declared) {
  if (at.isInvalid()) return;
  const SourceLocation spelled = sources_.getSpellingLoc(at);
  const bool cuda = is_cuda(declared, name);
  if (FileFacts* file = file_of(spelled)) {
    const unsigned offset = sources_.getFileOffset(spelled);
    if (!file->text.substr(offset).starts_with(name)) return;  // an implicit use: nothing is written there
    if (cuda)
      file->cuda.emplace(offset, name);
    else
      file->own.insert(offset);
  } else if (cuda && sources_.isWrittenInScratchSpace(spelled)) {
    complain(at, "'" + name + "' is put together by a macro; write it out");
  }
}

void Places::complain(SourceLocation at, const std::string& message) {
  const SourceLocation expanded = sources_.getExpansionLoc(at);
  if (FileFacts* file = file_of(expanded)) file->complaints.insert({sources_.getFileOffset(expanded), message});
}

void Places::complain_of_line(SourceLocation at, const std::string& message) {
  const SourceLocation expanded = sources_.getExpansionLoc(at);
  FileFacts* file = file_of(expanded);
  if (!file) return;
  const unsigned offset = sources_.getFileOffset(expanded);
  for (const Complaint& c : file->complaints) {
    const unsigned first = std::min(c.offset, offset), last = std::max(c.offset, offset);
    if (c.message == message && file->text.substr(first, last - first).find('\n') == std::string::npos) return;
  }
  file->complaints.insert({offset, message});
}

void Places::narrowed(SourceLocation at, bool other_width) {
  const SourceLocation expanded = sources_.getExpansionLoc(at);
  if (FileFacts* file = file_of(expanded)) file->narrowed[other_width].insert(sources_.getFileOffset(expanded));
}

// Of an operand: the words at the call where it is a macro's, the parameter where a macro's definition holds it all.
clang::SourceRange Places::written(clang::SourceRange range, bool in_definition) const {
  if (!in_definition) {
    const auto whole =
        clang::Lexer::makeFileCharRange(clang::CharSourceRange::getTokenRange(range), sources_, language_);
    if (range.getBegin().isFileID() && range.getEnd().isFileID()) return range;
    if (whole.isInvalid()) return {};
    return {whole.getBegin(),
            clang::Lexer::GetBeginningOfToken(whole.getEnd().getLocWithOffset(-1), sources_, language_)};
  }
  const auto parameter = [&](SourceLocation at) {
    while (at.isMacroID() && sources_.isMacroArgExpansion(at)) at = sources_.getImmediateExpansionRange(at).getBegin();
    return at;
  };
  return {parameter(range.getBegin()), parameter(range.getEnd())};
}

std::optional<Range> Places::range_of(clang::SourceRange range, FileFacts*& file) {
  if (range.isInvalid()) return std::nullopt;
  const SourceLocation begin = sources_.getSpellingLoc(range.getBegin()),
                       last = sources_.getSpellingLoc(range.getEnd());
  file = file_of(begin);
  if (!file || sources_.getFileID(begin) != sources_.getFileID(last)) return std::nullopt;
  const unsigned from = sources_.getFileOffset(begin), to = sources_.getFileOffset(last);
  if (to < from) return std::nullopt;
  return Range{from, to + clang::Lexer::MeasureTokenLength(last, sources_, language_)};
}

void Places::assembly(const clang::GCCAsmStmt& statement, const clang::ASTContext& context) {
  FileFacts* file = nullptr;
  const auto range = range_of(statement.getSourceRange(), file);
  if (!file) {
    return complain(statement.getBeginLoc(), "inline assembly that a macro of another file makes");
  }
  AsmStatement made;
  made.range = range.value_or(Range{sources_.getFileOffset(sources_.getSpellingLoc(statement.getBeginLoc())), 0});
  made.text = statement.getAsmString()->getString().str();
  if (!range) made.problem = "inline assembly whose parts stand in different macros";
  if (statement.isAsmGoto()) made.problem = "'asm goto' has no counterpart";
  // Another use of the macro may have another type, and effects.
  const bool in_definition = statement.getBeginLoc().isMacroID();
  const auto add = [&](const clang::Expr* e, std::string constraint, llvm::StringRef symbol, bool output) {
    FileFacts* where = nullptr;
    const auto text = range_of(written(e->getSourceRange(), in_definition), where);
    AsmOperand operand;
    operand.output = output;
    operand.read = !output || constraint.find('+') != std::string::npos;
    std::erase_if(constraint, [](char c) { return c == '=' || c == '+' || c == '&' || c == '%'; });
    operand.constraint = constraint;
    operand.symbol = symbol.str();
    if (!text || where != file || text->first < made.range.first || text->second > made.range.second)
      made.problem = "inline assembly whose operands stand in other macros";
    else
      operand.text = *text;
    const clang::QualType type = e->getType();
    operand.side_effects = in_definition || e->isInstantiationDependent() || e->HasSideEffects(context);
    operand.plain = !in_definition && !e->isInstantiationDependent() && type->isIntegerType() &&
                    !type->isBooleanType() && context.getTypeSize(type) == 32;
    made.operands.push_back(operand);
  };
  for (unsigned n = 0; n < statement.getNumOutputs(); ++n)
    add(statement.getOutputExpr(n), statement.getOutputConstraint(n).str(), statement.getOutputName(n), true);
  for (unsigned n = 0; n < statement.getNumInputs(); ++n)
    add(statement.getInputExpr(n), statement.getInputConstraint(n).str(), statement.getInputName(n), false);
  // The template comes before its instantiations, whose types are those of one use.
  file->assembly.try_emplace(made.range.first, made);
}

void Places::include(clang::CharSourceRange name, const std::string& spelled, const std::string& path) {
  const SourceLocation at = sources_.getSpellingLoc(name.getBegin());
  FileFacts* file = file_of(at);
  if (!file) return;
  const unsigned from = sources_.getFileOffset(at), to = sources_.getFileOffset(sources_.getSpellingLoc(name.getEnd()));
  // Standard headers of which clang has a version for CUDA are the other compilers' too.
  const bool standard = path.find("/cuda_wrappers/") != std::string::npos;
  file->includes[from] = {{from, to}, spelled, in_toolkit(path) && !standard};
}

void Places::entered(clang::FileID id) {
  FileFacts* file = file_of(sources_.getLocForStartOfFile(id));
  if (!file) return;
  readings_[id] = file->skipped.size();
  file->skipped.emplace_back();
}

void Places::skipped(clang::SourceRange range) {
  const clang::FileID id = sources_.getFileID(range.getBegin());
  const auto reading = readings_.find(id);
  if (reading == readings_.end()) return;
  file_of(range.getBegin())
      ->skipped[reading->second]
      .push_back({sources_.getFileOffset(range.getBegin()), sources_.getFileOffset(range.getEnd())});
}

}  // namespace portolan::hip

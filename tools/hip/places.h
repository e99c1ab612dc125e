// From clang's locations to places in the files of the folder that is ported.
#pragma once

#include <optional>

#include "clang/AST/Stmt.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "tools/hip/facts.h"

namespace portolan::hip {

class Places {
 public:
  Places(const ReadOptions& options, Facts& facts, clang::SourceManager& sources, const clang::LangOptions& language)
      : options_(options), facts_(facts), sources_(sources), language_(language) {}

  bool of_the_folder(clang::SourceLocation at) {
    return at.isValid() && file_of(sources_.getExpansionLoc(at)) != nullptr;
  }
  void own(clang::SourceLocation at);
  // `declared`: where; invalid: by the compiler itself.
  void use(clang::SourceLocation at, const std::string& name, clang::SourceLocation declared);
  bool is_cuda(clang::SourceLocation declared, const std::string& name);
  void complain(clang::SourceLocation at, const std::string& message);
  // At most one of these a line.
  void complain_of_line(clang::SourceLocation at, const std::string& message);
  void narrowed(clang::SourceLocation at, bool other_width);
  void assembly(const clang::GCCAsmStmt& statement, const clang::ASTContext& context);
  void include(clang::CharSourceRange name, const std::string& spelled, const std::string& path);
  void entered(clang::FileID file);
  void skipped(clang::SourceRange range);

 private:
  FileFacts* file_of(clang::SourceLocation at);
  bool in_toolkit(const std::string& path) const;
  clang::SourceRange written(clang::SourceRange range, bool in_definition) const;
  std::optional<Range> range_of(clang::SourceRange range, FileFacts*& file);

  const ReadOptions& options_;
  Facts& facts_;
  clang::SourceManager& sources_;
  const clang::LangOptions& language_;
  std::map<clang::FileID, FileFacts*> known_;
  std::map<clang::FileID, size_t> readings_;
};

}  // namespace portolan::hip

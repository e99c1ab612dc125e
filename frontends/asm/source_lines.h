// From places in MC's buffers to lines of the user's file. Text that a macro or .rept made lies in buffers of its own
// that do not say who called: such a place gets the line of the call.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "llvm/Support/SMLoc.h"
#include "llvm/Support/SourceMgr.h"

namespace portolan::assembly {

class SourceLines {
 public:
  // `text` is the main buffer; `expansions` the lines that call a macro or repeat, ascending.
  SourceLines(const llvm::SourceMgr& sources, std::string_view text, std::vector<uint32_t> expansions);

  uint32_t line(llvm::SMLoc location);
  uint32_t last_line() const { return last_; }

 private:
  uint32_t line_of_expansion(const char* at);

  const llvm::SourceMgr& sources_;
  std::string_view text_;
  std::vector<size_t> starts_;
  std::vector<uint32_t> expansions_;
  std::map<const char*, uint32_t> expanded_;  // by the start of the expansion's buffer
  std::string_view buffer_;                   // the expansion met last
  uint32_t last_ = 0;
};

}  // namespace portolan::assembly

#include "frontends/asm/source_lines.h"

#include <algorithm>

namespace portolan::assembly {

SourceLines::SourceLines(const llvm::SourceMgr& sources, std::string_view text, std::vector<uint32_t> expansions)
    : sources_(sources), text_(text), expansions_(std::move(expansions)) {
  starts_.push_back(0);
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
}

uint32_t SourceLines::line(llvm::SMLoc location) {
  if (!location.isValid()) return last_;
  const char* at = location.getPointer();
  if (at < text_.data() || at > text_.data() + text_.size()) return last_ = line_of_expansion(at);
  size_t offset = at - text_.data();
  auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return last_ = static_cast<uint32_t>(next - starts_.begin());
}

uint32_t SourceLines::line_of_expansion(const char* at) {
  if (at < buffer_.data() || at > buffer_.data() + buffer_.size()) {
    unsigned id = sources_.FindBufferContainingLoc(llvm::SMLoc::getFromPointer(at));
    if (id == 0) return last_;
    llvm::StringRef text = sources_.getMemoryBuffer(id)->getBuffer();
    buffer_ = {text.data(), text.size()};
  }
  auto [known, is_new] = expanded_.try_emplace(buffer_.data(), last_);
  if (is_new) {
    auto call = std::upper_bound(expansions_.begin(), expansions_.end(), last_);
    if (call != expansions_.end()) known->second = *call;
  }
  return known->second;
}

}  // namespace portolan::assembly

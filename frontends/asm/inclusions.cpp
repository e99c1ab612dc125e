#include "frontends/asm/inclusions.h"

#include <cctype>
#include <string>

namespace portolan::assembly {

// The parser finds its own directives whatever the case of their letters, and those of others as they are written.
void Inclusions::Initialize(llvm::MCAsmParser& parser) {
  MCAsmParserExtension::Initialize(parser);
  const auto handler = std::make_pair(this, HandleDirective<Inclusions, &Inclusions::refuse>);
  for (const std::string_view name : kInclusions)
    for (size_t capitals = 0; capitals < size_t{1} << (name.size() - 1); ++capitals) {
      std::string spelt(name);
      for (size_t n = 1; n < spelt.size(); ++n)
        if ((capitals >> (n - 1) & 1) != 0) spelt[n] = static_cast<char>(std::toupper(spelt[n]));
      parser.addDirectiveHandler(spelt, handler);
    }
}

bool Inclusions::refuse(llvm::StringRef, llvm::SMLoc location) {
  return Error(location, "other files are not read: give the text with them included");
}

}  // namespace portolan::assembly

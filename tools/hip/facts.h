// What clang sees of a CUDA file, by places in the text: which names are CUDA's, which are the program's own, inline
// PTX, includes, and what no pass compiles.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace portolan::hip {

using Range = std::pair<unsigned, unsigned>;  // offsets, the end excluded

struct AsmOperand {
  std::string constraint, symbol;  // the constraint without its = + &
  Range text;
  bool output = false, read = false, plain = false;  // plain: an integer of 32 bits without side effects
  bool side_effects = false;
};
struct AsmStatement {
  std::string text;
  std::vector<AsmOperand> operands;
  Range range;
  std::string problem;  // why it can't be replaced
};
struct Include {
  Range name;  // with its quotes
  std::string spelled;
  bool toolkit = false;
};
struct Complaint {
  unsigned offset;
  std::string message;
  auto operator<=>(const Complaint&) const = default;
};

struct FileFacts {
  std::string text;
  std::map<unsigned, std::string> cuda;  // names that CUDA's headers declare
  std::set<unsigned> own;                // names of the program and of the C++ library
  std::map<unsigned, AsmStatement> assembly;
  std::map<unsigned, Include> includes;
  std::vector<std::vector<Range>> skipped;  // for each time that it was read
  std::set<Complaint> complaints;
  // Floats become integers here, in code of the device: of 32 bits, of 8, 16 or 64.
  std::set<unsigned> narrowed[2];
  bool read() const { return !skipped.empty(); }
};

struct Facts {
  std::map<std::string, FileFacts> files;  // of the folder, by real path
  std::string messages;                    // the compiler's
  bool failed = false;
};

struct ReadOptions {
  std::string file, root, toolkit, own_header;  // toolkit: empty: there is none, and `own_header` stands for it
  std::vector<std::string> flags;
};
Facts read_facts(const ReadOptions& options);

}  // namespace portolan::hip

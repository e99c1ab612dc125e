// Whether what stands in the ?seq holes of a sketch makes sense there: it sets something that is read later, by fixed
// lines or by what stands in other holes, reads nothing that nobody sets, and leaves nothing unset that fixed lines
// read. And what of the machine's state still matters behind a line with holes. A right filling may fail in this, so
// it says what is tried first and what is left out in passes that rule nothing out for good.
#pragma once

#include "translate/sketch/filling/choices.h"

namespace portolan::sketch::filling {

class Sense {
 public:
  // Of a layout whose places are known; `code`: of the image.
  Sense(const Layout& layout, const std::vector<Domain>& domains, const emulate::Image& image,
        const std::vector<verify::Boundary>& boundaries, emulate::IrCode& code);

  // Puts likely values first, in the domains and in the layout, which must be the one that this was made of.
  void order(std::vector<Domain>& domains, Layout& layout);

  // Whether sequences are taken to do nothing for each other.
  void set_independent(bool independent) { independent_ = independent; }

  // Whether the chosen sequences can make sense together with something in the holes that are not chosen yet.
  bool possible(const Choices& choices) const;

  // Whether some line, as it is chosen, reads what nothing sets, or leaves something unset that fixed lines read.
  bool reads_unset(const Choices& choices) const;

  // What may be read of what this line leaves, with these choices in the others.
  SlotSet matters(const Choices& choices, const Site& site) const;

 private:
  struct Summary {  // of a line with holes
    bool known = false;
    Surroundings around;
    SlotSet reads, writes;          // of any variant
    bool sequence = false;          // and come to
    std::vector<Effects> variants;  // sequences: of each
  };
  double unlikeliness(const Effects& effects, const Summary& summary) const;
  bool possible(const Choices& choices, size_t line) const;
  // What the line reads or writes as it is chosen; nothing: that is open.
  std::optional<Together> chosen(const Choices& choices, size_t line) const;
  const Together& together(const Alternatives& alternatives, const Summary& line) const;

  const Layout& layout_;
  const std::vector<Domain>& domains_;
  emulate::IrCode& code_;
  mutable std::unordered_map<uint64_t, Effects> looked_at_;  // variants of lines that are no sequences
  SlotSet flags_;
  assembly::Slot stack_pointer_ = 0;
  std::vector<Summary> lines_;  // as Layout::sites
  bool alone_ = false;          // there is one line with holes
  bool independent_ = false;
};

}  // namespace portolan::sketch::filling

// Whether what stands in the ?seq holes of a sketch makes sense there: it sets something that is read later, by fixed
// lines or by what stands in other holes, and reads nothing that nobody sets. A right filling may fail in this, so it
// says what is tried first and what is left out in passes that rule nothing out for good.
#pragma once

#include "translate/sketch/filling/surroundings.h"

namespace portolan::sketch::filling {

using Choices = std::vector<int32_t>;  // by hole: index into its domain's values
inline constexpr int32_t kUnchosen = -1;

class Sense {
 public:
  // Of a layout whose places are known.
  Sense(const Layout& layout, const emulate::Image& image, const std::vector<verify::Boundary>& boundaries);

  // Puts likely values first, in the domains and in the layout, which must be the one that this was made of.
  void order(std::vector<Domain>& domains, Layout& layout);

  // Whether the chosen sequences can make sense together with something in the holes that are not chosen yet.
  bool possible(const Choices& choices) const;

 private:
  struct Summary {  // of a line with holes
    bool known = false;
    Surroundings around;
    SlotSet reads, writes;          // of any variant
    std::vector<Effects> variants;  // sequences: of each
  };
  double unlikeliness(const Effects& effects, const Summary& summary) const;
  bool possible(const Choices& choices, size_t line) const;
  // What the line reads or writes as it is chosen, or what it might.
  const Effects* chosen(const Choices& choices, size_t line) const;

  const Layout& layout_;
  SlotSet flags_;
  std::vector<Summary> lines_;  // as Layout::sites
  bool alone_ = false;          // there is one line with holes
};

}  // namespace portolan::sketch::filling

// Which registers a function of the unit really changes, with all that it calls: compilers keep values in others across
// calls whatever the convention says (gcc's -fipa-ra), so a proof has to know.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/asm/lift.h"

namespace portolan::prove {

class Clobbers {
 public:
  explicit Clobbers(const assembly::CodeIndex& index) : index_(index) {}

  // By slot; nothing: it calls what is not known, or can't be read.
  const std::optional<std::vector<bool>>& of(const std::string& symbol);

 private:
  struct Direct {
    std::vector<bool> written;
    std::vector<std::string> callees;
    bool unknown = false;
  };
  const Direct& direct(const std::string& symbol);

  const assembly::CodeIndex& index_;
  std::map<std::string, Direct> direct_;
  std::map<std::string, std::optional<std::vector<bool>>> all_;
};

}  // namespace portolan::prove

// Which register or variable a name stands for, by the braces around it. %r<100> declares a hundred names; those that
// are used become registers.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "frontends/ptx/module.h"

namespace portolan::ptx {

class Scopes {
 public:
  explicit Scopes(Function& function) : function_(function) { open(); }
  void open() { levels_.emplace_back(); }
  bool close();  // false: there is none to close but the function's own
  size_t depth() const { return levels_.size(); }

  bool declare_register(std::string_view name, const Type& type);  // false: it exists in this scope
  bool declare_range(std::string_view prefix, uint64_t count, const Type& type);
  bool declare_variable(std::string_view name, uint32_t index);

  struct Found {
    enum Kind : uint8_t { nothing, reg, variable } kind = nothing;
    uint32_t index = 0;
  };
  Found find(std::string_view name);

 private:
  struct Range {
    uint64_t count;
    Type type;
  };
  struct Level {
    std::unordered_map<std::string, Found> names;
    std::unordered_map<std::string, Range> ranges;
  };
  Found in_range(Level& level, const std::string& name);
  uint32_t add_register(std::string name, const Type& type);

  Function& function_;
  std::vector<Level> levels_;
};

}  // namespace portolan::ptx

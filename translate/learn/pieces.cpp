#include "translate/learn/pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ir/cfg.h"

namespace portolan::learn {
namespace {

using ir::Function;
using ir::ValueId;

constexpr size_t kMostOperations = 4, kMostOperands = 3;

// Floating point is not searched for.
bool computes(const ir::Instruction& i) {
  return ir::info(i.op).effects == ir::Effects::Pure && i.op != ir::Op::constant && i.op != ir::Op::parameter &&
         !i.operands.empty() && i.format == ir::FloatFormat::none;
}

bool fits_a_register(uint32_t width) {
  return width == 32 || width == 64 || width == 128;
}

// Operations of one function as a function of their own.
class Cut {
 public:
  Cut(const Function& from, std::vector<ValueId> members, bool constants_as_operands)
      : f_(from), root_(members.front()), members_(std::move(members)), open_(constants_as_operands) {
    std::sort(members_.begin(), members_.end());
  }
  // Nothing: too many operands, or of widths that fit no register.
  std::optional<Function> make();

 private:
  bool add_operands();
  bool add(ValueId v);
  ValueId constant(const ir::APInt& value);

  const Function& f_;
  const ValueId root_;
  std::vector<ValueId> members_;
  const bool open_;
  Function made_;
  ir::BlockId block_ = 0;
  std::map<ValueId, ValueId> names_;
};

bool Cut::add_operands() {
  const std::set<ValueId> inside(members_.begin(), members_.end());
  std::vector<ValueId> outside;
  for (const ValueId v : members_)
    for (const ValueId o : f_[v].operands)
      if (!inside.contains(o) && (open_ || f_.constant(o) == nullptr) &&
          std::find(outside.begin(), outside.end(), o) == outside.end())
        outside.push_back(o);
  if (outside.empty() || outside.size() > kMostOperands) return false;
  for (const ValueId o : outside) {
    if (!fits_a_register(f_.width(o))) return false;
    names_[o] = made_.add_parameter(block_, f_.width(o));
  }
  return true;
}

ValueId Cut::constant(const ir::APInt& value) {
  ir::Instruction c;
  c.op = ir::Op::constant;
  c.width = value.getBitWidth();
  c.index = static_cast<uint32_t>(made_.constants.size());
  made_.constants.push_back(value);
  return made_.append(block_, std::move(c));
}

// False: an operand is not made yet.
bool Cut::add(ValueId v) {
  ir::Instruction i = f_[v];
  for (ValueId& o : i.operands) {
    if (const ir::APInt* value = f_.constant(o); value != nullptr && !names_.contains(o)) names_[o] = constant(*value);
    if (!names_.contains(o)) return false;
    o = names_[o];
  }
  if (i.op == ir::Op::shuffle) {
    made_.masks.push_back(f_.masks[i.index]);
    i.index = static_cast<uint32_t>(made_.masks.size() - 1);
  }
  i.line = 0;
  i.block = block_;
  names_[v] = made_.append(block_, std::move(i));
  return true;
}

std::optional<Function> Cut::make() {
  block_ = made_.add_block();
  if (!fits_a_register(f_.width(root_)) || !add_operands()) return std::nullopt;
  // Values are numbered in the order of their making, which need not be that of the blocks.
  std::vector<ValueId> left = members_;
  while (!left.empty()) {
    const size_t before = left.size();
    std::erase_if(left, [this](ValueId v) { return add(v); });
    if (left.size() == before) return std::nullopt;
  }
  ir::Terminator& end = made_.blocks[block_].terminator;
  end.op = ir::Op::ret;
  end.operands.push_back(names_.at(root_));
  return std::move(made_);
}

// The IR's text with names where it has numbers, and `give` for `ret`.
std::string pattern_text(const Function& cut) {
  const std::string text = ir::print(cut);
  std::string out = "pattern (";
  for (const ValueId p : cut.blocks[0].parameters)
    out += fmt::format("{}%v{}:b{}", out.back() == '(' ? "" : ", ", p, cut.width(p));
  out += ") {\n";
  const size_t begin = text.find(":\n") + 2, end = text.rfind("}\n");
  for (size_t at = begin; at < end; ++at) {
    out += text[at];
    if (text[at] == '%') out += 'v';
  }
  return out.replace(out.rfind("  ret "), 5, "  give") + "}\n";
}

std::string name_of(const Function& cut) {
  std::string name;
  for (const ValueId v : cut.blocks[0].instructions)
    if (cut[v].op != ir::Op::constant) name += fmt::format("{}{}", name.empty() ? "" : "_", ir::info(cut[v].op).name);
  return name;
}

class Collector {
 public:
  explicit Collector(const Function& f) : f_(f), users_(f.values.size()), escapes_(f.values.size()) {
    order_ = ir::reverse_post_order(f);
    for (const ir::BlockId block : order_) {
      for (const ValueId v : f.blocks[block].instructions)
        for (const ValueId o : f[v].operands) users_[o].push_back(v);
      for (const ValueId v : f.blocks[block].terminator.operands) escapes_[v] = true;
      for (const ir::Edge& edge : f.blocks[block].terminator.edges)
        for (const ValueId v : edge.arguments) escapes_[v] = true;
    }
  }

  std::vector<Piece> run() {
    for (const ir::BlockId block : order_)
      for (const ValueId root : f_.blocks[block].instructions)
        if (computes(f_[root]) && (!users_[root].empty() || escapes_[root])) grow(root);
    return std::move(pieces_);
  }

 private:
  // Operands join one after the other, those whose users are all in it.
  void grow(ValueId root) {
    std::vector<ValueId> members{root};
    for (size_t n = 0; n < members.size() && members.size() < kMostOperations; ++n)
      for (const ValueId o : f_[members[n]].operands) {
        if (members.size() == kMostOperations || contains(members, o) || !computes(f_[o]) || escapes_[o]) continue;
        const auto& users = users_[o];
        if (!std::all_of(users.begin(), users.end(), [&](ValueId user) { return contains(members, user); })) continue;
        members.push_back(o);
        add(members);
      }
  }

  static bool contains(const std::vector<ValueId>& members, ValueId v) {
    return std::find(members.begin(), members.end(), v) != members.end();
  }

  void add(const std::vector<ValueId>& members) {
    for (const bool constants_as_operands : {false, true}) {
      const auto cut = Cut(f_, members, constants_as_operands).make();
      if (!cut) continue;
      std::string text = pattern_text(*cut);
      if (seen_.insert(text).second)
        pieces_.push_back({std::move(text), name_of(*cut), f_[members.front()].line, members.size()});
    }
  }

  const Function& f_;
  std::vector<std::vector<ValueId>> users_;
  std::vector<bool> escapes_;
  std::vector<ir::BlockId> order_;
  std::set<std::string> seen_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Piece> pieces_of(const Function& function) {
  return Collector(function).run();
}

std::string rule_around(const Piece& piece, Isa target) {
  const size_t give = piece.pattern.rfind("give %") + 6;
  const std::string output = piece.pattern.substr(give, piece.pattern.find('\n', give) - give);
  return fmt::format("rule learnt_{}\norigin enumerate\n{}template {} {{\n  nop {{{}}}\n}}\n", piece.name,
                     piece.pattern, to_string(target), output);
}

}  // namespace portolan::learn

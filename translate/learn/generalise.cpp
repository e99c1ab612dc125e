#include "translate/learn/generalise.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "translate/rules/check.h"
#include "translate/rules/parse.h"

namespace portolan::learn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostImmediates = 2;

// A rule's text in the parts that generalisation changes.
struct Parts {
  std::string name, origin, each, parameters, body, require, head, code;
  std::string text() const {
    return fmt::format("rule {}\norigin {}\n{}pattern ({}) {{\n{}}}\n{}{}{{\n{}}}\n", name, origin, each, parameters,
                       body, require, head, code);
  }
};

std::string between(const std::string& text, size_t& at, std::string_view begin, std::string_view end) {
  const size_t first = text.find(begin, at);
  if (first == std::string::npos) return {};
  const size_t from = first + begin.size(), to = text.find(end, from);
  at = to + end.size();
  return text.substr(from, to - from);
}

// As the search writes it: one pattern, no requirement, one template.
Parts parts_of(const std::string& text) {
  Parts parts;
  size_t at = 0;
  parts.name = between(text, at, "rule ", "\n");
  parts.origin = between(text, at, "origin ", "\n");
  parts.parameters = between(text, at, "pattern (", ") {\n");
  parts.body = between(text, at, "", "}\n");
  const size_t code = text.find("{\n", at);
  parts.head = text.substr(at, code - at);
  parts.code = text.substr(code + 2, text.rfind("}\n") - code - 2);
  return parts;
}

std::string replaced(const std::string& text, const std::string& pattern, const std::string& by) {
  return std::regex_replace(text, std::regex(pattern), by);
}

std::set<std::string> all_matches(const std::string& text, const std::string& pattern, int group) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator(); ++at)
    found.insert((*at)[group]);
  return found;
}

struct Constant {
  uint64_t value = 0;
  unsigned width = 0;
  std::string text;  // "0x5:b64"
};

// Constants of the pattern that a template can hold: small, and not repeated over lanes.
std::vector<Constant> scalars_of(const std::string& body) {
  std::vector<Constant> all;
  const std::regex form(R"((^|[ ,])(0x[0-9a-f]+):b(\d+)(?=[,\n]))", std::regex::icase);
  std::set<std::string> seen;
  for (auto at = std::sregex_iterator(body.begin(), body.end(), form); at != std::sregex_iterator(); ++at) {
    Constant constant{0, static_cast<unsigned>(std::stoul((*at)[3])), (*at)[2].str() + ":b" + (*at)[3].str()};
    if ((*at)[2].length() > 4 || !seen.insert(constant.text).second) continue;
    constant.value = std::stoull((*at)[2], nullptr, 16);
    all.push_back(constant);
  }
  return all;
}

class Generaliser {
 public:
  Generaliser(const std::string& text, const rules::Instance& rule, std::chrono::milliseconds time)
      : isa_(rule.templates[0].isa), parts_(parts_of(text)), latest_(Clock::now() + time) {
    general_.text = text;
    general_.instances = {rule};
  }

  General run() {
    immediates();
    lanes();
    width();
    return std::move(general_);
  }

 private:
  // Takes the parts if each instance of the rule is proved, and there are so many.
  bool take(const Parts& parts, size_t instances);
  void immediates();
  bool with_immediates(const std::vector<Constant>& constants, unsigned bound);
  std::string operand_for(const std::string& number, const std::vector<Constant>& constants) const;
  void lanes();
  void width();

  const Isa isa_;
  Parts parts_;
  Clock::time_point latest_;
  General general_;
};

bool Generaliser::take(const Parts& parts, size_t instances) {
  const std::string text = parts.text();
  rules::ParsedRules parsed = rules::parse_rules(text, "learnt");
  if (!parsed.errors.empty() || parsed.instances.size() != instances) return false;
  for (const rules::Instance& rule : parsed.instances) {
    rules::CheckOptions options;
    options.total = std::chrono::duration_cast<std::chrono::milliseconds>(latest_ - Clock::now());
    if (options.total <= std::chrono::milliseconds(0) ||
        rules::check(rule, rule.templates[0], options).verdict != rules::CheckResult::Verdict::proved)
      return false;
  }
  parts_ = parts;
  general_.text = text;
  general_.instances = std::move(parsed.instances);
  ++general_.steps;
  return true;
}

// How the template writes a number that follows one of the constants: as it is, or as what it lacks to a width.
std::string Generaliser::operand_for(const std::string& number, const std::vector<Constant>& constants) const {
  const uint64_t value = std::stoull(number);
  for (size_t n = 0; n < constants.size(); ++n)
    if (constants[n].value == value) return fmt::format("{{n{}}}", n);
  for (size_t n = 0; n < constants.size(); ++n)
    for (const uint64_t width : {8, 16, 32, 64})
      if (constants[n].value < width && width - constants[n].value == value) return fmt::format("{{{}-n{}}}", width, n);
  return number;
}

// Two constants that make up a width, as those of a rotation do, still do so; each is at least 1 and below the bound.
bool Generaliser::with_immediates(const std::vector<Constant>& constants, unsigned bound) {
  Parts parts = parts_;
  std::string conditions, all;
  unsigned next = 0;
  auto require = [&](const std::string& condition) {
    conditions += fmt::format("  %r{}:b1 = {}\n", next, condition);
    if (!all.empty()) {
      conditions += fmt::format("  %r{}:b1 = bit_and {}, %r{}\n", next + 1, all, next);
      ++next;
    }
    all = fmt::format("%r{}", next++);
  };
  for (size_t n = 0; n < constants.size(); ++n) {
    const Constant& c = constants[n];
    parts.parameters += fmt::format(", %n{}:b{} imm", n, c.width);
    parts.body = replaced(parts.body, "([ ,])" + c.text + "(?=[,\\n])", fmt::format("$1%n{}", n));
    require(fmt::format("ult %n{}, {}:b{}", n, bound, c.width));
    require(fmt::format("ne %n{}, 0:b{}", n, c.width));
  }
  if (constants.size() == 2 && constants[0].width == constants[1].width &&
      constants[0].value + constants[1].value == bound) {
    conditions += fmt::format("  %sum:b{} = add %n0, %n1\n", constants[0].width);
    require(fmt::format("eq %sum, {}:b{}", bound, constants[0].width));
  }
  parts.require = fmt::format("require {{\n{}  give {}\n}}\n", conditions, all);
  std::string code;
  const std::regex number(isa_ == Isa::aarch64 ? R"(#(\d+))" : R"(, (\d+)(?=\n))");
  std::sregex_iterator at(parts_.code.begin(), parts_.code.end(), number), end;
  size_t done = 0;
  bool any = false;
  for (; at != end; ++at) {
    const std::string operand = operand_for((*at)[1], constants);
    any |= operand.starts_with('{');
    code += parts_.code.substr(done, static_cast<size_t>(at->position(1)) - done) + operand;
    done = static_cast<size_t>(at->position(1) + at->length(1));
  }
  parts.code = code + parts_.code.substr(done);
  return any && take(parts, 1);
}

void Generaliser::immediates() {
  const std::vector<Constant> constants = scalars_of(parts_.body);
  std::set<unsigned> bounds;
  for (const Constant& c : constants) bounds.insert(c.width);
  for (const unsigned bound : {64u, 32u, 16u, 8u}) bounds.insert(bound);
  // Wide bounds first, all constants before one alone.
  for (auto bound = bounds.rbegin(); bound != bounds.rend() && !constants.empty(); ++bound) {
    if (*bound > 64) continue;
    if (constants.size() <= kMostImmediates && with_immediates(constants, *bound)) return;
    for (const Constant& c : constants)
      if (constants.size() > 1 && with_immediates({c}, *bound)) return;
  }
}

// One lane count throughout, and nothing that depends on a lane's width: the others that are proved too.
void Generaliser::lanes() {
  static const std::map<std::string, char> kSizes = {{"16", 'b'}, {"8", 'h'}, {"4", 's'}, {"2", 'd'}};
  const std::set<std::string> counts = all_matches(parts_.body, R"(lanes=(\d+))", 1);
  const std::set<std::string> widths = all_matches(parts_.parameters + parts_.body, R"(:b(\d+))", 1);
  if (isa_ != Isa::aarch64 || counts.size() != 1 || widths != std::set<std::string>{"128"}) return;
  const auto own = kSizes.find(*counts.begin());
  if (own == kSizes.end()) return;
  const std::string arrangement = fmt::format("\\.{}{}", own->first, own->second);
  if (all_matches(parts_.code, arrangement, 0).empty() || parts_.body.find('[') != std::string::npos) return;
  Parts general = parts_;
  general.body = replaced(general.body, "lanes=" + own->first, "lanes=$$lanes");
  general.code = replaced(general.code, arrangement, ".$$lanes$$size");
  std::string tuples = fmt::format(" ({}, {})", own->first, own->second);
  size_t count = 1;
  for (const auto& [lanes, size] : kSizes) {
    if (lanes == own->first) continue;
    const std::string more = fmt::format("{} ({}, {})", tuples, lanes, size);
    general.each = "each (lanes, size)" + more + "\n";
    if (!take(general, count + 1)) continue;
    tuples = more;
    ++count;
  }
}

// Whole registers of 64 bits: the same in 32.
void Generaliser::width() {
  if (isa_ != Isa::aarch64 || parts_.body.find("lanes=") != std::string::npos) return;
  const std::set<std::string> widths = all_matches(parts_.parameters + parts_.body, R"(:b(\d+))", 1);
  if (widths != std::set<std::string>{"64"} && widths != std::set<std::string>{"32"}) return;
  const std::string own = *widths.begin();
  if (!parts_.each.empty() || !all_matches(parts_.body, "0x[0-9a-f]+:b", 0).empty()) return;
  Parts parts = parts_;
  parts.each = "each (width, letter) (64, x) (32, w)\n";
  parts.parameters = replaced(parts.parameters, ":b" + own, ":b$$width");
  parts.body = replaced(parts.body, ":b" + own, ":b$$width");
  parts.require = replaced(replaced(parts.require, ":b" + own, ":b$$width"), "([ ,])" + own + ":", "$1$$width:");
  parts.code = replaced(parts.code, R"(\{(\w+)(:[wx])?\})", "{$1:$$letter}");
  parts.code = replaced(parts.code, R"(\{(n\d):\$letter\})", "{$1}");
  parts.code = replaced(parts.code, R"(\{)" + own + "-", "{$$width-");
  take(parts, 2);
}

}  // namespace

General generalise(const std::string& text, const rules::Instance& rule, std::chrono::milliseconds time) {
  return Generaliser(text, rule, time).run();
}

}  // namespace portolan::learn

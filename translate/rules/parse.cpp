#include "translate/rules/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <span>

#include "ir/builder.h"
#include "ir/parse.h"
#include "translate/rules/text.h"

namespace portolan::rules {
namespace {

constexpr size_t kMostInstances = 256;  // of one rule
constexpr size_t kMostLines = 64;       // of a template

// One instance of one rule, from its lines with the parameters filled in.
class InstanceParser {
 public:
  InstanceParser(std::vector<SourceLine> lines, const std::string& file) : lines_(std::move(lines)), file_(file) {}

  Expected<Instance> run();

 private:
  bool fail(uint32_t line, std::string message) {
    if (!error_) error_ = error_at({file_, line, 0}, std::move(message));
    return false;
  }
  bool origin(const SourceLine& line, std::string_view rest);
  bool function(const std::string& header, size_t& next, ir::Function& result, bool immediates_only);
  bool parameters(std::string_view& text, uint32_t line, std::string& printed);
  bool body(size_t& next, std::string& text);
  bool rename(std::string_view text, uint32_t line, std::string& out);
  bool check_pattern(uint32_t line);
  bool target(size_t& next);
  bool directive(Template& t, const SourceLine& line);
  bool declare(Template& t, std::string_view kind, std::string_view rest, uint32_t line);
  void default_registers(Template& t);
  bool register_type(TemplateRegister& r, Isa isa, std::string_view& rest);
  bool finish(Template& t, uint32_t line);

  std::vector<SourceLine> lines_;
  const std::string& file_;
  Instance rule_;
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::vector<std::string> given_;  // by `give`
  std::optional<Diagnostic> error_;
};

bool InstanceParser::parameters(std::string_view& text, uint32_t line, std::string& printed) {
  skip_blanks(text);
  if (!take(text, "(")) return fail(line, "expected '(' and the pattern's operands");
  for (skip_blanks(text); !take(text, ")"); skip_blanks(text)) {
    if (!rule_.operands.empty() && !take(text, ",")) return fail(line, "expected ',' or ')'");
    skip_blanks(text);
    Operand operand;
    if (!take(text, "%")) return fail(line, "expected an operand such as %a:b64");
    operand.name = take_identifier(text);
    const std::optional<uint64_t> width = take(text, ":b") ? take_number(text) : std::nullopt;
    if (operand.name.empty() || !width || *width == 0 || *width > 1024)
      return fail(line, "expected an operand such as %a:b64");
    operand.width = static_cast<uint32_t>(*width);
    skip_blanks(text);
    operand.immediate = take(text, "imm");
    if (!numbers_.emplace(operand.name, static_cast<uint32_t>(numbers_.size())).second)
      return fail(line, fmt::format("a second operand '{}'", operand.name));
    printed += fmt::format("{}%{}:b{}", printed.empty() ? "" : ", ", numbers_.size() - 1, operand.width);
    rule_.operands.push_back(std::move(operand));
  }
  return true;
}

// %name to %number; `give` to `ret`.
bool InstanceParser::rename(std::string_view text, uint32_t line, std::string& out) {
  std::string_view first = text;
  const bool gives = take_identifier(first) == "give";
  if (gives) {
    out += "ret";
    text.remove_prefix(4);
  }
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(1);
    const std::string_view name = take_identifier(text);
    if (name.empty()) return fail(line, "expected a name behind '%'");
    const auto at = numbers_.emplace(std::string(name), static_cast<uint32_t>(numbers_.size())).first;
    out += fmt::format("%{}", at->second);
    if (gives) given_.emplace_back(name);
  }
  return true;
}

bool InstanceParser::body(size_t& next, std::string& text) {
  uint32_t at = lines_[next].number;
  for (++next; next < lines_.size(); ++next) {
    for (; at < lines_[next].number; ++at) text += '\n';
    if (lines_[next].text == "}") {
      ++next;
      return true;
    }
    if (!rename(lines_[next].text, lines_[next].number, text)) return false;
  }
  return fail(at, "'}' is missing");
}

// The text keeps the file's line numbers, so that the parser of the IR reports them.
bool InstanceParser::function(const std::string& header, size_t& next, ir::Function& result, bool of_immediates) {
  const uint32_t line = lines_[next].number;
  std::string_view rest = std::string_view(lines_[next].text).substr(header.size());
  std::string printed, text(line - 1, '\n');
  if (of_immediates) {
    numbers_.clear();
    for (const Operand& operand : rule_.operands)
      if (operand.immediate) {
        numbers_.emplace(operand.name, static_cast<uint32_t>(numbers_.size()));
        printed += fmt::format("{}%{}:b{}", printed.empty() ? "" : ", ", numbers_.size() - 1, operand.width);
      }
  } else if (!parameters(rest, line, printed)) {
    return false;
  }
  skip_blanks(rest);
  if (rest != "{") return fail(line, "expected '{' at the end of the line");
  given_.clear();
  text += fmt::format("function \"{}\" {{ b0({}):", header, printed);
  if (!body(next, text)) return false;
  if (given_.empty()) return fail(line, fmt::format("the {} gives nothing: 'give %name' is missing", header));
  Expected<ir::Function> parsed = ir::parse_function(text + "\n}", file_);
  if (!parsed) {
    error_ = parsed.error();
    error_->source_line.clear();
    error_->location.column = 0;
    return false;
  }
  result = std::move(*parsed);
  if (result.blocks.size() != 1 || result.blocks[0].terminator.op != ir::Op::ret)
    return fail(line, fmt::format("a {} is one block that ends in 'give'", header));
  return true;
}

// What can never match is a mistake.
bool InstanceParser::check_pattern(uint32_t line) {
  const ir::Function& f = rule_.pattern;
  std::vector<bool> used(f.values.size());
  std::vector<ir::ValueId> todo(f.blocks[0].terminator.operands.begin(), f.blocks[0].terminator.operands.end());
  for (ir::ValueId v : todo)
    if (f[v].op == ir::Op::parameter || f[v].op == ir::Op::constant)
      return fail(line, "the pattern gives an operand or a constant: there is nothing to match");
  if (std::set<ir::ValueId>(todo.begin(), todo.end()).size() != todo.size())
    return fail(line, "the pattern gives a value twice");
  while (!todo.empty()) {
    const ir::ValueId v = todo.back();
    todo.pop_back();
    if (used[v]) continue;
    used[v] = true;
    todo.insert(todo.end(), f[v].operands.begin(), f[v].operands.end());
  }
  for (size_t n = 0; n < rule_.operands.size(); ++n)
    if (!used[f.blocks[0].parameters[n]])
      return fail(
          line, fmt::format("operand '%{}' is not part of the pattern: nothing would bind it", rule_.operands[n].name));
  ir::Function scratch = f;
  for (ir::ValueId v : f.blocks[0].instructions) {
    const ir::Instruction& i = f[v];
    if (i.op == ir::Op::constant) continue;
    if (!used[v]) return fail(line, fmt::format("a value of '{}' is not used", info(i.op).name));
    if (info(i.op).effects != ir::Effects::Pure)
      return fail(line, fmt::format("'{}' does more than compute: patterns are data flow", info(i.op).name));
    ir::Builder builder(scratch, 0);
    if (ir::fold(builder, i) != ir::kNoValue)
      return fail(line, fmt::format("the pattern never matches: the IR never holds this '{}', it is simplified away",
                                    info(i.op).name));
  }
  return true;
}

bool InstanceParser::register_type(TemplateRegister& r, Isa isa, std::string_view& rest) {
  skip_blanks(rest);
  if (take(rest, "vector")) {
    if (isa == Isa::riscv64) return false;
    r.bank = Bank::vector;
  } else if (take(rest, "general")) {
    r.bank = Bank::general;
  }
  skip_blanks(rest);
  if (take(rest, "zeros")) r.above = Above::zeros;
  if (take(rest, "sign")) r.above = Above::sign;
  skip_blanks(rest);
  return true;
}

Bank default_bank(Isa isa, uint32_t width) {
  return isa == Isa::riscv64 || width <= 64 ? Bank::general : Bank::vector;
}

void InstanceParser::default_registers(Template& t) {
  const ir::Function& f = rule_.pattern;
  for (const Operand& operand : rule_.operands)
    if (!operand.immediate) {
      TemplateRegister r;
      r.name = operand.name, r.width = operand.width, r.bank = default_bank(t.isa, operand.width);
      t.inputs.push_back(std::move(r));
    }
  for (size_t n = 0; n < rule_.outputs.size(); ++n) {
    TemplateRegister r;
    r.name = rule_.outputs[n], r.width = f.width(f.blocks[0].terminator.operands[n]);
    r.bank = default_bank(t.isa, r.width);
    t.outputs.push_back(std::move(r));
  }
}

// "constant %m:b64 = 0x7f:b8", "temporary %t", "temporary %t: vector", "register %a: vector", "tied %d = %a"
bool InstanceParser::declare(Template& t, std::string_view kind, std::string_view rest, uint32_t line) {
  skip_blanks(rest);
  if (!take(rest, "%")) return fail(line, fmt::format("expected '{} %name'", kind));
  TemplateRegister r;
  r.name = take_identifier(rest);
  if (r.name.empty()) return fail(line, "expected a name behind '%'");
  TemplateRegister* known = const_cast<TemplateRegister*>(find_register(t, r.name));
  if (kind == "register" || kind == "tied") {
    if (!known) return fail(line, fmt::format("the pattern has no register operand '%{}'", r.name));
    if (kind == "register") {
      if (!take(rest, ":") || !register_type(*known, t.isa, rest))
        return fail(line, "expected ': general' or ': vector'");
      return rest.empty() || fail(line, fmt::format("unexpected '{}'", rest));
    }
    skip_blanks(rest);
    take(rest, "=");
    skip_blanks(rest);
    take(rest, "%");
    known->tied_to = take_identifier(rest);
    const TemplateRegister* input = find_register(t, known->tied_to);
    const bool is_output = known >= t.outputs.data() && known < t.outputs.data() + t.outputs.size();
    if (!is_output || !input || input->bank != known->bank || input->width != known->width || !rest.empty())
      return fail(line, "expected 'tied %output = %input', of one width and bank");
    return true;
  }
  if (known || std::any_of(rule_.operands.begin(), rule_.operands.end(), [&](auto& o) { return o.name == r.name; }))
    return fail(line, fmt::format("a second '%{}'", r.name));
  r.width = 64;
  if (take(rest, ":b")) {
    const std::optional<uint64_t> width = take_number(rest);
    if (!width || *width == 0 || *width > 128) return fail(line, "expected a width such as b64");
    r.width = static_cast<uint32_t>(*width);
    r.bank = default_bank(t.isa, r.width);
    if (r.pieces() != 1) return fail(line, "a constant or temporary is one register");
  } else if (take(rest, ":") && !register_type(r, t.isa, rest)) {
    return fail(line, "this target has no vector registers");
  }
  skip_blanks(rest);
  if (kind == "constant") {
    if (!take(rest, "=")) return fail(line, "expected '= VALUE'");
    skip_blanks(rest);
    r.constant = take_constant(rest, r.width);
    if (!r.constant)
      return fail(line, "expected a constant such as 0x7f:b64, or a part such as 0x7f:b8 to be repeated");
  }
  skip_blanks(rest);
  if (!rest.empty()) return fail(line, fmt::format("unexpected '{}'", rest));
  (kind == "constant" ? t.constants : t.temporaries).push_back(std::move(r));
  return true;
}

bool InstanceParser::directive(Template& t, const SourceLine& line) {
  std::string_view rest = line.text;
  const std::string kind(take_identifier(rest));
  skip_blanks(rest);
  if (kind == "constant" || kind == "temporary" || kind == "register" || kind == "tied")
    return declare(t, kind, rest, line.number);
  if (kind == "flags" && rest.empty()) return t.flags = true;
  if (kind == "unused" && rest.empty()) return t.unused = true;
  if (kind == "features") {
    for (; !rest.empty(); skip_blanks(rest)) {
      t.features.emplace_back(take_identifier(rest));
      if (t.features.back().empty()) return fail(line.number, "expected names of features");
    }
    return true;
  }
  if (kind == "chunk") {
    const std::optional<uint64_t> bits = take_number(rest);
    if (!bits || *bits != 64 || !rest.empty()) return fail(line.number, "expected 'chunk 64'");
    t.chunk = 64;
    return true;
  }
  return fail(line.number, fmt::format("unknown directive '{}'; known: register constant temporary tied flags features "
                                       "chunk unused",
                                       kind));
}

bool fits_registers(const TemplateRegister& r) {
  if (r.bank == Bank::vector) return r.width == 16 || r.width == 32 || r.width == 64 || r.width == 128;
  return r.width <= 64 || (r.width % 64 == 0 && r.width <= 256);
}

bool InstanceParser::finish(Template& t, uint32_t line) {
  for (const auto* list : {&t.inputs, &t.outputs, &t.constants, &t.temporaries})
    for (const TemplateRegister& r : *list)
      if (!fits_registers(r)) return fail(line, fmt::format("'%{}' of {} bits fits no registers", r.name, r.width));
  if (t.lines.empty()) return fail(line, "the template has no instruction");
  if (t.lines.size() > kMostLines) return fail(line, "the template is too long");
  if (t.chunk != 0)
    for (const auto* list : {&t.inputs, &t.outputs})
      for (const TemplateRegister& r : *list)
        if (r.width % t.chunk != 0 || r.width != t.outputs[0].width || r.bank != Bank::general)
          return fail(line,
                      "with 'chunk' all operands are equally wide, a multiple of the chunk, in general registers");
  std::map<std::string, size_t> first;
  size_t last_read = 0;
  for (size_t n = 0; n < t.lines.size(); ++n)
    for (const TemplatePiece& piece : t.lines[n].pieces) {
      if (!piece.operand) continue;
      const TemplateRegister* r = find_register(t, piece.text);
      const auto operand = std::find_if(rule_.operands.begin(), rule_.operands.end(),
                                        [&](const Operand& o) { return o.name == piece.text; });
      const bool immediate = operand != rule_.operands.end() && operand->immediate;
      if (!r && !immediate) return fail(t.lines[n].line, fmt::format("there is no operand '{{{}}}'", piece.text));
      if (immediate) {
        if (piece.modifier != 0 || piece.piece >= 0) return fail(t.lines[n].line, "an immediate has no parts");
        continue;
      }
      const unsigned pieces = t.chunk != 0 ? 1 : r->pieces();
      if (piece.subtract || (pieces == 1) != (piece.piece < 0) || piece.piece >= static_cast<int>(pieces))
        return fail(t.lines[n].line, fmt::format("'{{{}}}' is {} register{}", piece.text, pieces,
                                                 pieces == 1 ? "" : "s: say which, {name.0} is the lowest"));
      first.emplace(piece.text, n);
      auto is = [&](const std::vector<TemplateRegister>& list) {
        return std::any_of(list.begin(), list.end(), [&](const TemplateRegister& x) { return &x == r; });
      };
      if (is(t.inputs) || is(t.constants)) last_read = n;
    }
  for (TemplateRegister& r : t.outputs) {
    if (!first.contains(r.name)) return fail(line, fmt::format("the template does not write '{{{}}}'", r.name));
    // Several registers of one output may be written before the last input is read.
    r.early = first[r.name] < last_read || (r.pieces() > 1 && t.chunk == 0);
  }
  t.cost =
      static_cast<uint32_t>((t.lines.size() + t.constants.size()) * (t.chunk != 0 ? t.outputs[0].width / t.chunk : 1));
  return true;
}

bool InstanceParser::target(size_t& next) {
  std::string_view rest = lines_[next].text;
  const uint32_t line = lines_[next].number;
  take_identifier(rest);
  skip_blanks(rest);
  const size_t end = std::min(rest.find(' '), rest.size());
  const std::optional<Isa> isa = isa_from_string(rest.substr(0, end));
  if (!isa || *isa == Isa::x86_64)
    return fail(line, fmt::format("there are no templates for '{}'; known: aarch64 riscv64", rest.substr(0, end)));
  rest.remove_prefix(end);
  skip_blanks(rest);
  Template t;
  t.isa = *isa;
  t.location = {file_, line, 0};
  default_registers(t);
  ++next;
  for (bool open = rest == "{"; !open; ++next) {
    if (next >= lines_.size()) return fail(line, "'{' is missing");
    if (lines_[next].text == "{") {
      open = true;
    } else if (!directive(t, lines_[next])) {
      return false;
    }
  }
  for (; next < lines_.size() && lines_[next].text != "}"; ++next) {
    auto pieces = template_pieces(lines_[next].text, {file_, lines_[next].number, 0});
    if (!pieces) {
      error_ = pieces.error();
      return false;
    }
    t.lines.push_back({std::move(*pieces), lines_[next].number});
  }
  if (next++ >= lines_.size()) return fail(line, "'}' is missing");
  if (!finish(t, line)) return false;
  rule_.templates.push_back(std::move(t));
  return true;
}

Expected<Instance> InstanceParser::run() {
  for (const SourceLine& line : lines_) rule_.text += line.text + "\n";
  std::string_view head = lines_[0].text;
  take(head, "rule");
  skip_blanks(head);
  rule_.name = head;
  rule_.location = {file_, lines_[0].number, 0};
  bool pattern = false;
  for (size_t next = 1; next < lines_.size() && !error_;) {
    const SourceLine& line = lines_[next];
    std::string_view rest = line.text;
    const std::string_view word = take_identifier(rest);
    if (word == "origin") {
      skip_blanks(rest);
      rule_.origin = rest;
      ++next;
    } else if (word == "pattern" && !pattern) {
      pattern = true;
      if (!function("pattern", next, rule_.pattern, false)) break;
      rule_.outputs = given_;
      if (!check_pattern(line.number)) break;
    } else if (word == "require" && pattern && !rule_.requirement) {
      if (!function("require", next, rule_.requirement.emplace(), true)) break;
      const ir::Function& f = *rule_.requirement;
      if (given_.size() != 1 || f.width(f.blocks[0].terminator.operands[0]) != 1)
        fail(line.number, "a requirement gives one bit");
    } else if (word == "template" && pattern) {
      if (!target(next)) break;
    } else {
      fail(line.number, fmt::format("unexpected '{}': a rule is origin, each, pattern, require and templates", word));
    }
  }
  if (!error_ && (!pattern || rule_.templates.empty())) fail(lines_[0].number, "a rule needs a pattern and a template");
  if (!error_ && rule_.origin.empty()) fail(lines_[0].number, "a rule says where it comes from: 'origin …'");
  if (!error_) {
    const size_t values = immediate_values(rule_).size();
    if (values == 0) fail(lines_[0].number, "the pattern never matches: no immediate fulfils the requirement");
    if (values > kMostImmediates) fail(lines_[0].number, "the requirement leaves too many immediates: each is proved");
  }
  if (error_) return *error_;
  return std::move(rule_);
}

// "each (lanes, size) (16, b) (8, h)": all combinations of several such lines.
class Expansion {
 public:
  explicit Expansion(const std::string& file) : file_(file) {}
  std::optional<Diagnostic> add(const SourceLine& line);
  const std::vector<std::pair<std::string, Parameters>>& all() const { return all_; }

 private:
  const std::string& file_;
  std::vector<std::pair<std::string, Parameters>> all_{{"", {}}};  // name suffix, values
};

std::optional<std::vector<std::string>> take_tuple(std::string_view& text) {
  skip_blanks(text);
  if (!take(text, "(")) return std::nullopt;
  const size_t close = text.find(')');
  if (close == std::string_view::npos) return std::nullopt;
  std::string_view inner = text.substr(0, close);
  text.remove_prefix(close + 1);
  std::vector<std::string> values;
  for (bool more = true; more;) {
    const size_t comma = inner.find(',');
    more = comma != std::string_view::npos;
    std::string_view one = inner.substr(0, comma);
    skip_blanks(one);
    one = one.substr(0, one.find_last_not_of(" \t") + 1);
    values.emplace_back(one);
    if (more) inner.remove_prefix(comma + 1);
  }
  return values;
}

std::optional<Diagnostic> Expansion::add(const SourceLine& line) {
  std::string_view rest = line.text;
  take(rest, "each");
  const auto names = take_tuple(rest);
  auto wrong = [&](const char* why) { return error_at({file_, line.number, 0}, why); };
  if (!names) return wrong("expected 'each (name, …) (value, …) …'");
  std::vector<std::pair<std::string, Parameters>> grown;
  // A name is made of the values that are words.
  auto suffix_of = [](const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values)
      if (std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; }))
        text += "." + value;
    return text;
  };
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    const auto values = take_tuple(rest);
    if (!values || values->size() != names->size()) return wrong("expected as many values as there are names");
    for (const auto& [suffix, known] : all_) {
      auto& [name, parameters] = grown.emplace_back(suffix + suffix_of(*values), known);
      for (size_t n = 0; n < names->size(); ++n) parameters[(*names)[n]] = (*values)[n];
    }
    if (grown.size() > kMostInstances) return wrong("the rule has too many instances");
  }
  if (grown.empty()) return wrong("'each' without values");
  all_ = std::move(grown);
  return std::nullopt;
}

void parse_rule(std::span<const SourceLine> lines, const std::string& file, ParsedRules& result) {
  Expansion expansion(file);
  std::vector<SourceLine> kept;
  for (const SourceLine& line : lines) {
    if (!line.text.starts_with("each")) {
      kept.push_back(line);
      continue;
    }
    if (auto error = expansion.add(line)) {
      result.errors.push_back(std::move(*error));
      return;
    }
  }
  std::vector<Instance> instances;
  for (const auto& [suffix, parameters] : expansion.all()) {
    std::vector<SourceLine> filled = kept;
    for (SourceLine& line : filled)
      if (auto error = substitute(line.text, parameters)) {
        result.errors.push_back(error_at({file, line.number, 0}, std::move(*error)));
        return;
      }
    filled[0].text += suffix;
    Expected<Instance> instance = InstanceParser(std::move(filled), file).run();
    if (!instance) {
      result.errors.push_back(instance.error());
      return;
    }
    instances.push_back(std::move(*instance));
  }
  std::move(instances.begin(), instances.end(), std::back_inserter(result.instances));
}

}  // namespace

ParsedRules parse_rules(std::string_view text, const std::string& file) {
  ParsedRules result;
  const std::vector<SourceLine> lines = source_lines(text);
  auto begins = [](const SourceLine& line) { return line.text.starts_with("rule "); };
  size_t begin = 0;
  if (!lines.empty() && !begins(lines[0]))
    result.errors.push_back(error_at({file, lines[0].number, 0}, "expected 'rule NAME'"));
  while (begin < lines.size() && !begins(lines[begin])) ++begin;
  while (begin < lines.size()) {
    size_t end = begin + 1;
    while (end < lines.size() && !begins(lines[end])) ++end;
    parse_rule(std::span(lines).subspan(begin, end - begin), file, result);
    begin = end;
  }
  return result;
}

}  // namespace portolan::rules

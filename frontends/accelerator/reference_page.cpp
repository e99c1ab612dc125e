#include "frontends/accelerator/reference_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/encoding.h"
#include "frontends/accelerator/syntax.h"

namespace portolan::accelerator {
namespace {

constexpr std::string_view kStyle =
    "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "h2{border-bottom:1px solid #ccc;margin-top:2em}h3{margin:1.8em 0 "
    ".3em}pre{background:#f6f6f4;padding:.7em;overflow:auto}"
    "table{border-collapse:collapse;margin:.5em 0}td,th{border:1px solid #bbb;padding:.15em .5em;text-align:left}"
    ".bits{width:100%;table-layout:fixed}.bits td{text-align:center;font-size:12px;padding:.2em 0;overflow:hidden}"
    ".fixed{background:#dfe8f3}.none{background:#eee;color:#888}.source{color:#777;font-size:12px}.note{color:#555}"
    "@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#ddd}pre{background:#262626}.fixed{background:#"
    "2c3e50}"
    ".none{background:#333}td,th{border-color:#555}}";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

class Page {
 public:
  explicit Page(const Description& chip) : chip_(chip) {}

  std::string run() {
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta "
        "charset=\"utf-8\"><title>{0}</title><style>{1}</style></head><body>\n<h1>{0}</h1>\n<p>{2}</p>\n",
        escaped(chip_.name), kStyle, escaped(chip_.text));
    for (const auto& [text, fact] : chip_.notes)
      out_ += fmt::format("<p class=\"note\">{}{}</p>\n", escaped(text), source(fact));
    sources();
    parameters();
    states();
    layouts();
    routines();
    instructions();
    out_ += "</body></html>\n";
    return std::move(out_);
  }

 private:
  std::string source(const Fact& fact) const {
    if (fact.source == kNone) return {};
    const Source& found = chip_.sources[fact.source];
    return fmt::format(" <span class=\"source\" title=\"{}\">[{}, line {}]</span>", escaped(found.text),
                       escaped(found.name), fact.at.line);
  }

  void sources() {
    out_ += "<h2>Sources</h2>\n<table>\n";
    for (const Source& s : chip_.sources)
      out_ += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(s.name), escaped(s.text));
    out_ += "</table>\n";
  }

  void parameters() {
    if (chip_.parameters.empty()) return;
    out_ += "<h2>Parameters</h2>\n<table>\n";
    for (const Parameter& p : chip_.parameters)
      out_ += fmt::format("<tr><td>{}</td><td>{}</td><td>{}{}</td></tr>\n", escaped(p.name), to_string(p.value),
                          escaped(p.text), source(p.fact));
    out_ += "</table>\n";
  }

  void states() {
    out_ += "<h2>State</h2>\n<table>\n<tr><th>name</th><th>elements</th><th>type</th><th>at first</th><th></th></tr>\n";
    for (const State& s : chip_.states) {
      std::string extent;
      for (Number n : s.extent) extent += (extent.empty() ? "" : " × ") + to_string(n);
      out_ +=
          fmt::format("<tr><td>{}{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>\n", s.hidden ? "<i>" : "",
                      escaped(s.name), s.hidden ? "</i>" : "", extent.empty() ? "1" : extent, escaped(s.type_name.name),
                      s.external  ? "given"
                      : s.initial ? to_string(s.initial_value)
                                  : "undefined",
                      escaped(s.text), source(s.fact));
    }
    out_ += "</table>\n";
    if (!chip_.units.empty()) {
      out_ += "<p>Units, each in order:";
      for (const Unit& u : chip_.units) out_ += " " + escaped(u.name);
      out_ += ". Queues of tokens between them:";
      for (const Queue& q : chip_.queues) out_ += " " + escaped(q.name);
      out_ += ".</p>\n";
    }
    if (!chip_.controllers.empty()) {
      out_ += "<p>Controllers, which work side by side and keep the program's order where rows are shared:";
      for (const Controller& c : chip_.controllers)
        out_ +=
            fmt::format(" {}{}", escaped(c.name), c.depth == 0 ? "" : fmt::format(" ({} entries)", to_string(c.depth)));
      out_ += ".</p>\n";
    }
  }

  void layouts() {
    if (chip_.layouts.empty()) return;
    out_ += "<h2>Layouts</h2>\n";
    for (const Layout& layout : chip_.layouts) {
      out_ += fmt::format("<h3>{}</h3>\n", escaped(layout.name));
      std::vector<const Field*> fields;
      for (const Field& field : layout.fields) fields.push_back(&field);
      diagram(layout.width, 0, fields, {}, 0, 0);
      explain(fields);
    }
  }

  void routines() {
    if (chip_.routines.empty()) return;
    out_ += "<h2>Functions, procedures and operations</h2>\n";
    for (const Routine& r : chip_.routines)
      if (r.text_end != r.text_begin)
        out_ += fmt::format("<pre id=\"{}\">{}</pre>\n", escaped(r.name),
                            escaped(std::string_view(chip_.contents).substr(r.text_begin, r.text_end - r.text_begin)));
  }

  void instructions() {
    out_ += "<h2>Instructions</h2>\n<p>";
    for (const Instruction& i : chip_.instructions) out_ += fmt::format("<a href=\"#i-{0}\">{0}</a> ", escaped(i.name));
    out_ += "</p>\n";
    for (const Instruction& instruction : chip_.instructions) {
      out_ +=
          fmt::format("<h3 id=\"i-{0}\">{0}</h3>\n<p>{1}{2}</p>\n<p><code>{3}</code></p>\n", escaped(instruction.name),
                      escaped(instruction.text), source(instruction.fact), escaped(instruction.syntax));
      const Format& format = chip_.formats[instruction.format];
      std::vector<const Field*> operands, fixed;
      for (uint32_t index : written_fields(instruction)) operands.push_back(&format.fields[index]);
      for (const Constraint& c : instruction.encoding) fixed.push_back(&format.fields[c.index]);
      for (uint32_t part = 0; part < chip_.containers.size(); ++part) {
        if (chip_.containers.size() > 1)
          out_ += fmt::format("<div class=\"source\">{}</div>", escaped(chip_.containers[part].name));
        diagram(chip_.containers[part].width, part, operands, fixed, instruction.fixed_mask[part],
                instruction.fixed_bits[part]);
      }
      explain(operands);
      out_ += fmt::format("<pre>{}</pre>\n",
                          escaped(std::string_view(chip_.contents)
                                      .substr(instruction.text_begin, instruction.text_end - instruction.text_begin)));
      for (const auto& [text, fact] : instruction.notes)
        out_ += fmt::format("<p class=\"note\">{}{}</p>\n", escaped(text), source(fact));
    }
  }

  void explain(const std::vector<const Field*>& fields) {
    std::string rows;
    for (const Field* field : fields)
      rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}{}</td></tr>\n", escaped(field->name),
                          escaped(field->type.layout ? field->type.layout->name
                                  : field->type.real ? field->type.real->name
                                                     : values_of(*field)),
                          escaped(field->text), source(field->fact));
    if (!rows.empty()) out_ += "<table>\n" + rows + "</table>\n";
  }

  // Rows of 32 bits, highest first; a cell for each run of bits that belong together.
  void diagram(unsigned width, uint32_t part, const std::vector<const Field*>& operands,
               const std::vector<const Field*>& fixed, UnsignedNumber mask, UnsignedNumber bits) {
    struct Run {
      unsigned high, low;
      const Field* field;
      bool is_fixed;
    };
    std::vector<Run> runs;
    const auto add = [&](const Field* field, bool is_fixed) {
      for (const BitRange& range : field->ranges)
        if (range.container == part) runs.push_back({range.high, range.low, field, is_fixed});
    };
    for (const Field* field : operands) add(field, false);
    for (const Field* field : fixed) add(field, true);
    std::ranges::sort(runs, std::greater<>(), &Run::high);
    for (unsigned top = width; top > 0;) {
      const unsigned row = std::min(32u, (top - 1) % 32 + 1), bottom = top - row;
      out_ += "<table class=\"bits\"><tr>";
      for (int bit = static_cast<int>(top) - 1; bit >= static_cast<int>(bottom);) {
        const unsigned at = static_cast<unsigned>(bit);
        const auto run = std::ranges::find_if(runs, [&](const Run& r) { return r.high >= at && r.low <= at; });
        unsigned low = bottom;
        if (run != runs.end())
          low = std::max(bottom, run->low);
        else
          for (const Run& r : runs)
            if (r.high < at) low = std::max(low, r.high + 1);
        const unsigned count = at - low + 1;
        std::string text = run != runs.end() ? escaped(run->field->name) : "";
        const bool is_fixed = run == runs.end() ? mask != 0 : run->is_fixed;
        if (is_fixed) {
          std::string digits;
          for (unsigned b = count; b-- > 0;) digits += ((bits >> (low + b)) & 1) != 0 ? '1' : '0';
          text = (text.empty() ? "" : text + "<br>") + digits;
        }
        out_ += fmt::format("<td colspan=\"{}\" class=\"{}\" title=\"{}:{}\">{}</td>", count,
                            run == runs.end() ? "none"
                            : run->is_fixed   ? "fixed"
                                              : "operand",
                            at, low, text);
        bit = static_cast<int>(low) - 1;
      }
      out_ += fmt::format(
          "</tr><tr><td colspan=\"{}\" class=\"source\" style=\"text-align:left;border:0\">bits "
          "{}…{}</td></tr></table>\n",
          row, top - 1, bottom);
      top = bottom;
    }
  }

  const Description& chip_;
  std::string out_;
};

}  // namespace

std::string reference_page(const Description& chip) {
  return Page(chip).run();
}

}  // namespace portolan::accelerator

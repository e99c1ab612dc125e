#include "cli/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/kernel_judging.h"
#include "llvm/Demangle/Demangle.h"
#include "verify/judge/verdict.h"

namespace portolan::cli {
namespace {

using nlohmann::json;

struct Row {
  std::string name, level, word, detail, uses;
  unsigned in = 0, out = 0;
  bool time = false;  // the verdict about constant time, which no --require lowers
};

std::vector<Row> rows_of(const FileReport& report) {
  std::vector<Row> rows;
  if (!report.evidence.is_object() || !report.evidence.contains("functions")) return rows;
  for (const json& f : report.evidence["functions"]) {
    Row row;
    row.name = f.value("name", "?");
    row.in = f.value("instructions_in", 0u);
    row.out = f.value("instructions_out", 0u);
    if (f.contains("constant_time")) {
      const json& time = f["constant_time"];
      const json& side = time.contains("target") ? time["target"] : time["source"];
      Row of_time{row.name + " (constant time)",
                  time.value("level", "unknown"),
                  time.value("word", "unknown"),
                  side.value("detail", ""),
                  "",
                  0,
                  0,
                  true};
      rows.push_back(std::move(of_time));
      if (!f.contains("verdict")) continue;
    }
    row.uses = resources_text(f);
    const json verdict = f.value("verdict", json::object());
    row.level = verdict.value("level", "unknown");
    row.word = verdict.value("word", row.level);
    const bool of_launches = verdict.contains("proof") && verdict["proof"].contains("launches");
    if (row.level == "tested" && verdict.contains("tests")) row.word += "(" + verdict["tests"].dump() + ")";
    if (of_launches && level_reaches(row.level, "tested")) row.word = kernel_word(f);
    row.detail = verdict.value("detail", verdict.value("claim", ""));
    if (f.contains("refusals"))
      for (const json& r : f["refusals"]) row.detail += (row.detail.empty() ? "" : "; ") + r.value("reason", "");
    for (const std::string& note : verdict.value("notes", std::vector<std::string>()))
      row.detail += (row.detail.empty() ? "note: " : "; note: ") + note;
    rows.push_back(std::move(row));
  }
  return rows;
}

bool reaches(const Row& row, const std::string& require) {
  return row.time ? row.level == "constant-time" : level_reaches(row.level, require);
}

}  // namespace

bool level_reaches(const std::string& level, const std::string& require) {
  const auto known = judge::level_from_string(level);
  const auto requirement = judge::requirement_from_string(require);
  return known && requirement && judge::reaches(*known, *requirement);
}

int evidence_exit(const json& evidence, const std::string& require) {
  if (!evidence.is_object() || !evidence.contains("functions")) return static_cast<int>(Exit::internal);
  Exit code = Exit::ok;
  for (const json& f : evidence["functions"]) {
    if (f.contains("constant_time")) {
      const std::string time = f["constant_time"].value("level", "unknown");
      if (time == "leaks") return static_cast<int>(Exit::refuted);
      if (time != "constant-time") code = Exit::fell_short;
      if (!f.contains("verdict")) continue;
    }
    const std::string level = f.value("verdict", json::object()).value("level", "unknown");
    if (level == "refuted") return static_cast<int>(Exit::refuted);
    if (!level_reaches(level, require)) code = Exit::fell_short;
  }
  return static_cast<int>(code);
}

std::string text_report(const std::vector<FileReport>& reports) {
  unsigned functions = 0, good = 0, refused = 0, refuted = 0, failed = 0;
  for (const FileReport& r : reports) {
    failed += r.exit >= 3 || r.nothing_written;
    for (const Row& row : rows_of(r)) {
      ++functions;
      if (row.time) {
        --functions;
        continue;
      }
      good += reaches(row, "tested");
      refused += row.level == "refused";
      refuted += row.level == "refuted";
    }
  }
  return fmt::format(
      "{} files, {} not translated at all; {} functions: {} tested or better, {} refused, {} refuted, {} unknown\n",
      reports.size(), failed, functions, good, refused, refuted, functions - good - refused - refuted);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string html_head(const std::string& title, const std::string& heading) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Portolan: {0}</title>\n"
      "<style>body{{font:15px/1.4 sans-serif;margin:2em;max-width:70em}}table{{border-collapse:collapse;width:100%}}"
      "th,td{{text-align:left;padding:.25em .6em;border-bottom:1px solid #ddd;vertical-align:top}}"
      "td.n{{text-align:right}}.good{{color:#070}}.bad{{color:#b00;font-weight:bold}}.short{{color:#850}}"
      "pre{{white-space:pre-wrap;overflow-wrap:anywhere}}td{{overflow-wrap:anywhere}}td.w{{white-space:nowrap}}"
      ".bar{{display:flex;width:14em;height:1em}}.bar i{{display:block}}"
      ".a{{background:#369}}.m{{background:#c73}}.c{{background:#999}}</style>\n"
      "<h1>{1}</h1>\n",
      escaped(title), escaped(heading));
}

// "_Z4axpyPff at 64 lanes" as "axpy(float*, float) at 64 lanes".
std::string as_written(const std::string& name) {
  const size_t end = std::min(name.size(), name.find(' '));
  return llvm::demangle(name.substr(0, end)) + name.substr(end);
}

std::string html_report(const std::vector<FileReport>& reports, const std::string& target) {
  std::string out =
      html_head("to " + target, "Translated to " + target) + fmt::format("<p>{}</p>\n", escaped(text_report(reports)));
  for (const FileReport& r : reports) {
    out += fmt::format("<h2>{}</h2>\n", escaped(r.file));
    std::vector<Row> rows = rows_of(r);
    if (!r.summary.empty()) out += fmt::format("<p>{}</p>\n", escaped(r.summary));
    if (!r.notes.empty()) {
      out += "<ul>\n";
      for (const std::string& note : r.notes) out += fmt::format("<li class=\"short\">{}\n", escaped(note));
      out += "</ul>\n";
    }
    if (rows.empty() || !r.messages.empty()) out += fmt::format("<pre class=\"short\">{}</pre>\n", escaped(r.messages));
    // Kernels have what they use, and no numbers of instructions.
    const bool kernels = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !row.uses.empty(); });
    if (!rows.empty())
      out += fmt::format("<table><tr><th>{}<th>verdict<th>reason\n",
                         kernels ? "kernel<th>uses" : "function<th>instructions in<th>out");
    for (const Row& row : rows)
      out += fmt::format(
          "<tr><td title=\"{}\">{}{}<td class=\"w {}\">{}<td>{}\n", escaped(row.name),
          escaped(kernels ? as_written(row.name) : row.name),
          kernels ? "<td>" + escaped(row.uses) : fmt::format("<td class=\"n\">{}<td class=\"n\">{}", row.in, row.out),
          reaches(row, "tested")                           ? "good"
          : row.level == "refuted" || row.level == "leaks" ? "bad"
                                                           : "short",
          escaped(row.word), escaped(row.detail));
    if (!rows.empty()) out += "</table>\n";
  }
  return out + "</html>\n";
}

std::string junit_report(const std::vector<FileReport>& reports, const std::string& require) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileReport& r : reports) {
    std::vector<Row> rows = rows_of(r);
    unsigned failures = 0;
    std::string cases;
    for (const Row& row : rows) {
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(r.file), escaped(row.name));
      if (reaches(row, require)) {
        cases += fmt::format("><system-out>{}: {}</system-out></testcase>\n", escaped(row.word), escaped(row.detail));
        continue;
      }
      ++failures;
      cases +=
          fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", escaped(row.word), escaped(row.detail));
    }
    // Something is wrong with the file, and with none of its functions.
    const bool whole = rows.empty() || (failures == 0 && r.exit != 0 && !r.messages.empty());
    if (whole) {
      ++failures;
      cases += fmt::format(
          "    <testcase classname=\"{0}\" name=\"(file)\"><failure message=\"exit {1}\">{2}</failure></testcase>\n",
          escaped(r.file), r.exit, escaped(r.messages));
    }
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n", escaped(r.file),
                       rows.size() + (whole ? 1 : 0), failures, cases);
  }
  return out + "</testsuites>\n";
}

}  // namespace portolan::cli

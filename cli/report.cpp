#include "cli/report.h"

#include <fmt/format.h>

namespace portolan::cli {
namespace {

using nlohmann::json;

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

struct Row {
  std::string name, level, detail;
  unsigned in = 0, out = 0;
};

std::vector<Row> rows_of(const FileReport& report) {
  std::vector<Row> rows;
  if (!report.evidence.is_object() || !report.evidence.contains("functions")) return rows;
  for (const json& f : report.evidence["functions"]) {
    Row row;
    row.name = f.value("name", "?");
    row.in = f.value("instructions_in", 0u);
    row.out = f.value("instructions_out", 0u);
    const json verdict = f.value("verdict", json::object());
    row.level = verdict.value("level", "unknown");
    if (verdict.contains("tests")) row.level += "(" + verdict["tests"].dump() + ")";
    row.detail = verdict.value("reason", "");
    if (f.contains("refusals"))
      for (const json& r : f["refusals"]) row.detail += (row.detail.empty() ? "" : "; ") + r.value("reason", "");
    rows.push_back(std::move(row));
  }
  return rows;
}

bool is_good(const std::string& level) {
  return level.starts_with("proved") || level.starts_with("bounded") || level.starts_with("tested");
}

}  // namespace

int evidence_exit(const json& evidence, const std::string& require) {
  if (!evidence.is_object() || !evidence.contains("functions")) return 4;
  static const std::vector<std::string> kLevels = {"none", "tested", "bounded", "proved"};
  auto rank = [](const std::string& level) {
    for (size_t n = kLevels.size(); n-- > 0;)
      if (level == kLevels[n]) return static_cast<int>(n);
    return level == "unknown" ? 0 : -1;
  };
  int code = 0;
  for (const json& f : evidence["functions"]) {
    std::string level = f.value("verdict", json::object()).value("level", "unknown");
    if (level == "refuted") return 1;
    if (rank(level) < rank(require)) code = 2;
  }
  return code;
}

std::string text_report(const std::vector<FileReport>& reports) {
  unsigned functions = 0, good = 0, refused = 0, refuted = 0, failed = 0;
  for (const FileReport& r : reports) {
    if (r.exit >= 3) ++failed;
    for (const Row& row : rows_of(r)) {
      ++functions;
      good += is_good(row.level);
      refused += row.level.starts_with("refused");
      refuted += row.level.starts_with("refuted");
    }
  }
  return fmt::format(
      "{} files, {} not translated at all; {} functions: {} tested or better, {} refused, {} refuted, {} unknown\n",
      reports.size(), failed, functions, good, refused, refuted, functions - good - refused - refuted);
}

std::string html_report(const std::vector<FileReport>& reports, const std::string& target) {
  std::string out = fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Portolan: to {0}</title>\n"
      "<style>body{{font:15px/1.4 sans-serif;margin:2em;max-width:70em}}table{{border-collapse:collapse;width:100%}}"
      "th,td{{text-align:left;padding:.25em .6em;border-bottom:1px solid #ddd;vertical-align:top}}"
      "td.n{{text-align:right}}.good{{color:#070}}.bad{{color:#b00;font-weight:bold}}.short{{color:#850}}</style>\n"
      "<h1>Translated to {0}</h1>\n<p>{1}</p>\n",
      escaped(target), escaped(text_report(reports)));
  for (const FileReport& r : reports) {
    out += fmt::format("<h2>{}</h2>\n", escaped(r.file));
    std::vector<Row> rows = rows_of(r);
    if (rows.empty())
      out += fmt::format("<pre class=\"short\">{}</pre>\n", escaped(r.messages));
    else
      out += "<table><tr><th>function<th>instructions in<th>out<th>verdict<th>reason\n";
    for (const Row& row : rows)
      out += fmt::format("<tr><td>{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"{}\">{}<td>{}\n", escaped(row.name),
                         row.in, row.out,
                         is_good(row.level)                 ? "good"
                         : row.level.starts_with("refuted") ? "bad"
                                                            : "short",
                         escaped(row.level), escaped(row.detail));
    if (!rows.empty()) out += "</table>\n";
  }
  return out + "</html>\n";
}

std::string junit_report(const std::vector<FileReport>& reports) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileReport& r : reports) {
    std::vector<Row> rows = rows_of(r);
    unsigned failures = 0;
    std::string cases;
    for (const Row& row : rows) {
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(r.file), escaped(row.name));
      if (is_good(row.level)) {
        cases += "/>\n";
        continue;
      }
      ++failures;
      cases +=
          fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", escaped(row.level), escaped(row.detail));
    }
    if (rows.empty()) {
      failures = 1;
      cases = fmt::format(
          "    <testcase classname=\"{0}\" name=\"(file)\"><failure message=\"exit {1}\">{2}</failure></testcase>\n",
          escaped(r.file), r.exit, escaped(r.messages));
    }
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n", escaped(r.file),
                       std::max<size_t>(1, rows.size()), failures, cases);
  }
  return out + "</testsuites>\n";
}

}  // namespace portolan::cli

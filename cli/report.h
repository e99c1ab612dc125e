// Reports of many files, all made from their evidence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace portolan::cli {

struct FileReport {
  std::string file;
  int exit = 4;
  nlohmann::json evidence;  // discarded or null when there is none
  std::string messages;
  std::string summary;             // a line about the whole file
  std::vector<std::string> notes;  // what a reader of its results should know, with places
  bool nothing_written = false;    // whatever `exit` says
};

// Whether a verdict's level is what --require asks for.
bool level_reaches(const std::string& level, const std::string& require);

// What `portolan translate --require LEVEL` would have exited with, from its evidence.
int evidence_exit(const nlohmann::json& evidence, const std::string& require);

// Text within HTML, and how every page begins.
std::string escaped(const std::string& text);
std::string html_head(const std::string& title, const std::string& heading);

std::string text_report(const std::vector<FileReport>& reports);
std::string html_report(const std::vector<FileReport>& reports, const std::string& target);
std::string junit_report(const std::vector<FileReport>& reports, const std::string& require);

}  // namespace portolan::cli

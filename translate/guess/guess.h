// Guess and sketch: whole functions are proposed, and judged; of one that is wrong, the blocks that are proved stay,
// and what is doubtful in the others becomes holes, which are filled; what then is still wrong goes back with the input
// that shows it, a bounded number of times. Nothing is accepted but by the judge's word, which comes from outside.
#pragma once

#include <functional>
#include <map>

#include "translate/guess/splice.h"
#include "translate/propose/proposer.h"
#include "translate/sketch/filling/fill.h"

namespace portolan::guess {

struct Request {
  const propose::Source& source;
  const raise::RaisedFunction& function;
  const emulate::Object& source_object;
  verify::Boundary boundary;
  std::string file;  // what the body is put into
  assembly::Binding binding = assembly::Binding::global;
  // The judge's word on the file with a body.
  std::function<sketch::filling::Judgement(const std::string& text, std::chrono::milliseconds left)> judge;
  // A proof of it, also where tests refute it: for its obligations alone.
  std::function<prove::Proof(const std::string& text)> prove;
  judge::Requirement require = judge::Requirement::tested;
  unsigned rounds = 2;
  std::chrono::milliseconds fill_time{20000};  // for each sketch
  std::chrono::milliseconds time{60000};       // for all sketches of a round
  uint64_t seed = 1;
  // As FillRequest's.
  std::map<std::string, std::string> signatures = {};
  std::function<sketch::filling::Judgement(const std::string& text)> test_more = {};
};

struct Result {
  std::string body;  // accepted; empty: nothing was
  judge::Level level = judge::Level::unknown;
  bool filled = false;               // the body is a filled sketch, not an answer as it was given
  std::vector<std::string> reasons;  // why answers and fillings were not taken
  unsigned rounds = 0, drafts = 0, sketches = 0;
};

Result guess(propose::Proposer& proposer, const Request& request);

}  // namespace portolan::guess

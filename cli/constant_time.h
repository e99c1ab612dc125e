// portolan verify --constant-time: which arguments are secret, and what each side shows of them.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/input.h"
#include "verify/leak/judge.h"

namespace portolan::cli {

// "secret=arg1,*arg2": arguments from 1 as C counts them; with a star what they point to.
struct SecretArgument {
  unsigned number = 1;
  bool pointee = false;
};
Expected<std::vector<SecretArgument>> parse_secrets(const std::string& text);

struct ConstantTimeOptions {
  std::vector<SecretArgument> secrets;
  bool no_alias = false;
  uint64_t seed = 1;
  std::chrono::milliseconds time{2000};
};

// One function on both sides, or alone.
struct ConstantTime {
  leak::Verdict source;
  std::optional<leak::Verdict> target;
  std::string source_where, target_where;  // of a leak: the place in the file's words
  const leak::Verdict& decisive() const { return target ? *target : source; }
  // What the source does not leak the target does not leak.
  std::string_view preserved() const;
};

class ConstantTimeJudge {
 public:
  ConstantTimeJudge(const InputFile& source, const emulate::Object& source_object, const InputFile* target,
                    const emulate::Object* target_object, ConstantTimeOptions options);
  ~ConstantTimeJudge();
  ConstantTime judge(const verify::Boundary& boundary);

 private:
  struct Side;
  leak::Verdict judge_side(Side& side, const verify::Boundary& boundary, std::string& where);
  std::unique_ptr<Side> source_, target_;
  ConstantTimeOptions options_;
};

nlohmann::json constant_time_json(const ConstantTime& result, const verify::Boundary& boundary,
                                  const ConstantTimeOptions& options);
std::string constant_time_text(const std::string& function, const ConstantTime& result);
Exit constant_time_exit(const ConstantTime& result);

}  // namespace portolan::cli

#include "cli/judging.h"

#include "cli/prover.h"
#include "frontends/asm/reader.h"
#include "translate/pair.h"
#include "verify/judge/constants.h"

namespace portolan::cli {

const Expected<emulate::Object>& Judging::source_object() const {
  if (!source_object_) source_object_ = source_.object();
  return *source_object_;
}

judge::Report Judging::judge(const std::string& text, const std::vector<verify::Boundary>& boundaries,
                             const std::vector<verify::Boundary>& known, const std::set<std::string>& missing,
                             const JudgeSettings& settings) const {
  judge::Report report;
  if (boundaries.empty()) return report;
  const std::string name = "the translation of " + source_.path;
  if (!source_object()) {
    report.problem = "the source cannot be assembled: " + source_object().error().message;
    return report;
  }
  auto target_object = verify::object_of_text(target_, text, name);
  if (!target_object) {
    report.problem = "the translation cannot be assembled: " + target_object.error().message;
    return report;
  }
  verify::Subject subject{source_.isa(), target_, *source_object(), std::move(*target_object), missing};
  judge::Options options;
  options.run_tests = settings.run_tests;
  options.tests.tests = settings.tests;
  options.tests.seed = settings.seed;
  options.tests.time = settings.test_time;
  // What is proved is the text that was written, read back.
  assembly::ReadOptions read;
  read.isa = target_;
  const auto unit = assembly::read_unit(text, name, read);
  std::optional<assembly::CodeIndex> index;
  if (unit) {
    index.emplace(*unit);
    options.tests.constants = judge::constants_of(*source_.index, *index);
    ProofRequest request{*source_.index, *index, {}, settings.prove, {}};
    const translate::PairedFile from{*source_.index, prototypes_.source, {}}, to{*index, prototypes_.target, {}};
    request.boundaries = translate::describe_externals(from, to);
    subject.stand_ins = signatures();
    request.describe_call = [from, to](const std::string& function, const std::string& format) {
      return translate::describe_call(from, to, function, format);
    };
    for (const verify::Boundary& b : known) request.boundaries.insert_or_assign(b.name, b);
    options.prover = make_prover(std::move(request));
  }
  return judge::judge(subject, boundaries, options);
}

std::map<std::string, std::string> Judging::signatures() const {
  return translate::external_signatures({*source_.index, prototypes_.source, {}});
}

}  // namespace portolan::cli

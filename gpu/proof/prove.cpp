#include "gpu/proof/prove.h"

#include <fmt/format.h>

#include <algorithm>

#include "gpu/differential/prepare.h"
#include "gpu/differential/test.h"
#include "gpu/proof/claim.h"
#include "gpu/proof/follower.h"
#include "gpu/proof/nan_bits.h"
#include "gpu/proof/reals.h"
#include "gpu/proof/sizes.h"
#include "verify/solve/solve.h"

namespace portolan::proof {
namespace {

using differential::Given;
using differential::Instance;
using simt::kPlain;
using simt::kUnset;
using simt::Mark;

ir::FloatFormat format_of(const manifest::Element& e) {
  using manifest::Element;
  if (e.kind == Element::brain) return ir::FloatFormat::bf16;
  if (e.kind != Element::floating) return ir::FloatFormat::none;
  return e.bytes == 2 ? ir::FloatFormat::f16 : e.bytes == 4 ? ir::FloatFormat::f32 : ir::FloatFormat::f64;
}

struct Failure {
  std::string reason, detail;
};

// A buffer after the run, with marks.
struct Left {
  std::vector<uint8_t> bytes;
  std::vector<Mark> marks;
};

class LaunchProver {
 public:
  // `arithmetic`: in which one other launches are the same; a stronger one is of no use here.
  LaunchProver(const Instance& instance, FairClock::time_point deadline, Arithmetic arithmetic)
      : instance_(instance), deadline_(deadline), arithmetic_(arithmetic), prover_(pool_, {}), nan_bits_(pool_) {}

  std::optional<Failure> run(const simt::Module& source, const simt::Module& target, LaunchProof& proof);
  Arithmetic arithmetic() const { return arithmetic_; }
  bool used_quotients() { return source_.quotients().used() || target_.quotients().used(); }
  bool used_large_denominators() { return source_.quotients().maybe_large() || target_.quotients().maybe_large(); }

 private:
  std::chrono::milliseconds left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - FairClock::now());
  }
  std::optional<Failure> follow(const simt::Module& m, Follower& follower, const char* whose, std::vector<Left>& after);
  void mark_inputs(const simt::Module& m, differential::Prepared& p, const Follower& follower);
  std::vector<Mark> marks_of(const Given& g, const Follower& follower);
  std::optional<Failure> compare(const Given& g, const Left& s, const Left& t, LaunchProof& proof);
  std::optional<Failure> compare_element(const Given& g, size_t at, const Left& s, const Left& t, LaunchProof& proof);
  Term element(const Left& left, size_t at, size_t size);
  std::optional<Arithmetic> same_without(Term a, Term b, ir::FloatFormat format);
  std::pair<Term, Term> where_they_differ(Term a, Term b);
  Failure not_shown(const std::string& where, Term a, Term b, const solve::Answer& answer);

  const Instance& instance_;
  FairClock::time_point deadline_;
  Arithmetic arithmetic_;
  Pool pool_;
  solve::Prover prover_;
  NanBits nan_bits_;
  Reals reals_{pool_};
  Follower source_{pool_, "source"}, target_{pool_, "target"};
};

// Each element of what is given is a variable, the same on both sides.
std::vector<Mark> LaunchProver::marks_of(const Given& g, const Follower& follower) {
  // What the module begins with is the same in every run of it.
  if (g.stated) return std::vector<Mark>(g.bytes.size(), kPlain);
  std::vector<Mark> marks(g.bytes.size(), kUnset);
  if (g.is_buffer() && g.direction == manifest::Argument::out) return marks;
  for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
    const Term t = pool_.variable(fmt::format("{}.{}", g.name, at / g.type.bytes), 8 * g.type.bytes);
    for (unsigned n = 0; n < g.type.bytes; ++n) marks[at + n] = follower.mark_of(pool_.extract(t, 8 * n, 8));
  }
  return marks;
}

void LaunchProver::mark_inputs(const simt::Module&, differential::Prepared& p, const Follower& follower) {
  p.launch.parameter_marks.assign(p.launch.parameters.size(), kPlain);
  for (size_t n = 0; n < instance_.arguments.size(); ++n) {
    const Given& g = instance_.arguments[n];
    const std::vector<Mark> marks = marks_of(g, follower);
    if (!g.is_buffer()) {
      std::copy(marks.begin(), marks.end(),
                p.launch.parameter_marks.begin() + static_cast<ptrdiff_t>(p.parameter_places[n]));
      continue;
    }
    const auto found = buffer_of(p, instance_, n);
    found.allocation->marks.resize(found.allocation->bytes.size(), kPlain);
    std::copy(marks.begin(), marks.end(), found.allocation->marks.begin() + static_cast<ptrdiff_t>(found.offset));
  }
}

std::optional<Failure> LaunchProver::follow(const simt::Module& m, Follower& follower, const char* whose,
                                            std::vector<Left>& after) {
  differential::Prepared p = differential::prepare(m, instance_, 0);
  mark_inputs(m, p, follower);
  for (const auto& code : m.code) follower.quotients().know(code->code);
  p.launch.observer = &follower;
  p.launch.steps = UINT64_MAX;
  p.launch.check_uninitialised = false;
  p.launch.milliseconds = static_cast<uint64_t>(std::max<int64_t>(1, left().count()));
  const simt::Outcome outcome = simt::run(m.program, p.memory, p.launch);
  if (const auto& race = follower.races().found())
    return Failure{"race", fmt::format("{}: lines {} and {} touch the same {} memory, and nothing orders them", whose,
                                       race->first.line, race->second.line, race->second.shared ? "shared" : "global")};
  if (follower.contradicted()) return Failure{"approximation", "terms and numbers disagree"};
  for (const simt::Finding& f : outcome.findings) {
    const std::string what = fmt::format("{}: {}", whose, simt::to_string(f));
    if (f.kind == simt::FindingKind::time_limit) return Failure{"timeout", what};
    if (f.kind == simt::FindingKind::data_dependent)
      return Failure{follower.exhausted() ? "memout" : "data-dependent", what};
    return Failure{f.kind == simt::FindingKind::race ? "race" : "unsupported", what};
  }
  if (!outcome.completed) return Failure{"resource-limit", fmt::format("{} did not end", whose)};
  for (size_t n = 0; n < instance_.arguments.size(); ++n) {
    Left& l = after.emplace_back();
    const Given& g = instance_.arguments[n];
    if (!g.is_buffer()) continue;
    const auto found = buffer_of(p, instance_, n);
    const auto from = static_cast<ptrdiff_t>(found.offset), to = from + static_cast<ptrdiff_t>(g.bytes.size());
    l.bytes.assign(found.allocation->bytes.begin() + from, found.allocation->bytes.begin() + to);
    l.marks.assign(found.allocation->marks.begin() + from, found.allocation->marks.begin() + to);
  }
  return std::nullopt;
}

Term LaunchProver::element(const Left& left, size_t at, size_t size) {
  std::vector<Term> bytes;
  for (size_t n = at; n < at + size; ++n) bytes.push_back(source_.term_of(APInt(8, left.bytes[n]), left.marks[n]));
  return pool_.join(bytes);
}

// The innermost pair, for whoever reads the report: parts of one form with one part that differs.
std::pair<Term, Term> LaunchProver::where_they_differ(Term a, Term b) {
  for (;;) {
    const std::span<const Term> x = pool_.operands(a), y = pool_.operands(b);
    const bool applied = pool_.kind(a) == terms::Kind::apply;
    if (pool_.kind(a) != pool_.kind(b) || x.size() != y.size() || x.empty() ||
        (applied && pool_.name(a) != pool_.name(b)))
      return {a, b};
    std::vector<Term> left, right;
    std::ranges::copy_if(x, std::back_inserter(left), [&](Term t) { return std::ranges::find(y, t) == y.end(); });
    std::ranges::copy_if(y, std::back_inserter(right), [&](Term t) { return std::ranges::find(x, t) == x.end(); });
    if (left.size() != right.size() || left.empty()) return {a, b};
    // Those that look alike, if there are any.
    size_t first = 0, second = 0;
    for (size_t n = 0; n < left.size() * right.size(); ++n) {
      const Term l = left[n / right.size()], r = right[n % right.size()];
      if (pool_.kind(l) != pool_.kind(r) || pool_.operands(l).size() != pool_.operands(r).size()) continue;
      if (pool_.kind(l) == terms::Kind::apply && pool_.name(l) != pool_.name(r)) continue;
      first = n / right.size(), second = n % right.size();
      break;
    }
    a = left[first], b = right[second];
  }
}

// The strongest of the weaker arithmetics in which both are seen to be the same.
std::optional<Arithmetic> LaunchProver::same_without(Term a, Term b, ir::FloatFormat format) {
  const Term x = without_nans(pool_, a), y = without_nans(pool_, b);
  if (x == y) return Arithmetic::without_nans;
  return reals_.same(x, y, format) ? std::optional(Arithmetic::reals) : std::nullopt;
}

Failure LaunchProver::not_shown(const std::string& where, Term a, Term b, const solve::Answer& answer) {
  if (answer.verdict == solve::Answer::Verdict::holds)
    return {"no-solver", where + " was confirmed by one solver only"};
  const auto [x, y] = where_they_differ(a, b);
  return {answer.verdict == solve::Answer::Verdict::fails || answer.reason.empty() ? "approximation" : answer.reason,
          fmt::format("{} was not shown to be the same: {} and {}", where, pool_.print(x, 4), pool_.print(y, 4))};
}

std::optional<Failure> LaunchProver::compare_element(const Given& g, size_t at, const Left& s, const Left& t,
                                                     LaunchProof& proof) {
  const size_t size = g.type.bytes;
  const std::string where = fmt::format("{}[{}]", g.name, at / size);
  auto unset = [&](const Left& l) {
    size_t count = 0;
    for (size_t n = at; n < at + size; ++n) count += l.marks[n] == kUnset;
    return count;
  };
  const size_t open = unset(s);
  if (open != unset(t) || (open != 0 && open != size))
    return Failure{"approximation", where + ": one side leaves alone what the other writes"};
  ++proof.elements;
  if (open == size) return std::nullopt;
  const ir::FloatFormat format = format_of(g.type);
  const bool is_number = format != ir::FloatFormat::none;
  Term a = element(s, at, size), b = element(t, at, size);
  if (is_number && !(a == b)) a = as_number(pool_, a, format), b = as_number(pool_, b, format);
  const bool plain = pool_.constant_value(a) && pool_.constant_value(b);
  if (plain && differential::agrees(g.type, {}, &s.bytes[at], &t.bytes[at])) return std::nullopt;
  bool same = a == b;
  if (!same) {
    const std::optional<Arithmetic> weaker = same_without(a, b, format);
    // One element in a weaker arithmetic makes the claim so: then nobody need be asked for more of the others.
    if (!weaker || *weaker > arithmetic_) {
      const auto time = weaker ? left() / 4 : left();
      prover_.set_limits({std::max(time, std::chrono::milliseconds(1)), uint64_t{1} << 30});
      const solve::Answer answer = prover_.holds({}, pool_.eq(a, b));
      same = answer.verdict == solve::Answer::Verdict::holds && answer.cross_checked;
      if (!same && !weaker) return not_shown(where, a, b, answer);
      if (same) ++proof.by_solver;
    }
    if (!same) {
      arithmetic_ = std::max(arithmetic_, *weaker);
      ++proof.restricted;
      return std::nullopt;
    }
  }
  if (arithmetic_ != Arithmetic::bits) return std::nullopt;
  for (Term term : {a, b})
    if (nan_bits_.looked_at(term, is_number)) {
      arithmetic_ = Arithmetic::without_nans;
      ++proof.restricted;
    }
  return std::nullopt;
}

std::optional<Failure> LaunchProver::compare(const Given& g, const Left& s, const Left& t, LaunchProof& proof) {
  for (size_t at = 0; at + g.type.bytes <= s.bytes.size(); at += g.type.bytes) {
    if (left().count() <= 0) return Failure{"timeout", "the time for the proof was over"};
    if (auto failure = compare_element(g, at, s, t, proof)) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> LaunchProver::run(const simt::Module& source, const simt::Module& target, LaunchProof& proof) {
  std::vector<Left> s, t;
  if (auto failure = follow(source, source_, "source", s)) return failure;
  if (auto failure = follow(target, target_, "target", t)) return failure;
  if (source_.combined_reals() || target_.combined_reals()) arithmetic_ = Arithmetic::reals;
  for (size_t n = 0; n < instance_.arguments.size(); ++n)
    if (instance_.arguments[n].is_buffer())
      if (auto failure = compare(instance_.arguments[n], s[n], t[n], proof)) return failure;
  return std::nullopt;
}

}  // namespace

Proof prove(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
            const Options& options) {
  const auto start = FairClock::now(), deadline = start + options.time;
  Proof proof;
  bool used_quotients = false;
  auto fail = [&](std::string reason, std::string detail) {
    proof.reason = std::move(reason), proof.detail = std::move(detail);
    proof.launches.clear();
  };
  const auto chosen = choose_launches(source, kernel, start + options.time / 5);
  if (!chosen)
    fail("unsupported", (*&chosen).error().message);
  else if (chosen->launches.empty())
    fail("vacuous", "no launch was found that the source completes");
  else {
    proof.blocks_followed = chosen->blocks_followed, proof.blocks = chosen->blocks;
    for (const Instance& given : chosen->launches) {
      Instance instance = given;
      differential::add_variables(source, target, kernel, instance);
      if (const auto problem = differential::misfit(source, target, instance)) {
        fail("unsupported", *problem);
        break;
      }
      LaunchProof one{differential::to_string(instance), 0, 0};
      one.launch = one.launch.substr(0, one.launch.rfind(','));  // without the kind of numbers
      LaunchProver prover(instance, deadline, proof.arithmetic);
      if (auto failure = prover.run(source, target, one)) {
        if (failure->reason == "timeout" && proof.launches.size() >= chosen->needed) break;
        fail(std::move(failure->reason), fmt::format("{} ({})", failure->detail, one.launch));
        break;
      }
      proof.arithmetic = prover.arithmetic();
      used_quotients |= prover.used_quotients();
      proof.small_denominators |= prover.used_large_denominators();
      proof.launches.push_back(std::move(one));
    }
    proof.proved = proof.reason.empty();
  }
  if (proof.proved) proof.assumptions = assumptions_of(proof, used_quotients);
  proof.seconds = std::chrono::duration<double>(FairClock::now() - start).count();
  return proof;
}

}  // namespace portolan::proof

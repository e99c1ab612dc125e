// The state of one lift: what launches came to, and how a specification is judged against the kernel (judge.cpp).
#pragma once

#include <map>
#include <set>

#include "gpu/lifting/agree.h"
#include "gpu/lifting/lift.h"
#include "gpu/lifting/recorder.h"
#include "gpu/lifting/shape.h"
#include "gpu/lifting/template.h"

namespace portolan::lifting {

using differential::Instance;
using manifest::Argument;

inline constexpr int64_t kMostElements = 4'000;  // of all buffers of a launch that is followed

class Lifter {
 public:
  // Not finer than the numbers of a result's format lie.
  double within(manifest::Element e) const {
    return e.kind == manifest::Element::brain ? std::max(options_.within, 0x1p-8) : options_.within;
  }

  Lifter(const Source& source, const manifest::Kernel& kernel, const Options& options)
      : source_(source), kernel_(kernel), options_(options) {}

  Expected<Lifted> run();
  std::optional<Diagnostic> shapes();
  Expected<size_t> check(const std::string& text, const std::vector<manifest::Sizes>& known);
  Sameness sameness(const std::string& text, const std::vector<manifest::Sizes>& launches);
  Expected<Lifted> judge(const std::string& text);

 private:
  std::optional<Diagnostic> name_extents();
  Expected<Lifted> in_any_order();
  Expected<Lifted> find();
  Expected<Lifted> find(const std::vector<manifest::Sizes>& launches);
  Diagnostic error(std::string why) const { return error_at(kernel_.location, std::move(why)); }
  Diagnostic error(uint32_t line, std::string why) const;
  Diagnostic error(simt::Finding finding) const;
  std::vector<manifest::Sizes> combinations() const;
  std::vector<manifest::Sizes> choose() const;
  std::vector<manifest::Sizes> small_sizes(verify::Random& random, const std::vector<manifest::Sizes>& known) const;
  int64_t elements(const manifest::Sizes& sizes) const;
  SizeValues shape_sizes(const manifest::Sizes& sizes) const;
  std::vector<int64_t> extents(size_t argument, const manifest::Sizes& sizes) const;
  using Results = std::vector<std::vector<ExpressionPtr>>;  // by argument
  std::optional<Diagnostic> results_of(const manifest::Sizes& sizes, Results& results);
  std::optional<Diagnostic> follow(const manifest::Sizes& sizes, Results& results);
  std::optional<Diagnostic> follow(const manifest::Sizes& sizes, Results& results, bool descending, bool& exchanges);
  std::optional<Diagnostic> fit(const std::vector<manifest::Sizes>& launches, const std::vector<Results>& results,
                                size_t argument, std::vector<Fit>& fits) const;
  std::optional<Diagnostic> check_lengths(const std::string& text) const;
  std::optional<Diagnostic> check_tensors(const std::string& text) const;
  void complete(Lifted& lifted, const std::vector<manifest::Sizes>& found_from);
  std::string not_the_same(const std::string& text, const manifest::Sizes& sizes, const Results& results);
  std::string result_name(size_t n) const {
    return tensors_[n].name + (arguments_[n].direction == Argument::inout ? "_after" : "");
  }
  std::vector<std::string> tensor_names() const {
    std::vector<std::string> names;
    for (const Tensor& t : tensors_) names.push_back(t.name);
    return names;
  }
  std::optional<Diagnostic> compare(const accelerator::Description& specification, Instance& instance);

  const Source& source_;
  const manifest::Kernel& kernel_;
  const Options& options_;
  std::vector<Argument> arguments_;  // with variables of the module
  std::vector<Tensor> tensors_;      // by argument
  std::vector<std::vector<std::string>> factors_;
  std::set<std::string> shape_names_;
  size_t elements_ = 0;
  std::map<std::pair<manifest::Sizes, bool>, Results> followed_;  // with all tensors as one row; by keep_places_ too
  std::set<std::string> sampled_;                                 // by the recorders of all launches
  std::map<size_t, uint32_t> made_at_;                            // by argument: the line of its last step
  std::optional<manifest::Sizes> wrong_at_;                       // of the last specification that was compared
  bool keep_places_ = false;
  bool ended_ = false;  // a launch could not be followed: no other shapes help
};

}  // namespace portolan::lifting

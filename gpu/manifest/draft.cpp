#include "gpu/manifest/draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "gpu/manifest/draft_sizes.h"
#include "gpu/manifest/manifest.h"
#include "gpu/manifest/parameter_use.h"
#include "gpu/manifest/signature.h"

namespace portolan::manifest {
namespace {

constexpr const char* kMark = "TO FINISH: ";

// A number that is passed by its bytes: 16 bits are a float's, more are a structure's, which a manifest cannot
// describe.
std::string type_of_value(const ptx::Variable& v, bool is_brain) {
  if (v.size * 8 == std::max<unsigned>(8, v.type.bits)) return element_name(v.type);
  return v.size == 2 ? is_brain ? "bf16" : "f16" : "";
}

// By what names say where no compiler was asked, else by the kernel's instructions.
std::vector<HostParameter> described(const ptx::Function& f, const std::vector<Use>& uses) {
  const std::vector<Pointee> named = signature(f.name, f.parameters.size());
  std::vector<HostParameter> all;
  for (size_t n = 0; n < f.parameters.size(); ++n) {
    const ptx::Variable& v = f.variables[f.parameters[n]];
    const Pointee& p = named[n];
    HostParameter& to = all.emplace_back();
    to.name = fmt::format("a{}", n);
    to.pointer = uses[n].address || p.address;
    to.constant = p.constant, to.count = p.count, to.truth = *p.range != 0;
    if (!to.pointer) {
      to.element = type_of_value(v, p.is_brain);
      if (to.element.empty()) to.why = fmt::format("a structure of {} bytes is passed", v.size);
    } else if (p.address) {
      to.element = p.type, to.why = p.why;
    } else if (uses[n].is_known) {
      to.element = uses[n].type;
    } else {
      to.why = uses[n].type.empty()
                   ? "nothing is read or written there that could be followed"
                   : fmt::format("its instructions say {}, which halves and floats are moved as too", uses[n].type);
    }
  }
  return all;
}

// The site of which most was read.
const HostLaunch* best_launch(const HostCode& host, const std::string& kernel) {
  const HostLaunch* best = nullptr;
  for (const HostLaunch& one : host.launches)
    if (one.kernel == kernel && (!best || one.unread() < best->unread())) best = &one;
  return best;
}

class Drafter {
 public:
  Drafter(const ptx::Module& module, const ptx::Function& f, const HostCode& host)
      : module_(module), f_(f), uses_(uses_of_parameters(f)), launch_(best_launch(host, f.name)) {
    const auto found = host.kernels.find(f.name);
    const bool by_compiler = found != host.kernels.end() && found->second.size() == f.parameters.size();
    parameters_ = by_compiler ? found->second : described(f, uses_);
    if (launch_) sizes_ = launch_->sizes;
    for (const HostLaunch& one : host.launches)
      if (one.kernel == f.name && &one != launch_) others_.push_back(one.place);
  }

  std::string run(const std::string& file) {
    shape();
    lengths();
    for (size_t n = 0; n < parameters_.size(); ++n) argument(n);
    const SizeValues values = draft_sizes(sizes_, drafted_);
    if (values.empty() && !sizes_.empty())
      unfinished_.push_back("no values of the sizes were found with which all formulas hold");
    std::string text = fmt::format("[[kernel]]\nname = \"{}\"\nfile = \"{}\"\n", f_.name, file);
    if (launch_) text += fmt::format("# launched at {}\n", fmt::join(places(), ", "));
    if (!launch_) text += fmt::format("# {}no launch of it was seen: sizes, grid and lengths are guesses\n", kMark);
    if (!unfinished_.empty())
      text += fmt::format("unfinished = \"{}\"  # take this away when it is done\n", fmt::join(unfinished_, "; "));
    text += sizes_text(values);
    text += fmt::format("grid = {}\nblock = {}\n", dimensions(drafted_.grid), dimensions(drafted_.block));
    if (drafted_.shared != "0") text += fmt::format("shared = \"{}\"{}\n", drafted_.shared, shared_note_);
    return text + tolerance() + "arguments = [\n" + arguments_ + "]\n";
  }
  bool has_launch() const { return launch_ != nullptr; }
  bool is_unfinished() const { return !unfinished_.empty(); }

 private:
  // The order of atomic sums isn't fixed, so the two sides' last places differ.
  std::string tolerance() const {
    const std::string type = atomic_sums(f_);
    if (type.empty()) return "";
    return fmt::format(
        "tolerance = {{ relative = {0}, absolute = {0} }}  # {1}{2} are summed by atomics, in any order\n",
        type == "f64"   ? "1e-10"
        : type == "f32" ? "1e-4"
                        : "2e-2",
        kMark, type);
  }
  std::vector<std::string> places() const {
    std::vector<std::string> all = {launch_->place};
    all.insert(all.end(), others_.begin(), others_.end());
    return all;
  }

  // A size that the host code does not tell.
  std::string guessed(const std::string& wanted, std::vector<int64_t> values, const std::string& why) {
    std::string name = wanted;
    for (unsigned n = 2; sizes_.contains(name); ++n) name = fmt::format("{}_{}", wanted, n);
    sizes_[name] = {{}, std::move(values), kMark + why, 0};
    return name;
  }

  void shape() {
    static constexpr const char* kAxes[] = {"x", "y", "z"};
    for (size_t n = 0; n < 3 && launch_; ++n) {
      drafted_.grid[n] = launch_->grid[n]
                             ? *launch_->grid[n]
                             : guessed(fmt::format("grid_{}", kAxes[n]), {1, 2, 3}, "the grid was not read");
      drafted_.block[n] = launch_->block[n]
                              ? *launch_->block[n]
                              : guessed(fmt::format("block_{}", kAxes[n]), {n == 0 ? 64 : 1}, "the block was not read");
    }
    if (f_.block_size[0] != 0 && (f_.block_size_required || !launch_)) {
      drafted_.block = {fmt::to_string(f_.block_size_required ? f_.block_size[0] : std::min(64u, f_.block_size[0])),
                        "1", "1"};
      for (size_t n = 1; n < 3 && f_.block_size_required; ++n) drafted_.block[n] = fmt::to_string(f_.block_size[n]);
    } else if (!launch_) {
      drafted_.block[0] = "64";
    }
    if (launch_ && launch_->shared) {
      drafted_.shared = *launch_->shared;
    } else if (needs_dynamic_shared()) {
      drafted_.shared = "4096";
      shared_note_ = fmt::format("  # {}bytes of dynamic shared memory", kMark);
    }
  }

  bool needs_dynamic_shared() const {
    return std::any_of(module_.variables.begin(), module_.variables.end(),
                       [](const ptx::Variable& v) { return v.space == ptx::Space::shared && v.size == 0; });
  }

  bool is_whole(size_t n) const {
    const HostParameter& p = parameters_[n];
    return !p.pointer && !p.truth && (p.element.starts_with('i') || p.element.starts_with('u'));
  }

  // What buffers hold where their lengths were not read: as many as the first whole number that is passed, or one that
  // is made up. Without a launch there is a thread for each.
  void lengths() {
    counts_.resize(parameters_.size());
    for (size_t n = 0; n < parameters_.size(); ++n) {
      const HostArgument* given = launch_ && n < launch_->arguments.size() ? &launch_->arguments[n] : nullptr;
      if (!parameters_[n].pointer) continue;
      if (given && given->elements) {
        counts_[n] = *given->elements;
        continue;
      }
      if (length_.empty())
        for (size_t m = 0; m < parameters_.size() && launch_ && length_.empty(); ++m)
          if (is_whole(m) && m < launch_->arguments.size() && launch_->arguments[m].value)
            length_ = *launch_->arguments[m].value;
      if (length_.empty()) length_ = guessed("n", {}, "how many elements there are");
      const bool sum = length_.find(' ') != std::string::npos;
      const std::string many = sum ? fmt::format("({})", length_) : length_;
      counts_[n] = parameters_[n].count == 1 || parameters_[n].element.empty()
                       ? length_
                       : fmt::format("{} * {}", parameters_[n].count, many);
    }
    if (launch_) return;
    if (length_.empty()) length_ = guessed("n", {}, "how many threads there are");
    drafted_.grid[0] = fmt::format("divide_up({}, {})", length_, drafted_.block[0]);
  }

  void argument(size_t n) {
    const HostParameter& p = parameters_[n];
    const std::string name = p.name.empty() ? fmt::format("a{}", n) : p.name;
    std::string note;
    const std::string table = p.pointer ? buffer(n, note) : number(n, note);
    if (p.element.empty()) {
      unfinished_.push_back(fmt::format("what {} is is unknown", name));
      arguments_ += fmt::format("  # {}the type of {}: {}\n  # {{ name = \"{}\", type = \"?\"{} }},\n", kMark, name,
                                p.why, name, table);
      return;
    }
    arguments_ += fmt::format("  {{ name = \"{}\", type = \"{}\"{} }},{}\n", name, p.element, table,
                              note.empty() ? "" : "  # " + note);
  }

  std::string buffer(size_t n, std::string& note) {
    const HostParameter& p = parameters_[n];
    const Use& u = uses_[n];
    const bool seen = u.read || u.written;  // by what follows addresses; a callee's accesses are not
    const bool is_input = p.constant || (u.read && !u.written);
    const char* direction = is_input ? "in" : !seen || u.read ? "inout" : "out";
    const bool known = launch_ && n < launch_->arguments.size() && launch_->arguments[n].elements;
    if (launch_ && !known) note = fmt::format("{}its length was not read", kMark);
    if (const auto type = element_from_name(p.element); type) drafted_.buffers.emplace_back(counts_[n], type->bytes);
    std::string text = fmt::format(", {} = \"{}\"", direction, counts_[n]);
    if (u.is_appended && std::string_view(direction) != "in") {
      note += fmt::format("{}an atomic's result says where it is written, so it is compared as a set",
                          note.empty() ? kMark : "; ");
      text += ", any_order = true";
    }
    if (p.truth) return text + ", low = 0, high = 1";
    const bool whole = p.element.starts_with('i') || p.element.starts_with('u');
    if (!whole || u.places_in.empty() || std::string_view(direction) == "out") return text;
    // An index of what it leads to; of several, of the shortest, which nobody knows.
    const size_t into = *u.places_in.begin();
    note += fmt::format("{}{} is computed from it, so it is taken for an index", note.empty() ? kMark : "; ",
                        u.places_in.size() == 1 ? "an address in " + parameters_[into].name : "more than one address");
    return text + fmt::format(", low = 0, high = \"{} - 1\"", counts_[into]);
  }

  std::string number(size_t n, std::string& note) {
    const HostParameter& p = parameters_[n];
    const HostArgument* given = launch_ && n < launch_->arguments.size() ? &launch_->arguments[n] : nullptr;
    const bool is_float = p.element.starts_with('f') || p.element.starts_with('b');
    if (given && given->value && is_float) {
      const auto constant = evaluate(*given->value, {});
      if (constant) return fmt::format(", value = {}", *constant);
    } else if (given && given->value) {
      drafted_.values.push_back(*given->value);
      return fmt::format(", value = \"{}\"", *given->value);
    }
    if (given && given->real && is_float && std::isfinite(*given->real))
      return p.element == "f64" ? fmt::format(", value = {}", *given->real)
                                : fmt::format(", value = {}", static_cast<float>(*given->real));
    if (given && given->real && !is_float && std::fabs(*given->real) < 1e15)
      return fmt::format(", value = {}", static_cast<int64_t>(std::trunc(*given->real)));
    if (p.truth) return ", low = 0, high = 1";
    if (is_float) return "";
    if (launch_) {
      note = fmt::format("{}the host's value was not read", kMark);
      return ", low = 1, high = 8";
    }
    // The first whole number is taken for how many there are; of others nothing is known.
    const bool first = std::none_of(
        parameters_.begin(), parameters_.begin() + static_cast<ptrdiff_t>(n),
        [&](const HostParameter& other) { return is_whole(static_cast<size_t>(&other - parameters_.data())); });
    if (is_whole(n) && first) drafted_.values.push_back(length_);
    return is_whole(n) && first ? fmt::format(", value = \"{}\"", length_) : ", low = 1, high = 8";
  }

  std::string sizes_text(const SizeValues& values) const {
    if (sizes_.empty()) return "";
    std::vector<std::string> all, notes;
    for (const auto& [name, size] : sizes_) {
      const auto found = std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
      const std::vector<int64_t> chosen =
          found != values.end() ? found->second : std::vector<int64_t>{size.value.value_or(1)};
      all.push_back(fmt::format("{} = [{}]", name, fmt::join(chosen, ", ")));
      if (size.value)
        notes.push_back(fmt::format("{} is {} in the host code", name, *size.value));
      else if (size.why.starts_with(kMark))
        notes.push_back(fmt::format("{}{}: {}", kMark, name, size.why.substr(std::string_view(kMark).size())));
      else if (size.values.empty())
        notes.push_back(fmt::format("{}{}: {}", kMark, name, size.why));
    }
    std::string text = fmt::format("sizes = {{ {} }}\n", fmt::join(all, ", "));
    for (const std::string& note : notes) text += fmt::format("# {}\n", note);
    return text;
  }

  static std::string dimensions(const std::array<std::string, 3>& sides) {
    size_t last = 3;
    while (last > 1 && sides[last - 1] == "1") --last;
    std::vector<std::string> all;
    for (size_t n = 0; n < last; ++n) {
      const bool number = sides[n].find_first_not_of("0123456789") == std::string::npos;
      all.push_back(number ? sides[n] : fmt::format("\"{}\"", sides[n]));
    }
    return fmt::format("[{}]", fmt::join(all, ", "));
  }

  const ptx::Module& module_;
  const ptx::Function& f_;
  std::vector<Use> uses_;
  const HostLaunch* launch_;
  std::vector<HostParameter> parameters_;
  std::map<std::string, HostSize> sizes_;
  std::vector<std::string> others_, counts_, unfinished_;
  DraftedLaunch drafted_;
  std::string arguments_, shared_note_, length_;
};

}  // namespace

size_t HostLaunch::unread() const {
  size_t all = shared ? 0 : 1;
  for (size_t n = 0; n < 3; ++n) all += (grid[n] ? 0 : 1) + (block[n] ? 0 : 1);
  for (const HostArgument& a : arguments) all += a.value || a.elements || a.real ? 0 : 1;
  for (const auto& [name, size] : sizes) all += size.value || !size.values.empty() ? 0 : 1;
  return all;
}

Draft draft(const ptx::Module& module, const std::string& file, const HostCode& host) {
  Draft made;
  for (const ptx::Function& f : module.functions) {
    if (!f.is_kernel || !f.has_body) continue;
    Drafter one(module, f, host);
    made.text += (made.text.empty() ? "" : "\n") + one.run(file);
    ++made.kernels, made.with_launch += one.has_launch(), made.unfinished += one.is_unfinished();
  }
  return made;
}

}  // namespace portolan::manifest

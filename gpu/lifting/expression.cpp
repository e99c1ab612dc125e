#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "gpu/lifting/expression_parts.h"

namespace portolan::lifting {

using Kind = Expression::Kind;

namespace {

constexpr double kBeyond = 1e29;  // a bound that stands for an infinity

void append_number(std::string& text, auto number) {
  char digits[40];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_form(const Expression& e, std::string& form, std::vector<Affine>& places, std::vector<double>* numbers) {
  switch (e.kind) {
    case Kind::number:
      if (numbers) {
        numbers->push_back(e.number);
        form += '#';
      } else {
        append_number(form, e.number);
      }
      return;
    case Kind::element:
      places.insert(places.end(), e.index.begin(), e.index.end());
      form += 't';
      append_number(form, e.tensor);
      form += '.';
      append_number(form, e.index.size());
      return;
    case Kind::reduction:
      places.push_back(e.extent);
      form += e.name;
      append_number(form, e.variable);
      break;
    case Kind::place:
      places.push_back(e.extent);
      form += 'p';
      return;
    case Kind::field:
      places.push_back(e.extent);
      form += e.real ? 'u' : 's';
      append_number(form, e.variable);
      break;
    case Kind::compare:
      form += e.real ? "r" : "w";
      form += e.name;
      break;
    default:
      append_number(form, static_cast<int>(e.kind));
      form += e.name;
  }
  form += '(';
  for (const ExpressionPtr& part : e.parts) {
    append_form(*part, form, places, numbers);
    form += ',';
  }
  form += ')';
}

}  // namespace

ExpressionPtr made(Expression e) {
  e.length = 1;
  const Limits limits = limits_of(e);
  e.lowest = limits.lowest, e.highest = limits.highest;
  e.rounds = e.kind == Kind::function && e.name.find('.') != std::string::npos;
  for (const ExpressionPtr& part : e.parts) {
    e.height = std::max(e.height, part->height), e.length += part->length;
    e.rounds |= part->rounds;
  }
  if (e.kind == Kind::reduction) ++e.height;
  return std::make_shared<const Expression>(std::move(e));
}

void put_in_order(std::vector<ExpressionPtr>& parts) {
  struct Keyed {
    std::string form;
    std::vector<Affine> places;
    ExpressionPtr part;
  };
  std::vector<Keyed> keyed;
  if (parts.size() < 2) return;
  for (ExpressionPtr& part : parts) {
    Keyed one{{}, {}, part};
    one.form = form_of(*part, one.places, nullptr);
    keyed.push_back(std::move(one));
  }
  std::ranges::stable_sort(
      keyed, [](const Keyed& a, const Keyed& b) { return a.form != b.form ? a.form < b.form : a.places < b.places; });
  for (size_t n = 0; n < parts.size(); ++n) parts[n] = keyed[n].part;
}

ExpressionPtr list(Kind kind, std::vector<ExpressionPtr> parts) {
  Expression e;
  e.kind = kind;
  e.parts = std::move(parts);
  return made(std::move(e));
}

namespace {

// Parts of parts of the same kind.
std::vector<ExpressionPtr> flat(Kind kind, const std::vector<ExpressionPtr>& parts) {
  std::vector<ExpressionPtr> all;
  for (const ExpressionPtr& part : parts) {
    if (part->kind == kind)
      all.insert(all.end(), part->parts.begin(), part->parts.end());
    else
      all.push_back(part);
  }
  return all;
}

// The step by which each place of `list` grows; false: it does not grow evenly.
bool steps_of(const std::vector<std::vector<Affine>>& all, size_t first, size_t count, size_t stride,
              std::vector<int64_t>& steps) {
  steps.clear();
  for (size_t p = 0; p < all[first].size(); ++p) {
    const Affine& begin = all[first][p];
    const int64_t step = count > 1 ? all[first + stride][p].constant - begin.constant : 0;
    for (size_t n = 0; n < count; ++n) {
      const Affine& one = all[first + n * stride][p];
      if (one.terms != begin.terms || one.constant != begin.constant + static_cast<int64_t>(n) * step) return false;
    }
    steps.push_back(step);
  }
  return true;
}

// Of a reduction over parts of a list.
std::string name_of(const Expression& list) {
  if (list.kind == Kind::logic) return list.name == "and" ? "all" : "any";
  return list.kind == Kind::sum ? "sum" : list.kind == Kind::maximum ? "max" : "min";
}

ExpressionPtr reduction(const std::string& name, const ExpressionPtr& first, const std::vector<Affine>& places,
                        const std::vector<int64_t>& steps, size_t count) {
  const int variable = kReductions + first->height;
  std::vector<Affine> inner = places;
  for (size_t p = 0; p < inner.size(); ++p)
    if (steps[p] != 0) inner[p].terms[variable] += steps[p];
  size_t at = 0;
  Expression e;
  e.kind = Kind::reduction;
  e.name = name;
  e.variable = variable;
  e.extent.constant = static_cast<int64_t>(count);
  e.parts = {with_places(first, inner, at)};
  return made(std::move(e));
}

// A group of parts of one form as one reduction, or as one within another; null: neither.
ExpressionPtr one_reduction(const std::string& name, const std::vector<ExpressionPtr>& group,
                            const std::vector<std::vector<Affine>>& places) {
  std::vector<int64_t> steps;
  if (steps_of(places, 0, group.size(), 1, steps)) return reduction(name, group[0], places[0], steps, group.size());
  for (size_t inner = 2; inner <= group.size() / 2; ++inner) {
    if (group.size() % inner != 0) continue;
    std::vector<ExpressionPtr> outer;
    for (size_t first = 0; first < group.size(); first += inner) {
      if (!steps_of(places, first, inner, 1, steps)) break;
      outer.push_back(reduction(name, group[first], places[first], steps, inner));
    }
    if (outer.size() != group.size() / inner) continue;
    std::vector<std::vector<Affine>> outer_places;
    std::string form;
    for (const ExpressionPtr& one : outer) {
      std::vector<Affine> found;
      const std::string this_form = form_of(*one, found, nullptr);
      if (form.empty()) form = this_form;
      if (form != this_form) break;
      outer_places.push_back(std::move(found));
    }
    if (outer_places.size() != outer.size() || !steps_of(outer_places, 0, outer.size(), 1, steps)) continue;
    return reduction(name, outer[0], outer_places[0], steps, outer.size());
  }
  return nullptr;
}

ExpressionPtr fold_parts(const Expression& all, const std::vector<ExpressionPtr>& parts) {
  std::vector<ExpressionPtr> result;
  for (size_t begin = 0; begin < parts.size();) {
    std::vector<std::vector<Affine>> places(1);
    const std::string form = form_of(*parts[begin], places[0], nullptr);
    size_t end = begin + 1;
    for (; end < parts.size(); ++end) {
      std::vector<Affine> more;
      if (form_of(*parts[end], more, nullptr) != form) break;
      places.push_back(std::move(more));
    }
    const std::vector<ExpressionPtr> group(parts.begin() + static_cast<std::ptrdiff_t>(begin),
                                           parts.begin() + static_cast<std::ptrdiff_t>(end));
    // Two alike are added rather than counted through; so is what has no places at all.
    const ExpressionPtr one =
        group.size() > 1 && !places[0].empty() ? one_reduction(name_of(all), group, places) : nullptr;
    if (one)
      result.push_back(one);
    else
      result.insert(result.end(), group.begin(), group.end());
    begin = end;
  }
  put_in_order(result);
  return result.size() == 1 ? result[0] : with_parts(all, std::move(result));
}

using Known = std::unordered_map<const Expression*, ExpressionPtr>;

ExpressionPtr folded(const ExpressionPtr& e, Known& known) {
  if (const auto found = known.find(e.get()); found != known.end()) return found->second;
  ExpressionPtr result = e;
  if (!e->parts.empty()) {
    std::vector<ExpressionPtr> parts;
    for (const ExpressionPtr& part : e->parts) parts.push_back(folded(part, known));
    const bool is_list = e->kind == Kind::sum || e->kind == Kind::maximum || e->kind == Kind::minimum ||
                         (e->kind == Kind::logic && e->name != "not");
    if (is_list) {
      put_in_order(parts);
      result = fold_parts(*e, parts);
    } else {
      result = with_parts(*e, std::move(parts));
    }
  }
  known.emplace(e.get(), result);
  return result;
}

}  // namespace

ExpressionPtr number(double value) {
  Expression e;
  e.number = value;
  return made(std::move(e));
}

ExpressionPtr element(uint32_t tensor, std::vector<Affine> index) {
  Expression e;
  e.kind = Kind::element;
  e.tensor = tensor;
  e.index = std::move(index);
  return made(std::move(e));
}

ExpressionPtr sum(std::vector<ExpressionPtr> parts) {
  double constant = 0;
  std::vector<ExpressionPtr> rest;
  for (ExpressionPtr& part : flat(Kind::sum, parts)) {
    if (part->kind == Kind::number)
      constant += part->number;
    else
      rest.push_back(std::move(part));
  }
  if (constant != 0 || rest.empty()) rest.push_back(number(constant));
  return rest.size() == 1 ? rest[0] : list(Kind::sum, std::move(rest));
}

namespace {

// A sum in which nothing stands twice: what cancels is gone.
ExpressionPtr collected(const ExpressionPtr& e) {
  if (e->kind != Kind::sum) return e;
  std::map<std::pair<std::string, std::vector<Affine>>, std::pair<double, ExpressionPtr>> terms;
  double constant = 0;
  std::vector<std::pair<double, ExpressionPtr>> open;
  for (const ExpressionPtr& part : e->parts) open.emplace_back(1, part);
  while (!open.empty()) {
    auto [factor, part] = open.back();
    open.pop_back();
    if (part->kind == Kind::number) {
      constant += factor * part->number;
      continue;
    }
    std::vector<ExpressionPtr> rest;
    for (const ExpressionPtr& one : part->kind == Kind::product ? part->parts : std::vector{part}) {
      if (one->kind == Kind::number)
        factor *= one->number;
      else
        rest.push_back(one);
    }
    if (rest.size() == 1 && rest[0]->kind == Kind::sum) {  // a number times a sum
      for (const ExpressionPtr& one : rest[0]->parts) open.emplace_back(factor, one);
      continue;
    }
    const ExpressionPtr base = product(std::move(rest));
    std::vector<Affine> places;
    std::string form = form_of(*base, places, nullptr);
    auto& [sum_of_factors, kept] = terms[{std::move(form), std::move(places)}];
    sum_of_factors += factor;
    kept = base;
  }
  std::vector<ExpressionPtr> all = {number(constant)};
  for (const auto& [key, term] : terms)
    if (term.first != 0) all.push_back(product({number(term.first), term.second}));
  return sum(std::move(all));
}

bool is_exponential(const ExpressionPtr& e) {
  return e->kind == Kind::function && e->name == "exp";
}

// exp(a) exp(b) is exp(a + b); (x + y) exp(a) is x exp(a) + y exp(a), so that the factors by which a running sum is
// scaled meet. Null: there is nothing of the kind.
ExpressionPtr with_exponentials(const std::vector<ExpressionPtr>& parts) {
  std::vector<ExpressionPtr> arguments, rest;
  for (const ExpressionPtr& part : parts) {
    if (is_exponential(part))
      arguments.push_back(part->parts[0]);
    else
      rest.push_back(part);
  }
  if (arguments.empty()) return nullptr;
  const auto factor = std::ranges::find_if(rest, [](const ExpressionPtr& e) { return e->kind == Kind::sum; });
  if (arguments.size() == 1 && factor == rest.end()) return nullptr;
  const ExpressionPtr argument = collected(sum(arguments));
  const bool is_one = argument->kind == Kind::number && argument->number == 0;
  const ExpressionPtr all = is_one ? number(1) : function("exp", argument);
  if (factor == rest.end() || is_one) {
    rest.push_back(all);
    return product(std::move(rest));
  }
  const ExpressionPtr added = *factor;
  rest.erase(factor);
  std::vector<ExpressionPtr> terms;
  for (const ExpressionPtr& term : added->parts) {
    std::vector<ExpressionPtr> one = rest;
    one.push_back(term);
    one.push_back(all);
    terms.push_back(product(std::move(one)));
  }
  return sum(std::move(terms));
}

}  // namespace

ExpressionPtr product(std::vector<ExpressionPtr> parts) {
  double factor = 1;
  std::vector<ExpressionPtr> rest;
  for (ExpressionPtr& part : flat(Kind::product, parts)) {
    if (part->kind == Kind::number)
      factor *= part->number;
    else
      rest.push_back(std::move(part));
  }
  if (factor == 0) return number(0);
  if (ExpressionPtr other = with_exponentials(rest)) return product({number(factor), std::move(other)});
  if (factor != 1 || rest.empty()) rest.push_back(number(factor));
  put_in_order(rest);
  return rest.size() == 1 ? rest[0] : list(Kind::product, std::move(rest));
}

ExpressionPtr inverse(ExpressionPtr x) {
  if (x->kind == Kind::number) return number(1 / x->number);
  if (x->kind == Kind::inverse) return x->parts[0];
  return list(Kind::inverse, {std::move(x)});
}

ExpressionPtr extreme(bool most, std::vector<ExpressionPtr> parts) {
  const Kind kind = most ? Kind::maximum : Kind::minimum;
  std::vector<ExpressionPtr> rest;
  std::optional<double> limit;
  for (ExpressionPtr& part : flat(kind, parts)) {
    if (part->kind != Kind::number)
      rest.push_back(std::move(part));
    else if (!(most ? part->number <= -kBeyond : part->number >= kBeyond))
      limit = !limit ? part->number : most ? std::max(*limit, part->number) : std::min(*limit, part->number);
  }
  if (rest.empty() && !limit) rest = parts;
  // Limits are put on from above first, whichever way they were written.
  if (!most && limit && rest.size() == 1 && rest[0]->kind == Kind::maximum) {
    std::vector<ExpressionPtr> others;
    std::optional<double> least;
    for (const ExpressionPtr& part : rest[0]->parts)
      if (part->kind == Kind::number)
        least = part->number;
      else
        others.push_back(part);
    if (least && *least <= *limit && !others.empty())
      return extreme(true, {extreme(false, {extreme(true, others), number(*limit)}), number(*least)});
  }
  if (limit) rest.push_back(number(*limit));
  put_in_order(rest);
  // The same twice counts once.
  std::vector<ExpressionPtr> once;
  std::string last_form;
  std::vector<Affine> last_places;
  for (ExpressionPtr& part : rest) {
    std::vector<Affine> places;
    std::string form = form_of(*part, places, nullptr);
    if (!once.empty() && form == last_form && places == last_places) continue;
    once.push_back(std::move(part));
    last_form = std::move(form), last_places = std::move(places);
  }
  return once.size() == 1 ? once[0] : list(kind, std::move(once));
}

ExpressionPtr function(std::string name, ExpressionPtr x) {
  Expression e;
  e.kind = Kind::function;
  e.name = std::move(name);
  e.parts = {std::move(x)};
  return made(std::move(e));
}

ExpressionPtr place(int64_t value) {
  Expression e;
  e.kind = Kind::place;
  e.extent.constant = value;
  return made(std::move(e));
}

ExpressionPtr field(ExpressionPtr word, int64_t low, int width, bool is_signed) {
  Expression e;
  e.kind = Kind::field;
  e.extent.constant = low;
  e.variable = width;
  e.real = !is_signed;
  e.parts = {std::move(word)};
  return made(std::move(e));
}

ExpressionPtr with_parts(const Expression& e, std::vector<ExpressionPtr> parts) {
  Expression copy = e;
  copy.height = 0;
  copy.parts = std::move(parts);
  return made(std::move(copy));
}

ExpressionPtr with_index(const Expression& element, std::vector<Affine> index) {
  Expression copy = element;
  copy.index = std::move(index);
  return made(std::move(copy));
}

std::string form_of(const Expression& e, std::vector<Affine>& places, std::vector<double>* numbers) {
  std::string form;
  append_form(e, form, places, numbers);
  return form;
}

ExpressionPtr with_places(const ExpressionPtr& e, const std::vector<Affine>& places, size_t& at) {
  Expression copy = *e;
  if (e->kind == Kind::element)
    for (Affine& index : copy.index) index = places[at++];
  if (e->kind == Kind::reduction || e->kind == Kind::place || e->kind == Kind::field) copy.extent = places[at++];
  for (ExpressionPtr& part : copy.parts) part = with_places(part, places, at);
  return std::make_shared<const Expression>(std::move(copy));
}

ExpressionPtr folded(const ExpressionPtr& e) {
  Known known;
  return folded(e, known);
}

}  // namespace portolan::lifting

#include "translate/sketch/filling/sequences.h"

#include <algorithm>
#include <map>

#include "translate/sketch/vocabulary.h"

namespace portolan::sketch::filling {
namespace {

constexpr size_t kFormsOfAWeight = 8;
constexpr uint64_t kHeaviest = 1 << 24;
constexpr size_t kLongSequences = 1 << 14;  // of each length above one
constexpr size_t kMostSequences = 16000;    // instructions that each place of a ?seq chooses from

using Weighted = std::pair<uint64_t, std::string>;
using Words = std::vector<std::string>;

// The next place for a word in a form.
struct Place {
  size_t at = std::string_view::npos, length = 0;
  bool is_register = false, is_set = false;
};

Place next_place(std::string_view form, size_t from = 0) {
  const size_t at = form.find('?', from);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = form.substr(at);
  if (rest.starts_with("?to")) return {at, 3, true, true};
  return {at, 4, rest.starts_with("?reg"), false};
}

// The form's words in all ways that are not too heavy. `banks`: of the registers, one for each place.
void complete(std::string_view form, Weighted begun, std::span<const Words* const> banks, const Words& constants,
              uint64_t heaviest, std::vector<Weighted>& all) {
  const Place place = next_place(form);
  begun.second += form.substr(0, place.at);
  if (place.at == std::string_view::npos) {
    all.push_back(std::move(begun));
    return;
  }
  const Words& words = place.is_register ? *banks.front() : constants;
  if (place.is_register) banks = banks.subspan(1);
  for (size_t n = 0; n < words.size() && begun.first * (n + 1) <= heaviest; ++n)
    complete(form.substr(place.at + place.length), {begun.first * (n + 1), begun.second + words[n]}, banks, constants,
             heaviest, all);
}

// The form with these words for its registers, and this number.
std::string with_registers(std::string_view form, std::span<const std::string> registers,
                           std::string_view number = "1") {
  std::string text;
  size_t from = 0, next = 0;
  for (Place place = next_place(form); place.at != std::string_view::npos; place = next_place(form, from)) {
    text += form.substr(from, place.at - from);
    text += place.is_register ? std::string_view(registers[next++ % registers.size()]) : number;
    from = place.at + place.length;
  }
  return text + std::string(form.substr(from));
}

// For each register of a form whether it is set.
std::vector<bool> registers_of(std::string_view form) {
  std::vector<bool> registers;
  size_t from = 0;
  for (Place place = next_place(form); place.at != std::string_view::npos; place = next_place(form, from)) {
    if (place.is_register) registers.push_back(place.is_set);
    from = place.at + place.length;
  }
  return registers;
}

// Registers that fit the same forms, in the order of what is likely to be set, and to be read.
struct Bank {
  Words set, read;
};

Words in_order(const Words& registers, const std::set<std::string>& first, const std::set<std::string>& second) {
  Words all = registers;
  const auto rank = [&](const std::string& word) { return first.contains(word) ? 0 : second.contains(word) ? 1 : 2; };
  std::stable_sort(all.begin(), all.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return all;
}

std::vector<Bank> banks_of(const Sketch& sketch, const Words& registers, const Nearby& nearby) {
  const std::vector<std::string_view>& forms = vocabulary(sketch.isa).sequence;
  Words lines;
  for (const std::string& word : registers)
    for (const std::string_view form : forms) lines.push_back(with_registers(form, {&word, 1}));
  const std::vector<bool> good = assembles(sketch, lines);
  std::map<std::vector<bool>, size_t> known;
  std::vector<Words> banks;
  for (size_t n = 0; n < registers.size(); ++n) {
    const auto begin = good.begin() + static_cast<std::ptrdiff_t>(n * forms.size());
    const auto [bank, is_new] =
        known.try_emplace({begin, begin + static_cast<std::ptrdiff_t>(forms.size())}, banks.size());
    if (is_new) banks.emplace_back();
    banks[bank->second].push_back(registers[n]);
  }
  std::vector<Bank> all;
  for (const Words& bank : banks)
    all.push_back({in_order(bank, nearby.wanted, nearby.read), in_order(bank, nearby.unread, nearby.set)});
  return all;
}

struct Form {
  size_t number = 0;  // in the grammar
  std::vector<const Words*> banks;
  Words registers;  // one of each bank
  Words constants;  // that assemble in it
};

// The grammar's forms with a bank for each register, where that assembles.
std::vector<Form> forms_of(const Sketch& sketch, const std::vector<Bank>& banks) {
  const std::vector<std::string_view>& grammar = vocabulary(sketch.isa).sequence;
  std::vector<Form> all;
  Words lines;
  for (size_t number = 0; number < grammar.size(); ++number) {
    const std::vector<bool> places = registers_of(grammar[number]);
    size_t ways = 1;
    for (size_t place = 0; place < places.size(); ++place) ways *= banks.size();
    for (size_t way = 0; way < ways; ++way) {
      Form form{number, {}, {}, {}};
      size_t rest = way;
      for (const bool is_set : places) {
        const Bank& bank = banks[rest % banks.size()];
        rest /= banks.size();
        form.banks.push_back(is_set ? &bank.set : &bank.read);
        form.registers.push_back(form.banks.back()->front());
      }
      lines.push_back(with_registers(grammar[number], form.registers));
      all.push_back(std::move(form));
    }
  }
  const std::vector<bool> good = assembles(sketch, lines);
  std::vector<Form> fitting;
  for (size_t n = 0; n < all.size(); ++n)
    if (good[n]) fitting.push_back(std::move(all[n]));
  return fitting;
}

// Which numbers assemble does not depend on which register of a bank stands there.
void find_constants(const Sketch& sketch, const Words& constants, std::vector<Form>& forms) {
  const std::vector<std::string_view>& grammar = vocabulary(sketch.isa).sequence;
  const auto has_number = [&](const Form& form) { return grammar[form.number].find("?imm") != std::string_view::npos; };
  Words lines;
  for (const Form& form : forms)
    for (size_t n = 0; n < constants.size() && has_number(form); ++n)
      lines.push_back(with_registers(grammar[form.number], form.registers, constants[n]));
  const std::vector<bool> good = assembles(sketch, lines);
  size_t next = 0;
  for (Form& form : forms)
    for (size_t n = 0; n < constants.size() && has_number(form); ++n)
      if (good[next++]) form.constants.push_back(constants[n]);
}

// Forms that give the stack pointer what it lacks.
void add_balance(const Sketch& sketch, int64_t lacks, std::vector<Weighted>& all) {
  const Vocabulary& words = vocabulary(sketch.isa);
  const std::string pointer(words.stack_pointer);
  for (const std::string_view form : words.sequence)
    for (const int64_t number : {lacks, -lacks})
      if (lacks != 0 && form.find("?imm") != std::string_view::npos && form.find("?to") != std::string_view::npos)
        all.emplace_back(1, with_registers(form, {&pointer, 1}, std::to_string(number)));
}

}  // namespace

Words copies(const Sketch& sketch, std::span<const std::string> registers) {
  Words lines;
  for (const std::string& word : registers)
    lines.push_back(with_registers(vocabulary(sketch.isa).sequence.front(), {&word, 1}));
  const std::vector<bool> good = assembles(sketch, lines);
  for (size_t n = 0; n < lines.size(); ++n)
    if (!good[n]) lines[n].clear();
  return lines;
}

// Those of near registers and likely constants come first: a weight is the product of the places that the words have in
// their lists.
Words sequences(const Sketch& sketch, const Words& registers, const Nearby& nearby, const Words& constants,
                uint32_t length) {
  const std::vector<std::string_view>& grammar = vocabulary(sketch.isa).sequence;
  const std::vector<Bank> banks = banks_of(sketch, registers, nearby);
  std::vector<Form> forms = forms_of(sketch, banks);
  find_constants(sketch, constants, forms);
  std::vector<Weighted> all;
  size_t before = 0;
  for (uint64_t heaviest = 4096; heaviest <= kHeaviest && all.size() < kMostSequences; heaviest *= 2) {
    before = all.size();
    all.clear();
    for (const Form& form : forms)
      complete(grammar[form.number], {kFormsOfAWeight + form.number, ""}, form.banks, form.constants, heaviest, all);
    if (all.size() == before && before != 0) break;  // these are all there are
  }
  std::vector<Weighted> balance;
  add_balance(sketch, nearby.stack_lacks, balance);
  Words lines;
  for (const Weighted& w : balance) lines.push_back(w.second);
  const std::vector<bool> good = assembles(sketch, lines);
  for (size_t n = 0; n < balance.size(); ++n)
    if (good[n]) all.push_back(std::move(balance[n]));
  std::stable_sort(all.begin(), all.end(), [](const Weighted& x, const Weighted& y) { return x.first < y.first; });
  Words values = {{}};  // nothing at all
  for (size_t n = 0; n < all.size() && values.size() < kMostSequences; ++n) values.push_back(std::move(all[n].second));
  // Longer ones: every place chooses by itself, the first fastest, so that short ones come first.
  Words longest = values;
  const Words single = values;
  for (uint32_t n = 2; n <= length; ++n) {
    Words longer;
    for (const std::string& head : longest)
      for (size_t i = 1; !head.empty() && i < single.size() && longer.size() < kLongSequences; ++i)
        longer.push_back(head + "\n" + single[i]);
    values.insert(values.end(), longer.begin(), longer.end());
    longest = std::move(longer);
  }
  return values;
}

}  // namespace portolan::sketch::filling

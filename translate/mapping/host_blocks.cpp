#include "translate/mapping/host_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kTried = 4096;  // a place in the host's memory

void external_elements(const Description& chip, const Term* term, std::vector<const Term*>& found) {
  if (term->kind == Term::Kind::element && chip.states[term->state].external && !std::ranges::count(found, term))
    found.push_back(term);
  for (const Term* operand : term->operands) external_elements(chip, operand, found);
}

unsigned width_of(const std::string& key) {
  if (key == "f16" || key == "bf16") return 16;
  unsigned exponent = 0, fraction = 0;
  if (std::sscanf(key.c_str(), "float(%u,%u", &exponent, &fraction) == 2) return 1 + exponent + fraction;
  return static_cast<unsigned>(std::strtoul(key.c_str() + 1, nullptr, 10));
}

const RealFormat* format_of(const Description& chip, const std::string& key) {
  for (const RealFormat& format : chip.reals) {
    Type type;
    type.real = &format;
    if (type_key(type) == key) return &format;
  }
  return nullptr;
}

}  // namespace

bool HostBlocks::find_streams(RealTerms& terms, const Description& chip, const RowOperation& load, std::string& why) {
  std::vector<const Term*> elements;
  external_elements(chip, load.does.value, elements);
  for (const Term* element : elements) {
    Stream stream;
    stream.bytes = (width_of(element->what) + 7) / 8;
    const Term* address = terms.simplify(element->operands[0]);
    std::map<Number, Number> at;
    for (Number parameter : load.parameters) at[parameter] = 0;
    for (const auto& loop : load.does.loops) at[loop.variable] = 0;
    for (size_t p = 0; p < load.parameters.size(); ++p)
      if (depends_on(address, load.parameters[p])) {
        if (stream.parameter != 0) return why = "an address with two bases", false;
        stream.parameter = load.parameters[p];
        stream.which = p;
        const double zero = value_at(address, at);
        at[load.parameters[p]] = 1;
        stream.unit = static_cast<Number>(value_at(address, at) - zero);
        at[load.parameters[p]] = 0;
      }
    if (stream.parameter == 0 || stream.unit < 1) return why = "an address without a base", false;
    const Number middle = load.block != 0 ? load.block_length : load.middle;
    Number row = load.block;
    if (row == 0 && load.middle > 1) row = load.target.dimension[0];
    for (Number i = 0; i < middle; ++i)
      for (Number j = 0; j < load.lanes; ++j) {
        if (row != 0) at[row] = i;
        if (load.lane != 0) at[load.lane] = j;
        stream.offset.push_back(static_cast<uint64_t>(value_at(address, at)));
        stream.span = std::max(stream.span, stream.offset.back() + stream.bytes);
      }
    streams_.push_back(std::move(stream));
  }
  // The stream with the most places is that of the elements.
  std::ranges::stable_sort(streams_, std::greater(), [](const Stream& s) { return s.span / s.bytes; });
  if (streams_.empty() || streams_.size() > 2) return why = "more than two streams of bytes", false;
  if (streams_.size() == 1 && load.does.value->kind == Term::Kind::element)
    format_ = format_of(chip, load.does.value->what);
  if (!format_ && (streams_[0].bytes > 2 || (streams_.size() == 2 && (streams_[0].bytes > 1 || streams_[1].bytes > 1))))
    return why = "too many codes to try them all", false;
  return true;
}

void HostBlocks::decode(const std::vector<uint64_t>& codes, size_t from, size_t to, uint64_t shared,
                        std::vector<double>& out) {
  const std::vector<double> got = run_(
      {codes.begin() + static_cast<std::ptrdiff_t>(from), codes.begin() + static_cast<std::ptrdiff_t>(to)}, shared);
  if (!got.empty()) {
    std::ranges::copy(got, out.begin() + static_cast<std::ptrdiff_t>(from));
  } else if (to - from > 1) {  // one of them is none: which?
    decode(codes, from, (from + to) / 2, shared, out);
    decode(codes, (from + to) / 2, to, shared, out);
  }
}

// Runs the instructions on all codes.
bool HostBlocks::tabulate(const Description& chip, const RowOperation& load) {
  if (format_ || !tables_.empty()) return true;
  const bool shares = streams_.size() == 2;
  run_ = [this, &chip, &load](const std::vector<uint64_t>& codes, uint64_t shared) {
    Evaluator evaluator(chip, 1'000'000'000);
    uint32_t host = kNone;
    for (uint32_t s = 0; s < chip.states.size(); ++s)
      if (chip.states[s].external) host = s;
    std::vector<Evaluator::Argument> arguments(load.parameters.size());
    const auto put = [&](uint64_t address, uint64_t bits, unsigned bytes) {
      for (unsigned b = 0; b < bytes; ++b) evaluator.stores()[host].write(address + b, {(bits >> 8 * b) & 0xff, true});
    };
    uint64_t base = kTried;
    for (size_t s = 0; s < streams_.size(); ++s) {
      arguments[streams_[s].which].number = static_cast<Number>(base) / streams_[s].unit;
      for (size_t n = 0; n < streams_[s].offset.size(); ++n)
        put(base + streams_[s].offset[n], s == 1 ? shared : codes[n % codes.size()], streams_[s].bytes);
      base += (streams_[s].span + kTried - 1) / kTried * kTried;
    }
    evaluator.carry_out(load.declared->by, arguments);
    std::vector<double> values;
    if (evaluator.ended()) return values;
    const Type& type = chip.states[load.target.state].type;
    for (size_t n = 0; n < codes.size(); ++n) {
      const Cell cell = evaluator.stores()[load.target.state].read(n);
      values.push_back(cell.defined && type.real ? type.real->value(cell.bits) : std::nan(""));
    }
    return values;
  };
  std::vector<uint64_t> codes(size_t{1} << (8 * streams_[0].bytes));
  for (size_t n = 0; n < codes.size(); ++n) codes[n] = n;
  const size_t at_once = elements();
  bool first = true;
  for (uint64_t turn = 0; turn < (shares ? 256u : 1u); ++turn) {
    const uint64_t shared = (turn + 127) % 256;
    std::vector<double> values(codes.size(), std::nan(""));
    for (size_t from = 0; from < codes.size(); from += at_once)
      decode(codes, from, std::min(codes.size(), from + at_once), shared, values);
    std::vector<Code> table;
    for (size_t n = 0; n < codes.size(); ++n)
      if (std::isfinite(values[n])) table.push_back({values[n], codes[n]});
    // Of the two zeros the one without a sign first: it is what zero is written as.
    std::ranges::stable_sort(table, {}, [](const Code& c) { return std::pair(c.value, std::signbit(c.value)); });
    if (first && !table.empty() && shares) {  // what is no number with one is none with another
      codes.clear();
      for (const Code& code : table) codes.push_back(code.bits);
      first = false;
    }
    if (!table.empty()) tables_.emplace_back(shared, std::move(table));
  }
  std::ranges::stable_sort(tables_, {}, [](const auto& table) { return table.second.back().value; });
  run_ = nullptr;
  return !tables_.empty();
}

std::shared_ptr<HostBlocks> HostBlocks::make(RealTerms& terms, const Description& chip, const RowOperation& load,
                                             std::string& why) {
  auto made = std::make_shared<HostBlocks>();
  if (!made->find_streams(terms, chip, load, why)) return nullptr;
  return made;
}

std::vector<std::vector<uint8_t>> HostBlocks::encode(const std::vector<double>& values,
                                                     std::vector<double>& read) const {
  std::vector<std::vector<uint8_t>> bytes;
  for (const Stream& stream : streams_) bytes.emplace_back(stream.span, 0);
  const auto put = [&](size_t s, size_t n, uint64_t bits) {
    for (unsigned b = 0; b < streams_[s].bytes; ++b)
      bytes[s][streams_[s].offset[n] + b] = static_cast<uint8_t>(bits >> 8 * b);
  };
  read.assign(values.size(), 0);
  if (format_) {
    for (size_t n = 0; n < values.size(); ++n) {
      read[n] = format_->round(values[n]);
      put(0, n, format_->bits(read[n]));
    }
    return bytes;
  }
  const auto nearest = [](const std::vector<Code>& table, double value) {
    auto above = std::ranges::lower_bound(table, value, {}, &Code::value);
    if (above == table.end()) return std::prev(above);
    if (above != table.begin() && value - std::prev(above)->value < above->value - value) --above;
    return above;
  };
  std::map<uint64_t, std::vector<size_t>> blocks;  // what shares
  for (size_t n = 0; n < values.size(); ++n) blocks[streams_.size() == 2 ? streams_[1].offset[n] : n].push_back(n);
  for (const auto& [place, block] : blocks) {
    double largest = 0;
    for (size_t n : block) largest = std::max(largest, std::abs(values[n]));
    // The finest table that reaches as far; the last if none does.
    auto table = std::ranges::lower_bound(tables_, largest, {}, [](const auto& t) { return t.second.back().value; });
    if (table == tables_.end()) --table;
    if (streams_.size() == 2) put(1, block[0], table->first);
    for (size_t n : block) {
      const auto code = nearest(table->second, values[n]);
      read[n] = code->value;
      put(0, n, code->bits);
    }
  }
  return bytes;
}

}  // namespace portolan::mapping

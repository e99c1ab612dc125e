#include "translate/sketch/filling/explore.h"

#include <algorithm>
#include <cstring>
#include <deque>

#include "ir/fair_clock.h"

namespace portolan::sketch::filling {
namespace {

using Numbers = verify::Filling::Numbers;

constexpr std::chrono::milliseconds kTime{700}, kTimeInTurn{350};
constexpr size_t kMostTries = 2000, kMostAdded = 40, kMostAddedInTurn = 24, kMostQueued = 600;
constexpr size_t kMostExchanges = 6;     // of one number by another
constexpr uint64_t kLongestRun = 20000;  // of an input that is added

constexpr Numbers kNumbers[] = {Numbers::small, Numbers::boundary, Numbers::related, Numbers::text, Numbers::random};

// In a buffer or in the files' data.
// Loads that trapped are among those that were seen: the end may be beyond the last address.
bool lies_in(uint64_t address, uint64_t size, uint64_t base, uint64_t length) {
  return address >= base && size <= length && address - base <= length - size;
}

std::optional<verify::Input> with_number(const emulate::Image& image, verify::Input input, uint64_t address,
                                         uint32_t size, uint64_t number) {
  for (emulate::Region& region : input.regions) {
    if (!lies_in(address, size, region.address, region.bytes.size())) continue;
    std::memcpy(region.bytes.data() + (address - region.address), &number, size);
    return input;
  }
  for (const emulate::DataObject& object : image.objects) {
    if (!lies_in(address, size, object.address, object.size)) continue;
    const uint64_t offset = address - object.address;
    for (verify::DataPiece& piece : input.data) {
      if (piece.object != object.name || !lies_in(offset, size, piece.offset, piece.bytes.size())) continue;
      std::memcpy(piece.bytes.data() + (offset - piece.offset), &number, size);
      return input;
    }
    verify::DataPiece piece{object.name, offset, std::vector<uint8_t>(size), object.local};
    std::memcpy(piece.bytes.data(), &number, size);
    input.data.push_back(std::move(piece));
    return input;
  }
  return std::nullopt;
}

uint64_t number_at_start(const emulate::Image& image, const emulate::Request& request, uint64_t address,
                         uint32_t size) {
  uint64_t number = 0;
  for (uint32_t n = 0; n < size; ++n)
    number |= uint64_t{byte_at_start(image, request, address + n).value_or(0)} << (8 * n);
  return number;
}

class Explorer {
 public:
  Explorer(const Territory& territory, Watch& watch, verify::Random& random)
      : t_(territory), watch_(watch), random_(random) {}

  Expected<std::vector<uint64_t>> run(std::vector<verify::Input> ways, std::vector<Test>& tests);

 private:
  verify::Input next();
  void queue(const verify::Input& input);
  std::optional<Diagnostic> add_fresh(std::vector<Test>& tests);
  void queue_loads(const verify::Input& input);
  // Runs the source on the input, by the watch. Nothing: it takes long.
  std::optional<Test> look(verify::Input input);

  const Territory& t_;
  Watch& watch_;
  verify::Random& random_;
  std::vector<verify::Input> ways_;  // inputs that went new ways
  std::deque<verify::Input> queue_;
  uint64_t turn_ = 0;
  // At first each way of a branch is looked for; then, for some time, ways in turn.
  bool in_turn_ = false;
  std::vector<uint64_t> added_;  // see explore()
};

// Counts and indices that decide how far things go are small numbers.
void Explorer::queue_loads(const verify::Input& input) {
  const emulate::Request request = t_.bench.source_request(t_.boundary, input);
  const emulate::Image& image = t_.bench.source().image();
  const auto loads = watch_.loads();
  for (const uint64_t number : {1, 2, 3, 6, 0, 16})
    for (const auto& [address, size] : loads) {
      const uint64_t before = number_at_start(image, request, address, size);
      if (before == number || before >= emulate::kHarnessBase || queue_.size() >= kMostQueued) continue;
      if (auto changed = with_number(image, input, address, size, number)) queue_.push_back(std::move(*changed));
    }
}

void Explorer::queue(const verify::Input& input) {
  queue_loads(input);
  const emulate::Request request = t_.bench.source_request(t_.boundary, input);
  const emulate::Image& image = t_.bench.source().image();
  const auto compared = watch_.compared(in_turn_);
  const auto loads = watch_.loads();
  for (const uint64_t step : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}})
    for (const auto& [a, b] : compared) {
      // The target has its objects elsewhere.
      if (b >= emulate::kHarnessBase && b < emulate::kImageEnd) continue;
      for (const auto& [address, size] : loads)
        if (queue_.size() < kMostQueued && number_at_start(image, request, address, size) == a)
          if (auto changed = with_number(image, input, address, size, b + step)) queue_.push_back(std::move(*changed));
      for (verify::Input& changed : exchanged(t_, input, a, b + step))
        if (queue_.size() < kMostQueued) queue_.push_back(std::move(changed));
    }
}

verify::Input Explorer::next() {
  if (++turn_ % 4 != 0 && !queue_.empty()) {
    verify::Input input = std::move(queue_.front());
    queue_.pop_front();
    return input;
  }
  verify::Filling filling{kNumbers[random_.below(std::size(kNumbers))], kNumbers[random_.below(std::size(kNumbers))]};
  filling.constants = &t_.constants;
  filling.owners = random_.one_in(3);
  if (random_.one_in(2)) filling.globals = verify::Filling::Globals::mixed;
  if (!ways_.empty() && !random_.one_in(3))
    return verify::varied(t_.boundary, t_.shape, ways_[random_.below(ways_.size())], filling, random_);
  return verify::make_input(t_.boundary, t_.shape, filling, random_);
}

std::optional<Test> Explorer::look(verify::Input input) {
  Test test{t_.function, std::move(input), {}};
  if (!watch_.look_at(test, t_.bench.source_request(t_.boundary, test.input), t_.times_longer, kLongestRun))
    return std::nullopt;
  return test;
}

Expected<std::vector<uint64_t>> Explorer::run(std::vector<verify::Input> ways, std::vector<Test>& tests) {
  ways_ = std::move(ways);
  for (in_turn_ = false;; in_turn_ = true) {
    if (auto problem = add_fresh(tests)) return *problem;
    if (in_turn_) return std::move(added_);
    // From all that there is, simple and wild.
    queue_.clear(), ways_.clear();
    for (const Test& test : tests) ways_.push_back(test.input);
    for (size_t n = ways_.size(); n > 1; --n) std::swap(ways_[n - 1], ways_[random_.below(n)]);
  }
}

std::optional<Diagnostic> Explorer::add_fresh(std::vector<Test>& tests) {
  const auto deadline = FairClock::now() + (in_turn_ ? kTimeInTurn : kTime);
  const auto over = [&] { return FairClock::now() > deadline || (!in_turn_ && !watch_.ways_left()); };
  // What they compare is looked at again, now that it is known which ways are left.
  const std::vector<verify::Input> known = ways_;
  for (const verify::Input& input : known) {
    if (over()) break;
    if (look(input)) queue(input);
  }
  const size_t most = added_.size() + (in_turn_ ? kMostAddedInTurn : kMostAdded);
  for (size_t n = 0; n < kMostTries && added_.size() < most && !over(); ++n) {
    verify::Input input = next();
    if (input.has_nan) continue;
    std::optional<Test> test = look(std::move(input));
    const uint64_t instructions = watch_.instructions();
    const bool fresh = in_turn_ ? watch_.fresh_in_turn() : watch_.fresh();
    if (!test || !fresh || !watch_.left().empty() || instructions == 0) continue;
    queue(test->input);
    ways_.push_back(test->input);
    auto runs = t_.bench.run_source(t_.boundary, {&test->input, 1});
    if (!runs) return runs.error();
    if (!runs->front().unfit.empty()) continue;
    test->source = std::move(runs->front());
    tests.push_back(std::move(*test));
    added_.push_back(instructions);
  }
  return std::nullopt;
}

// Whether the number may stand in so many bytes.
bool fits(uint64_t number, uint64_t bytes) {
  if (bytes == 8) return true;
  const auto as_signed = static_cast<int64_t>(number);
  const int64_t limit = int64_t{1} << (8 * bytes);
  return as_signed < limit && as_signed >= -(limit >> 1);
}

}  // namespace

std::vector<verify::Input> exchanged(const Territory& territory, const verify::Input& input, uint64_t number,
                                     uint64_t by) {
  std::vector<verify::Input> all;
  const verify::Boundary& boundary = territory.boundary;
  for (size_t p = 0; p < input.values.size() && p < territory.shape.parameters.size(); ++p) {
    const verify::BoundaryValue& parameter = boundary.parameters[p];
    if (territory.shape.parameters[p] != verify::Shape::kNumber || parameter.bits > 64 ||
        parameter.kind != verify::BoundaryValue::Kind::integer)
      continue;
    const uint64_t mask = parameter.bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << parameter.bits) - 1;
    if (((input.values[p][0] ^ number) & mask) != 0) continue;
    all.push_back(input);
    const uint64_t value = by & mask;
    const bool negative = parameter.is_signed && (value >> (parameter.bits - 1) & 1) != 0;
    all.back().values[p][0] = negative ? value | ~mask : value;
  }
  auto search = [&](size_t count, auto bytes_of) {
    for (size_t r = 0; r < count; ++r)
      for (const size_t size : {8, 4, 2, 1}) {
        if (!fits(number, size) || !fits(by, size)) continue;
        const size_t end = bytes_of(input, r).size();
        for (size_t at = 0; at + size <= end && all.size() < kMostExchanges; at += size) {
          if (std::memcmp(bytes_of(input, r).data() + at, &number, size) != 0) continue;
          all.push_back(input);
          std::memcpy(bytes_of(all.back(), r).data() + at, &by, size);
        }
      }
  };
  search(input.regions.size(), [](auto& i, size_t r) -> auto& { return i.regions[r].bytes; });
  search(input.data.size(), [](auto& i, size_t r) -> auto& { return i.data[r].bytes; });
  return all;
}

Expected<std::vector<uint64_t>> explore(const Territory& territory, Watch& watch, verify::Random& random,
                                        std::vector<verify::Input> ways, std::vector<Test>& tests) {
  return Explorer(territory, watch, random).run(std::move(ways), tests);
}

}  // namespace portolan::sketch::filling

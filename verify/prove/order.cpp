#include "verify/prove/order.h"

#include <fmt/format.h>

namespace portolan::prove {

using Kind = Event::Kind;

OrderCheck::OrderCheck(terms::Pool& pool, const assembly::Unit& source, const assembly::Unit& target, MemoryOrder order)
    : pool_(pool),
      source_(source.isa),
      target_(target.isa),
      order_(order),
      source_orders_(line_orders(source, Sharing::strongest)),
      target_orders_(line_orders(target, Sharing::weakest)),
      objects_(target.from_object) {}

// Accesses and calls, with what the fences around each amount to. A fence that orders some pairs and another that
// orders the rest are no less than one that orders all.
std::vector<OrderCheck::Step> OrderCheck::steps(const Path& path, const std::map<uint32_t, LineOrder>& orders) const {
  std::vector<Step> steps(1);  // the first stands for what was before
  for (const Event& event : path.events) {
    const auto line = orders.find(event.line);
    const LineOrder order = line == orders.end() ? LineOrder{} : line->second;
    if (event.kind == Kind::fence) {
      steps.back().after |= order.fence;
      continue;
    }
    const uint8_t before = steps.back().after;
    steps.push_back({&event, order, before, 0});
  }
  return steps;
}

// A locked instruction of x86-64 is a full fence. Of an access of a weaker set its own marks say all.
LineOrder OrderCheck::wanted(const Step& source) const {
  const bool exchange = source.event->kind == Kind::exchange;
  if (source_ == Isa::x86_64) {
    LineOrder order;
    order.full = exchange;
    order.acquire = order_ == MemoryOrder::tso && source.event->kind == Kind::read;
    order.release = order_ == MemoryOrder::tso && source.event->kind == Kind::write;
    return order;
  }
  return source.order;
}

// Where plain accesses keep the order of TSO a fence adds only that of stores and later loads.
uint8_t OrderCheck::fence_wanted(uint8_t source) const {
  return order_ == MemoryOrder::tso ? source & kWriteRead : source;
}

std::string OrderCheck::missing(const Step& source, const Step& target) const {
  if (source.order.weak || target.order.weak) return "it is a non-temporal or repeated access, which has no order";
  const LineOrder want = wanted(source);
  const bool exchange = target.event->kind == Kind::exchange;
  LineOrder has = target.order;
  has.full |= exchange && target_ == Isa::x86_64;
  const bool fenced = (target.before & kFullFence) == kFullFence && (target.after & kFullFence) == kFullFence;
  if (want.full && !has.full && !fenced) return "a full fence before it and one behind it";
  auto lacks = [](uint8_t fences, uint8_t wanted) { return (fences & wanted) != wanted; };
  if (want.acquire && !has.full && !has.acquire && lacks(target.after, kAcquireFence))
    return "acquire: no such form, and no fence for loads behind it";
  if (want.release && !has.full && !has.release && lacks(target.before, kReleaseFence))
    return "release: no such form, and no fence for all earlier accesses before it";
  // Stores and later loads of one kind are in a single order: by the forms that are, or by a fence at one end, the same
  // end everywhere. On x86-64 that is behind stores, on RISC-V before loads.
  if (want.single_order && !(has.single_order && target_ == Isa::aarch64) && !has.full) {
    const bool load = target.event->kind == Kind::read;
    const bool at_stores = target_ == Isa::x86_64;
    if (load != at_stores && lacks(at_stores ? target.after : target.before, kWriteRead))
      return at_stores ? "a full fence behind it" : "a full fence before it";
  }
  if (lacks(target.before, fence_wanted(source.before)) && !has.full) return "the fence that the source has before it";
  return {};
}

std::string OrderCheck::same_access(PathPair& paths, const Event& source, const Event& target) const {
  // A store may be an exchange whose old value nobody wants.
  if (source.kind != target.kind && !(source.kind == Kind::write && target.kind == Kind::exchange))
    return "another kind of access is";
  if (source.kind == Kind::call) return {};
  if (source.bits != target.bits) return "an access of another width is";
  if (paths(source.address) != paths(target.address)) return "another place is accessed, as far as is seen,";
  if (source.value && paths(source.value) != paths(target.value)) return "another value is written, as far as is seen,";
  return {};
}

void OrderCheck::compare(PathPair& paths) {
  if (!problem_.empty()) return;
  const std::vector<Step> source = steps(paths.source(), source_orders_),
                          target = steps(paths.target(), target_orders_);
  auto at = [&](uint32_t line) { return objects_ ? fmt::format("offset {:#x}", line) : fmt::format("line {}", line); };
  auto place = [&](const Step& step) { return fmt::format("{} of the target", at(step.event->line)); };
  for (size_t n = 1; n < source.size() && n < target.size(); ++n) {
    if (const std::string other = same_access(paths, *source[n].event, *target[n].event); !other.empty()) {
      problem_ = fmt::format("{}: {} where the source makes its access {} from {}", place(target[n]), other, n,
                             paths.from_source);
      return;
    }
    if (source[n].event->kind == Kind::call) continue;
    if (const std::string what = missing(source[n], target[n]); !what.empty()) {
      problem_ = fmt::format("{}: its order is not the source's: {}", place(target[n]), what);
      return;
    }
  }
  if (source.size() != target.size()) {
    problem_ = fmt::format("between {} and {} the target accesses memory {} times and the source {} times",
                           paths.from_target, paths.to_target, target.size() - 1, source.size() - 1);
    return;
  }
  // What the source's last fence keeps for whatever comes.
  const uint8_t after = fence_wanted(source.back().after);
  if ((target.back().after & after) != after)
    problem_ =
        fmt::format("between {} and {} the target lacks the source's last fence", paths.from_target, paths.to_target);
}

}  // namespace portolan::prove

// How many bytes of stack arguments the callers of a function have written. A function that takes the address of its
// stack arguments (a variadic one, or one with a structure there) gets a copy of them in its own frame: the fewer
// bytes, the better.
#include <algorithm>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// Within a structure on the stack there may be members that nobody wrote; so many bytes of them end the arguments.
constexpr int64_t kGap = 64;

// What a function does to its frame, by offset from the base.
struct FrameWrites {
  std::vector<std::pair<int64_t, int64_t>> stores;  // begin and end
  std::vector<int64_t> escapes;                     // places whose address goes elsewhere: written from there upwards

  FrameWrites(const ir::Function& f, const assembly::Machine& machine) {
    auto saved_register = [&](ValueId v) {
      const std::vector<uint32_t>& saved = machine.callee_saved;
      return f[v].op == Op::get_slot && std::find(saved.begin(), saved.end(), f[v].index) != saved.end();
    };
    auto is_frame = [&](ValueId v) { return f[v].op == Op::frame_address; };
    auto escape = [&](ValueId v) {
      if (is_frame(v)) escapes.push_back(f[v].offset);
    };
    for (ir::BlockId block : ir::reverse_post_order(f)) {
      for (ValueId v : f.blocks[block].instructions) {
        const Instruction& i = f[v];
        bool untyped_call = i.op == Op::call && f.calls[i.index].signature == UINT32_MAX;
        for (unsigned o = 0; o < i.operands.size(); ++o) {
          if (!is_frame(i.operands[o]) || (i.op == Op::load && o == 0)) continue;
          if (untyped_call && o + 1 == i.operands.size()) continue;  // the stack pointer
          int64_t begin = f[i.operands[o]].offset;
          if (i.op == Op::store && o == 0) {
            if (!saved_register(i.operands[1])) stores.emplace_back(begin, begin + f.width(i.operands[1]) / 8);
          } else {
            escapes.push_back(begin);
          }
        }
      }
      for (const ir::Edge& edge : f.blocks[block].terminator.edges)
        for (ValueId v : edge.arguments) escape(v);
    }
  }

  // The first place from `begin` on after which nothing is written for kGap bytes, but no further than `limit`.
  int64_t end_of_writes(int64_t begin, int64_t limit) {
    std::sort(stores.begin(), stores.end());
    int64_t end = begin;
    for (const auto& [from, to] : stores)
      if (to > begin && from < end + kGap) end = std::max(end, to);
    bool reaches_escape = std::any_of(escapes.begin(), escapes.end(),
                                      [&](int64_t place) { return place >= begin && place < end + kGap; });
    return reaches_escape ? limit : std::min(end, limit);
  }
};

}  // namespace

// The arguments begin at the stack pointer. Where an address escapes, all above it may be written, up to the caller's
// own arguments.
uint32_t UnitRaiser::outgoing_stack_bytes(const CallSite& site) const {
  const ir::Function& f = states_[site.function].f;
  const Instruction& call = f[site.call];
  const Instruction& pointer = f[call.operands[convention_.stack_pointer()]];
  if (pointer.op != Op::frame_address || pointer.offset >= 0) return kCopiedStackBytes;
  int64_t begin = pointer.offset, limit = std::min<int64_t>(0, begin + kCopiedStackBytes);
  return static_cast<uint32_t>(FrameWrites(f, convention_.machine()).end_of_writes(begin, limit) - begin);
}

uint32_t UnitRaiser::copied_stack_bytes(size_t n) const {
  const FunctionState& state = states_[n];
  uint32_t most = state.stack_bytes;
  bool unseen_callers = state.exported || state.address_taken || state.outside;
  if (unseen_callers) most = std::max(most, kCopiedStackBytes);
  for (const CallSite& site : callers_[n]) most = std::max(most, outgoing_stack_bytes(site));
  return (most + 7) / 8 * 8;
}

}  // namespace portolan::raise

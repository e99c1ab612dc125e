// Inputs that go other ways than one that ran: numbers that it compared become what they were compared with, numbers
// that it loaded become small ones.
#pragma once

#include "verify/bench.h"
#include "verify/ways.h"

namespace portolan::verify {

// Runs one side by what its instructions mean, and sees the ways that it goes.
class WayFinder : public emulate::IrObserver {
 public:
  explicit WayFinder(const Side& side)
      : image_(side.image()), engine_(emulate::make_ir_engine(side.isa(), this)), ways_(side.isa()) {}

  // False: the run takes more instructions than these, or holds some that is not lifted; it is forgotten.
  bool look_at(emulate::Request request, uint64_t most);
  const Ways& ways() const { return ways_; }

  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots,
                                 emulate::MemoryAccess& memory) override;
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
             bool completed) override;
  void called_outside() override {}

 private:
  const emulate::Image& image_;
  std::unique_ptr<emulate::Engine> engine_;
  Ways ways_;
};

// What stands there when the request begins; nothing: in no buffer and no data.
std::optional<uint8_t> byte_at_start(const emulate::Image& image, const emulate::Request& request, uint64_t address);

// Of the input that `ways` saw last, at most `most`; `in_turn`: see Ways::compared.
std::vector<Input> guided(Bench& bench, const Boundary& boundary, const Shape& shape, const Input& input,
                          const Ways& ways, bool in_turn, size_t most);

}  // namespace portolan::verify

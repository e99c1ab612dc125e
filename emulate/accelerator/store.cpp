#include "emulate/accelerator/store.h"

#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

Store::Store(const State& state) : size_(static_cast<uint64_t>(state.elements())) {
  initial_.defined = state.initial != nullptr;
  initial_.bits = static_cast<uint64_t>(static_cast<UnsignedNumber>(state.initial_value) & mask_of(state.type.width));
  const uint64_t pages = (size_ + kPage - 1) / kPage;
  if (pages <= kDense) dense_.resize(pages);
}

Store::Page& Store::make(uint64_t page) {
  std::unique_ptr<Page>& place = page < dense_.size() ? dense_[page] : sparse_[page];
  if (!place) {
    place = std::make_unique<Page>();
    place->bits.fill(initial_.bits);
    place->defined.fill(initial_.defined);
  }
  return *place;
}

}  // namespace portolan::accelerator

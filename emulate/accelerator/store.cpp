#include "emulate/accelerator/store.h"

#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

Store::Store(const State& state) : size_(static_cast<uint64_t>(state.elements())) {
  initial_.defined = state.initial != nullptr;
  initial_.bits = static_cast<uint64_t>(static_cast<UnsignedNumber>(state.initial_value) & mask_of(state.type.width));
  if (has_list(state)) dense_.resize(pages_of(state));
}

std::shared_ptr<Store::Page> Store::fresh() const {
  auto page = std::make_shared<Page>();
  page->bits.fill(initial_.bits);
  page->defined.fill(initial_.defined);
  return page;
}

Store::Page& Store::make(uint64_t page) {
  std::shared_ptr<Page>& place = page < dense_.size() ? dense_[page] : sparse_[page];
  if (!place || place.use_count() > 1) {
    place = place ? std::make_shared<Page>(*place) : fresh();
    if (page < list_.size()) list_[page] = place.get();
  }
  return *place;
}

bool Store::holds_the_same(const Store& other) const {
  std::shared_ptr<Page> blank;
  const auto differs = [&](uint64_t number, const Page* page, const Store& in) {
    if (!page || page == in.find(number)) return false;
    const Page* theirs = in.find(number);
    if (!theirs && !blank) blank = fresh();
    if (!theirs) theirs = blank.get();
    return page->bits != theirs->bits || page->defined != theirs->defined;
  };
  const auto has_others = [&](const Store& a, const Store& b) {
    for (uint64_t n = 0; n < a.dense_.size(); ++n)
      if (differs(n, a.dense_[n].get(), b)) return true;
    for (const auto& [n, page] : a.sparse_)
      if (differs(n, page.get(), b)) return true;
    return false;
  };
  return !has_others(*this, other) && !has_others(other, *this);
}

const Store::Page* const* Store::list() {
  if (dense_.empty()) return nullptr;
  if (list_.empty()) {
    if (!blank_) blank_ = fresh();
    for (const std::shared_ptr<Page>& page : dense_) list_.push_back(page ? page.get() : blank_.get());
  }
  return list_.data();
}

const Store::Page* Store::page_at(uint64_t page) {
  if (const Page* found = find(page)) return found;
  if (!blank_) blank_ = fresh();
  return blank_.get();
}

}  // namespace portolan::accelerator

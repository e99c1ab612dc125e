// The elements of one memory or register file: bits, and whether anything has defined them. Pages come into being when
// they are written, so that gigabytes of external memory cost nothing.
#pragma once

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

struct Cell {
  uint64_t bits = 0;
  bool defined = false;
};

class Store {
 public:
  explicit Store(const State& state);
  // A copy shares pages until one of the two is written.
  Store(const Store& other)
      : size_(other.size_), initial_(other.initial_), dense_(other.dense_), sparse_(other.sparse_) {}
  Store(Store&&) = default;
  Store& operator=(const Store& other) { return *this = Store(other); }
  Store& operator=(Store&&) = default;

  Cell read(uint64_t index) const {
    const Page* page = find(index / kPage);
    return page ? Cell{page->bits[index % kPage], page->defined[index % kPage]} : initial_;
  }
  void write(uint64_t index, Cell cell) {
    Page& page = make(index / kPage);
    page.bits[index % kPage] = cell.bits;
    page.defined[index % kPage] = cell.defined;
  }
  uint64_t size() const { return size_; }
  // Both have the very same page there, or none.
  bool shares(const Store& other, uint64_t page) const { return find(page) == other.find(page); }
  // Of two stores of one state: every cell.
  bool holds_the_same(const Store& other) const;

  static constexpr uint64_t kPage = 1024;
  struct Page {
    std::array<uint64_t, kPage> bits;
    std::array<bool, kPage> defined;
  };
  // For compiled meanings, which read pages themselves. Where nothing was written lies a blank page. The list stays
  // where it is; null: too many pages for one.
  const Page* const* list();
  static bool has_list(const State& state) { return pages_of(state) <= kDense; }
  const Page* page_at(uint64_t page);

 private:
  static constexpr uint64_t kDense = 1 << 16;  // pages that a plain list is kept of

  static uint64_t pages_of(const State& state) { return (static_cast<uint64_t>(state.elements()) + kPage - 1) / kPage; }
  const Page* find(uint64_t page) const {
    if (page < dense_.size()) return dense_[page].get();
    const auto found = sparse_.find(page);
    return found == sparse_.end() ? nullptr : found->second.get();
  }
  Page& make(uint64_t page);
  std::shared_ptr<Page> fresh() const;

  uint64_t size_;
  Cell initial_;
  std::vector<std::shared_ptr<Page>> dense_;
  std::unordered_map<uint64_t, std::shared_ptr<Page>> sparse_;
  std::shared_ptr<Page> blank_;
  std::vector<const Page*> list_;  // as dense_, once it was asked for
};

}  // namespace portolan::accelerator

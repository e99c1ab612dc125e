// A sequence that only grows and whose elements never move: a reference into it stays good while more is appended, as
// with std::deque, but with few allocations and a cheap move.
#pragma once

#include <bit>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

namespace portolan::ir {

template <typename T>
class Pool {
 public:
  Pool() = default;
  Pool(std::initializer_list<T> values) {
    for (const T& value : values) push_back(value);
  }
  Pool(const Pool& other) { append_all(other); }
  Pool(Pool&& other) noexcept : chunks_(std::move(other.chunks_)), size_(std::exchange(other.size_, 0)) {}
  Pool& operator=(Pool other) noexcept {
    chunks_.swap(other.chunks_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Pool() = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t n) { return chunks_[chunk_of(n)][within(n)]; }
  const T& operator[](size_t n) const { return chunks_[chunk_of(n)][within(n)]; }
  T& back() { return chunks_.back().back(); }
  void clear() { *this = Pool(); }

  void push_back(const T& value) { emplace_back(value); }
  void push_back(T&& value) { emplace_back(std::move(value)); }
  template <typename... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    size_t chunk = chunk_of(size_++);
    if (chunk == chunks_.size()) {
      chunks_.emplace_back();
      chunks_.back().reserve(kFirst << chunk);  // never exceeded: elements stay where they are
    }
    return chunks_.back().emplace_back(std::forward<Arguments>(arguments)...);
  }

  template <typename Owner, typename Element>
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = Element*;
    using reference = Element&;
    Iterator() = default;
    Iterator(Owner* owner, size_t n) : owner_(owner), n_(n) {}
    Element& operator*() const { return (*owner_)[n_]; }
    Element* operator->() const { return &(*owner_)[n_]; }
    Iterator& operator++() {
      ++n_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++n_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    Owner* owner_ = nullptr;
    size_t n_ = 0;
  };
  using iterator = Iterator<Pool, T>;
  using const_iterator = Iterator<const Pool, const T>;
  iterator begin() { return {this, 0}; }
  iterator end() { return {this, size_}; }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, size_}; }

 private:
  // Chunk k holds kFirst << k elements, from number kFirst * (2^k - 1) on.
  static constexpr size_t kFirst = 16;
  static size_t chunk_of(size_t n) { return std::bit_width(n + kFirst) - std::bit_width(kFirst); }
  static size_t within(size_t n) { return n + kFirst - std::bit_floor(n + kFirst); }

  void append_all(const Pool& other) {
    for (const T& value : other) push_back(value);
  }

  std::vector<std::vector<T>> chunks_;
  size_t size_ = 0;
};

}  // namespace portolan::ir

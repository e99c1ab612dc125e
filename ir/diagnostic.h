// Errors are values that know where they come from: a Diagnostic names file, line and column and says what to do, and
// Expected<T> is either a value or a Diagnostic. Nothing in the libraries throws or exits.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace portolan {

// A place in a text input. line and column count from 1; 0 means "the file as a whole". For object files, line is 0 and
// the message names section and offset.
struct SourceLocation {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class Severity : uint8_t { note, warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  SourceLocation location;
  std::string message;      // one sentence, lower case, no full stop, as compilers print it
  std::string source_line;  // the text of the line where the reader has it, else empty
};

// "file:line:column: error: message", followed by the source line and a caret where they are known.
std::string to_string(const Diagnostic& diagnostic);

inline Diagnostic error_at(SourceLocation location, std::string message) {
  return {Severity::error, std::move(location), std::move(message), {}};
}

// A value or the reason why there is none.
template <class T>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Expected(Diagnostic error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return get(); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Diagnostic& error() const {
    assert(!*this && "error() of a value");
    return std::get<1>(state_);
  }

 private:
  T& get() {
    assert(*this && "value of an error");
    return std::get<0>(state_);
  }
  std::variant<T, Diagnostic> state_;
};

}  // namespace portolan

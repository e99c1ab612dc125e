// What is known of a value of host code when it is read: a formula of sizes, memory of the device and how long it is,
// or nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clang/AST/Decl.h"
#include "gpu/manifest/count.h"

namespace portolan::hip {

using manifest::Count;

struct HostValue {
  enum Kind : uint8_t { unknown, number, real, device, address, object, elements, sequence, function };
  Kind kind = unknown;
  Count count;       // number; device: bytes to the end of the allocation; sequence (std::vector): how many
  double value = 0;  // real
  size_t place = 0;  // address: of a variable
  std::shared_ptr<std::map<const clang::FieldDecl*, size_t>> fields;  // object: their places
  std::vector<HostValue> parts;                                       // elements: of an array
  bool on_device = false;                                             // sequence: thrust's
  uint64_t element_bytes = 1;                                         // sequence
  const clang::FunctionDecl* callee = nullptr;

  static HostValue of(Count c) {
    HostValue v;
    if (c.valid()) v.kind = number, v.count = std::move(c);
    return v;
  }
  static HostValue memory(Count bytes) {
    HostValue v = of(std::move(bytes));
    if (v.kind == number) v.kind = device;
    return v;
  }
};

// A name of the host's that a formula may have.
struct HostSize {
  std::optional<int64_t> value;  // that the host code states
  std::vector<int64_t> values;   // that it runs through
  std::string why;               // where it comes from, if it isn't stated
};

struct HostLaunch {
  const clang::FunctionDecl* kernel = nullptr;
  std::string file;
  unsigned line = 0;
  HostValue grid[3], block[3], shared;
  std::vector<HostValue> arguments;
};

}  // namespace portolan::hip

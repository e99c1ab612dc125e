#include "frontends/amdgcn/metadata.h"

#include <functional>
#include <string_view>

#include "llvm/BinaryFormat/MsgPackReader.h"

namespace portolan::amdgcn {
namespace {

using llvm::msgpack::Object;
using llvm::msgpack::Type;

constexpr int kDeepest = 20;

// MessagePack read piece by piece: LLVM's Document trusts the keys of what it reads.
class Walker {
 public:
  explicit Walker(std::span<const uint8_t> bytes)
      : reader_(llvm::StringRef(reinterpret_cast<const char*>(bytes.data()), bytes.size())) {}

  bool next(Object& o) {
    auto read = reader_.read(o);
    if (!read) llvm::consumeError(read.takeError());
    return read && *read;
  }
  // All that belongs to an object whose first piece was read.
  bool skip(const Object& first, int depth = 0) {
    const bool map = first.Kind == Type::Map;
    if (!map && first.Kind != Type::Array) return true;
    if (depth > kDeepest) return false;
    for (size_t n = 0; n < first.Length; ++n)
      for (int part = 0; part < (map ? 2 : 1); ++part)
        if (Object o; !next(o) || !skip(o, depth + 1)) return false;
    return true;
  }
  // `each`: with a key that is a string, and its value's first piece; reads all of the value.
  bool map(const Object& first, const std::function<bool(std::string_view key, const Object& value)>& each) {
    if (first.Kind != Type::Map) return false;
    for (size_t n = 0; n < first.Length; ++n) {
      Object key, value;
      if (!next(key) || key.Kind != Type::String) return false;
      const std::string name = key.Raw.str();
      if (!next(value) || !each(name, value)) return false;
    }
    return true;
  }

 private:
  llvm::msgpack::Reader reader_;
};

uint64_t* place_of(Resources& r, std::string_view key) {
  if (key == ".vgpr_count") return &r.vector_registers;
  if (key == ".agpr_count") return &r.accumulators;
  if (key == ".sgpr_count") return &r.scalar_registers;
  if (key == ".group_segment_fixed_size") return &r.local_bytes;
  if (key == ".private_segment_fixed_size") return &r.scratch_bytes;
  if (key == ".vgpr_spill_count") return &r.vector_spills;
  if (key == ".sgpr_spill_count") return &r.scalar_spills;
  return nullptr;
}

}  // namespace

std::map<std::string, Resources> read_metadata(std::span<const uint8_t> note) {
  std::map<std::string, Resources> all;
  Walker walker(note);
  Object root;
  if (!walker.next(root)) return all;
  walker.map(root, [&](std::string_view key, const Object& value) {
    if (key != "amdhsa.kernels" || value.Kind != Type::Array) return walker.skip(value);
    for (size_t n = 0; n < value.Length; ++n) {
      Object kernel;
      if (!walker.next(kernel)) return false;
      std::string name;
      Resources r;
      const bool whole = walker.map(kernel, [&](std::string_view what, const Object& v) {
        if (what == ".name" && v.Kind == Type::String) name = v.Raw.str();
        if (uint64_t* to = place_of(r, what); to && v.Kind == Type::UInt) *to = v.UInt;
        return walker.skip(v);
      });
      if (!whole) return false;
      all[name] = r;
    }
    return true;
  });
  return all;
}

}  // namespace portolan::amdgcn

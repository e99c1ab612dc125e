// Whether a run of the translation did what the source did. The source runs twice, with opposite rubbish in everything
// undefined; what differs between its own two runs is nothing that a translation has to keep.
#pragma once

#include "verify/side.h"

namespace portolan::verify {

// Addresses of named data on both sides.
class AddressMap {
 public:
  AddressMap(const Side& source, const Side& target);

  // Where the other side has the byte at `address`; false: it has no name there.
  bool to_target(uint64_t address, uint64_t& other) const { return translate(source_names_, target_, address, other); }
  bool to_source(uint64_t address, uint64_t& other) const { return translate(target_names_, source_, address, other); }
  // The same for the bytes from `address` on, as many as `size` allows and one name has; `size` becomes their number.
  bool to_target(uint64_t address, uint64_t& other, uint64_t& size) const {
    return translate(source_names_, target_, address, other, &size);
  }
  bool to_source(uint64_t address, uint64_t& other, uint64_t& size) const {
    return translate(target_names_, source_, address, other, &size);
  }
  // Whether the source touches what lies as far from some object as `target` lies from the same object there.
  bool touches(uint64_t target, const std::vector<std::pair<uint64_t, uint64_t>>& touched) const;
  // The same number, or pointers to the same thing.
  bool same(uint64_t source, uint64_t target) const;
  // Pointers to what has a name on one side only: a local variable that outlives its function, which every compiler
  // calls as it likes.
  bool are_private(uint64_t source, uint64_t target) const;

 private:
  struct Name {
    uint64_t address, size;    // 0: not stated
    std::string on_the_other;  // its name there; empty: it has none
  };
  static std::vector<Name> names_of(const Side& side, const Side& other);
  static bool translate(const std::vector<Name>& names, const Side& other, uint64_t address, uint64_t& result,
                        uint64_t* size = nullptr);
  bool same_constant(uint64_t source, uint64_t target) const;

  const Side& source_;
  const Side& target_;
  std::vector<Name> source_names_, target_names_;
};

enum class Finding : uint8_t {
  agrees,
  differs,
  inconclusive,  // says nothing, about this input
};

// Where a difference shows, for those who follow the value back to the instruction that made it.
struct Spot {
  enum class Kind : uint8_t { other, result, region, data, register_, ending };
  Kind kind = Kind::other;
  uint32_t index = 0;   // result; region; general register of the target
  uint32_t half = 0;    // result: of a vector
  uint64_t source = 0;  // region: offset; data: address
  uint64_t target = 0;
  bool operator==(const Spot&) const = default;
};

struct Comparison {
  Finding finding = Finding::agrees;
  std::string what;              // differs: what; inconclusive: why
  Spot spot;                     // differs
  unsigned nan_differences = 0;  // allowed, and counted
  bool perhaps_nan = false;      // differs: two NaNs of other signs or payloads, or integers that look like that
  bool outlasts = false;         // inconclusive: the target ran out of its limit long after the source had returned
  // Inconclusive: what may be looked into. The target came to its limit; needs a larger stack; trapped beside data.
  enum class Doubt : uint8_t { none, limit, stack, beside_data };
  Doubt doubt = Doubt::none;
};

// Whether the source's two runs are fit to be compared with: empty, or why not.
std::string unfit(const emulate::Outcome& first, const emulate::Outcome& second);
std::string describe_ending(const emulate::Outcome& outcome);

struct Runs {
  const emulate::Outcome& first;  // the source, twice
  const emulate::Outcome& second;
  const emulate::Outcome& target;
  const emulate::Request& target_request;
};
Comparison compare(const Side& source, const Side& target, const AddressMap& map, const Boundary& boundary,
                   const Input& input, const Runs& runs);

}  // namespace portolan::verify

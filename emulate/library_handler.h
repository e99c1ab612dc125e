// The default handler of external calls: functions of the C library that work on registers and memory alone are
// executed; functions whose signature was declared answer with values made from their arguments, the same on every
// ISA; others are unhandled. After each call the registers that a callee may change hold rubbish, so that code that
// counts on them is found out.
#pragma once

#include <map>
#include <set>
#include <string>

#include "emulate/call.h"

namespace portolan::emulate {

class LibraryHandler : public ExternalHandler {
 public:
  // The heap is an ordinary region of the request at these addresses (heap_region()); without one malloc gives null.
  // `image` serves __tls_get_addr, which needs to know where thread-local storage stands; it may be left out.
  LibraryHandler(Isa isa, uint64_t heap_address, uint64_t heap_size, const Image* image = nullptr)
      : isa_(isa), heap_address_(heap_address), heap_size_(heap_size), image_(image) {}

  // See call.h for the letters. The library's own functions need no declaration. What it answers depends on its name
  // and arguments; where a number other than 0 stands behind the heap, on that number and on what was answered before
  // too: then integers are often 0, and pointers lead to the heap.
  void declare(const std::string& name, const std::string& signature) { declared_[name] = signature; }
  bool has_declarations() const { return !declared_.empty(); }
  bool declares(const std::string& name) const { return declared_.contains(name); }
  // Then objects on the stack that nobody wrote to are filled too, as far as they can be told from what lies beside
  // them: a guess.
  void fill_objects_on_the_stack() { fills_ = true; }
  // Of a function of which nothing is known: its arguments are not looked at, its result is a number that is the same
  // in all integer types but the unsigned narrow ones. Other results are rubbish, the word that stands 8 bytes behind
  // the number behind the heap being part of it.
  static constexpr const char* kUnknownSignature = "?";

  void start_request() override;
  Result on_external(const std::string& name, MachineState& state, MemoryAccess& memory) override;

  // What the rows in library_functions.cpp use.
  uint64_t allocate(Call& call, uint64_t size);
  // An object of the library's own on the emulated heap, made with these contents when first asked for; 0: no room.
  uint64_t object(Call& call, const std::string& name, std::span<const uint8_t> contents);
  uint64_t allocated_size(Call& call, uint64_t address);
  uint64_t next_random();
  void seed_random(uint64_t seed) { random_ = seed; }
  const Image* image() const { return image_; }
  // What the program has written since the request started; no more than the first MiB.
  const std::string& output() const { return output_; }

 private:
  void answer(Call& call, const std::string& name, const std::string& signature);
  uint64_t pointer_answer(Call& call, uint64_t seed);
  void fill_objects(Call& call, const std::string& signature, uint64_t seed);
  bool seems_not_to_return(const MachineState& state, MemoryAccess& memory) const;
  void scramble(MachineState& state, const MachineState& before, uint64_t seed, const std::string& signature,
                uint64_t rubbish) const;

  Isa isa_;
  uint64_t heap_address_, heap_size_, heap_used_ = 0;
  uint64_t random_ = 1;
  const Image* image_;
  std::map<std::string, std::string> declared_;
  std::map<std::string, uint64_t> objects_;
  std::string output_;
  uint64_t answered_ = 0;
  bool fills_ = false;
};

// A writable region to give to the handler of the same addresses.
Region heap_region(uint64_t address, uint64_t size);

struct LibraryFunction {
  const char* name;
  const char* signature;
  void (*run)(LibraryHandler&, Call&);
};

// The function of that name, or null.
const LibraryFunction* find_library_function(const std::string& name);

}  // namespace portolan::emulate

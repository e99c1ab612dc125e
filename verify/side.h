// One side of a comparison: the linked image, the engine that runs it, and how an input becomes a request for it.
#pragma once

#include <map>
#include <memory>

#include "emulate/library_handler.h"
#include "verify/input.h"

namespace portolan::verify {

enum class Which : uint8_t { source, target };

// What a run finds in registers that carry no argument, and in memory that nobody wrote.
struct Rubbish {
  uint64_t seed = 0;  // of what the registers hold; 0: nothing but `fill`
  uint8_t fill = 0xa5;
};

// The target's: of any kind, the same whenever it is given this input. What it takes for a number is a small one
// now and then.
Rubbish target_rubbish(const Input& input);

class Side {
 public:
  // `missing`: functions that the other side has and this one lacks; calling them ends the run. Without an engine's
  // name the processor itself runs its own code, and Unicorn that of others.
  static Expected<std::unique_ptr<Side>> make(Which which, Isa isa, const emulate::Object& object,
                                              const std::set<std::string>& missing, std::string_view engine = {});

  // Functions outside that the tester does not know answer something, by these signatures (emulate/call.h), the same on
  // both sides.
  void stand_in_for(const std::map<std::string, std::string>& signatures);
  // They fill objects on the stack too: for who only looks for candidates. What it tells is no evidence.
  void fill_objects_on_the_stack() { handler_->fill_objects_on_the_stack(); }

  emulate::Request request(const Boundary& boundary, const Input& input, const Rubbish& rubbish, bool coverage = false);
  Expected<std::vector<emulate::Outcome>> run(std::span<const emulate::Request> requests) {
    return engine_->run_all(image_, requests);
  }

  const emulate::Image& image() const { return image_; }
  // What the last run wrote by printf and the like.
  const std::string& output() const { return handler_->output(); }
  const emulate::Engine& engine() const { return *engine_; }
  Isa isa() const { return image_.isa; }
  const std::string& symbol_of(const Boundary& b) const { return which_ == Which::source ? b.name : b.target_name; }
  const Place& place_of(const BoundaryValue& v) const { return which_ == Which::source ? v.source : v.target; }
  Value result(const BoundaryValue& value, const emulate::Outcome& outcome) const;
  // The byte of a writable segment at the end of a run; false: there is none.
  bool byte_after(const emulate::Outcome& outcome, uint64_t address, uint8_t& byte) const;
  // The bytes from `address` on at the end of a run; false: they are not all in one segment.
  bool bytes_after(const emulate::Outcome& outcome, uint64_t address, std::span<uint8_t> bytes) const;
  // What a run changed in data that the request put there or the image has, as far as it lies side by side.
  std::vector<emulate::MemoryChange> written(const emulate::Request& request, const emulate::Outcome& outcome) const;
  bool is_writable_data(uint64_t address) const;
  bool stands_in() const;
  bool stands_in_for(const std::string& name) const { return handler_->declares(name); }

 private:
  Which which_ = Which::source;
  emulate::Image image_;
  std::unique_ptr<emulate::Engine> engine_;
  std::unique_ptr<emulate::LibraryHandler> handler_;
  bool draws_answers_ = false;  // also where only the other side calls one of those functions
};

// The general registers that give integer results, the vector registers that give floating-point ones.
unsigned integer_result_register(Isa isa, uint32_t index);
unsigned float_result_register(Isa isa, uint32_t index);

}  // namespace portolan::verify

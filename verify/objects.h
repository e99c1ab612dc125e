// Whether a run reaches by an index from one object of the files' data into another, to which nothing it holds points:
// how they lie to each other is the linker's choice, and says nothing of what the source means.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "emulate/ir_code.h"
#include "emulate/ir_engine.h"
#include "verify/side.h"

namespace portolan::verify {

// Looks on while the IR engine runs.
class ObjectWatch {
 public:
  explicit ObjectWatch(const emulate::Image& image);

  void begin();
  void before(uint64_t pc, std::span<const llvm::APInt> slots);
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots,
             std::span<const emulate::IrObserver::Access> accesses);
  const std::string& left() const { return left_; }  // how, in words; empty: it never did

 private:
  // What an instruction computes from.
  struct Use {
    std::vector<assembly::Slot> reads;          // of 64 bits
    std::vector<assembly::Slot> address_slots;  // of those: its addresses
    std::vector<uint64_t> constants;            // in its addresses
    bool loads = false;
    std::optional<uint64_t> first;  // it only added a constant, when it ran first, and this came out
  };
  // A number in a register, the address that it comes from (itself, or without what was added to it as an index), and
  // the instruction that made that.
  struct Pointer {
    uint64_t value = 0, origin = 0, maker = 0;
  };
  Use& use_at(uint64_t pc);
  Pointer pointer_in(assembly::Slot slot, std::span<const llvm::APInt> slots) const;
  Pointer made_of(uint64_t value, assembly::Slot slot, Use& use) const;
  const emulate::DataObject* object_at(uint64_t address) const;
  const emulate::DataObject* meant_by(const Pointer& pointer) const;
  void choose(const Pointer& pointer, const emulate::DataObject* reached);
  void mark(const emulate::DataObject& object) { pointed_at_[static_cast<size_t>(&object - objects_.data())] = true; }
  void note(uint64_t number);
  void look_at(const emulate::IrObserver::Access& access);

  emulate::IrCode code_;
  std::vector<emulate::DataObject> objects_;  // by address
  std::unordered_map<uint64_t, Use> uses_;
  std::unordered_map<assembly::Slot, Pointer> pointers_;
  // Of the present instruction, before it ran: what it read, and what its address is made of.
  uint64_t pc_ = 0;
  std::vector<std::pair<assembly::Slot, Pointer>> read_;
  std::vector<Pointer> operands_;
  std::vector<bool> pointed_at_;  // objects
  // By the instruction that made the address at which one object ends and another begins: which of the two it means.
  std::unordered_map<uint64_t, const emulate::DataObject*> chosen_;
  bool begun_ = false;
  std::string left_;
};

// The same of one run of a side.
class ObjectLeaver {
 public:
  explicit ObjectLeaver(const Side& side);
  ~ObjectLeaver();
  std::string leaves(emulate::Request request);  // how, in words; empty: it does not, as far as it could be followed

 private:
  struct Watcher;
  const Side& side_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<emulate::IrEngine> engine_;
};

}  // namespace portolan::verify

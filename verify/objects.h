// Whether a run reaches by an index from one object of the files' data into another, to which nothing it holds points:
// how they lie to each other is the linker's choice, and says nothing of what the source means.
#pragma once

#include <memory>
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
  // What an instruction computes addresses from.
  struct Address {
    std::vector<assembly::Slot> slots;
    std::vector<uint64_t> constants;
  };
  const Address& address_at(uint64_t pc);
  const emulate::DataObject* object_at(uint64_t address) const;
  void note(uint64_t number);
  void look_at(const emulate::IrObserver::Access& access);

  emulate::IrCode code_;
  std::vector<emulate::DataObject> objects_;  // by address
  std::unordered_map<uint64_t, Address> addresses_;
  std::vector<uint64_t> operands_;  // of the present instruction's address
  std::vector<bool> pointed_at_;    // objects
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

#include "verify/objects.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::verify {
namespace {

// Loops count from a little before an object or to behind its end.
constexpr uint64_t kAround = 8;

bool lies_near(const emulate::DataObject& object, uint64_t address) {
  return address + kAround >= object.address && address <= object.address + object.size + kAround;
}

bool may_be_in_image(uint64_t address) {
  return address >= emulate::kHarnessBase && address < emulate::kImageEnd;
}

void collect(const ir::Function& function, ir::ValueId value, std::vector<assembly::Slot>& slots,
             std::vector<uint64_t>& constants) {
  const ir::Instruction& i = function[value];
  if (i.op == ir::Op::get_slot) slots.push_back(i.index);
  const ir::APInt* const constant = function.constant(value);
  uint64_t number = 0;
  if (constant != nullptr && constant->getBitWidth() == 64) number = constant->getZExtValue();
  if (i.op == ir::Op::symbol_address) {
    const ir::SymbolRef& symbol = function.symbols[i.index];
    number = emulate::address_of_name(symbol.name) + symbol.addend;
  }
  if (may_be_in_image(number)) constants.push_back(number);
  if (ir::info(i.op).effects == ir::Effects::Reads) return;  // a pointer that it loads
  for (const ir::ValueId operand : i.operands) collect(function, operand, slots, constants);
}

}  // namespace

ObjectWatch::ObjectWatch(const emulate::Image& image) : code_(image), objects_(image.objects) {
  objects_.insert(objects_.end(), image.pieces.begin(), image.pieces.end());
  std::stable_sort(objects_.begin(), objects_.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
}

void ObjectWatch::begin() {
  pointed_at_.assign(objects_.size(), false);
  begun_ = false;
  left_.clear();
  pointers_.clear();
  chosen_.clear();
}

const emulate::DataObject* ObjectWatch::object_at(uint64_t address) const {
  const auto behind = std::upper_bound(objects_.begin(), objects_.end(), address,
                                       [](uint64_t a, const emulate::DataObject& o) { return a < o.address; });
  if (behind == objects_.begin()) return nullptr;
  const emulate::DataObject& object = *std::prev(behind);
  return address - object.address < object.size ? &object : nullptr;
}

const emulate::DataObject* ObjectWatch::meant_by(const Pointer& pointer) const {
  const auto chosen = chosen_.find(pointer.maker);
  return chosen == chosen_.end() ? object_at(pointer.origin) : chosen->second;
}

// Code that runs through an object often has the address of its end, and another may begin there: what the first
// access through it reaches is what it means.
void ObjectWatch::choose(const Pointer& pointer, const emulate::DataObject* reached) {
  const emulate::DataObject *begins = object_at(pointer.origin), *ends = object_at(pointer.origin - 1);
  if (reached == nullptr || begins == nullptr || ends == nullptr || begins == ends) return;
  if (reached != begins && reached != ends) return;
  if (chosen_.try_emplace(pointer.maker, reached).first->second == reached) mark(*reached);
}

// The object that it lies in, unless it may be the end of another too; else those that lie near it.
void ObjectWatch::note(uint64_t number) {
  if (!may_be_in_image(number)) return;
  if (const emulate::DataObject* const here = object_at(number); here != nullptr) {
    if (number != here->address || object_at(number - 1) == nullptr) mark(*here);
    return;
  }
  auto object = std::upper_bound(objects_.begin(), objects_.end(), number + kAround,
                                 [](uint64_t a, const emulate::DataObject& o) { return a < o.address; });
  while (object != objects_.begin() && lies_near(*--object, number)) mark(*object);
}

ObjectWatch::Use& ObjectWatch::use_at(uint64_t pc) {
  const auto [known, is_new] = uses_.try_emplace(pc);
  const emulate::IrStep* step = is_new ? code_.at(pc) : nullptr;
  if (step == nullptr) return known->second;
  Use& use = known->second;
  for (const ir::Instruction& i : step->function.values) {
    if (i.op == ir::Op::get_slot && i.width == 64) use.reads.push_back(i.index);
    const ir::Effects effects = ir::info(i.op).effects;
    use.loads |= effects == ir::Effects::Reads;
    if ((effects == ir::Effects::Reads || effects == ir::Effects::Writes) && !i.operands.empty())
      collect(step->function, i.operands[0], use.address_slots, use.constants);
  }
  return use;
}

// What a function outside left there comes from nowhere else.
ObjectWatch::Pointer ObjectWatch::pointer_in(assembly::Slot slot, std::span<const llvm::APInt> slots) const {
  const uint64_t value = slots[slot].getZExtValue();
  const auto known = pointers_.find(slot);
  return known != pointers_.end() && known->second.value == value ? known->second : Pointer{value, value, 0};
}

void ObjectWatch::before(uint64_t pc, std::span<const llvm::APInt> slots) {
  if (!begun_)
    for (const llvm::APInt& slot : slots)
      if (slot.getBitWidth() == 64) note(slot.getZExtValue());
  begun_ = true;
  pc_ = pc;
  const Use& use = use_at(pc);
  operands_.clear(), read_.clear();
  for (const uint64_t constant : use.constants) operands_.push_back({constant, constant, pc}), note(constant);
  for (const assembly::Slot slot : use.address_slots)
    if (slots[slot].getBitWidth() == 64) operands_.push_back(pointer_in(slot, slots));
  for (const assembly::Slot slot : use.reads) read_.emplace_back(slot, pointer_in(slot, slots));
}

// By an index: what is always as far from a pointer was put there by the compiler.
void ObjectWatch::look_at(const emulate::IrObserver::Access& access) {
  const bool one = operands_.size() == 1;
  if (operands_.empty()) return;
  const emulate::DataObject* const reached = object_at(access.address);
  if (one && operands_[0].origin == operands_[0].value) {
    if (reached != nullptr) mark(*reached);
    return;
  }
  for (const Pointer& operand : operands_) note(operand.origin), choose(operand, reached);
  const bool whole = reached != nullptr && access.address + access.size <= reached->address + reached->size;
  if (reached != nullptr && (whole || !access.write) && pointed_at_[static_cast<size_t>(reached - objects_.data())])
    return;
  for (const Pointer& operand : operands_) {
    const emulate::DataObject* const from = meant_by(operand);
    // One pointer serves several objects that lie beside each other.
    const bool meant =
        one && reached != nullptr && reached == object_at(operand.origin + (access.address - operand.value));
    if (from != nullptr && !(meant && whole) && (from != reached || !whole))
      left_ = fmt::format("the source goes from {} by an index to {}, which may stand elsewhere", from->name,
                          reached == nullptr || from == reached ? "what lies beside it" : reached->name);
  }
}

// Adding a constant leads to where the compiler wants, but what a register is counted up by in a loop is an index too.
ObjectWatch::Pointer ObjectWatch::made_of(uint64_t value, assembly::Slot slot, Use& use) const {
  const Pointer* base = nullptr;
  bool counts = false;
  for (const auto& [read, pointer] : read_) {
    if (!use.loads && pointer.value == value) return pointer;
    if (base == nullptr && may_be_in_image(pointer.value)) base = &pointer;
    counts |= read == slot;
  }
  // A load may count its address up besides (A64, "Load/Store addressing modes").
  if (base == nullptr || (use.loads && !counts)) return {value, value, pc_};
  if (read_.size() > 1) return {value, base->origin, base->maker};
  if (!use.first) use.first = value;
  if (counts && value != *use.first) return {value, base->origin, base->maker};
  return {value, base->origin + (value - base->value), pc_};
}

void ObjectWatch::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots,
                        std::span<const emulate::IrObserver::Access> accesses) {
  for (const emulate::IrObserver::Access& access : accesses)
    if (left_.empty() && may_be_in_image(access.address)) look_at(access);
  Use& use = use_at(pc_);
  for (const assembly::Slot slot : step.written) {
    if (slots[slot].getBitWidth() != 64) continue;
    const uint64_t value = slots[slot].getZExtValue();
    const Pointer made = may_be_in_image(value) ? made_of(value, slot, use) : Pointer{value, value, pc_};
    pointers_[slot] = made;
    // Half of an address (auipc, adrp) is none yet.
    if (use.loads || !read_.empty()) note(made.origin);
  }
}

struct ObjectLeaver::Watcher : emulate::IrObserver {
  explicit Watcher(const emulate::Image& image) : watch(image) {}
  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots, emulate::MemoryAccess&) override {
    if (!watch.left().empty()) return std::nullopt;
    watch.before(pc, slots);
    return pc;
  }
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
             bool) override {
    watch.after(step, slots, accesses);
  }
  void called_outside() override {}

  ObjectWatch watch;
};

ObjectLeaver::ObjectLeaver(const Side& side)
    : side_(side),
      watcher_(std::make_unique<Watcher>(side.image())),
      engine_(emulate::make_ir_engine(side.isa(), watcher_.get())) {}

ObjectLeaver::~ObjectLeaver() = default;

std::string ObjectLeaver::leaves(emulate::Request request) {
  constexpr uint64_t kMostInstructions = 1 << 20;
  request.limits.instructions = kMostInstructions;
  watcher_->watch.begin();
  return engine_->run(side_.image(), request) ? watcher_->watch.left() : std::string();
}

}  // namespace portolan::verify

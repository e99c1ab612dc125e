// The graph itself: nodes are made once, so that equal terms are one term.
#include "llvm/ADT/Hashing.h"
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

uint64_t hash_of(const Draft& draft) {
  llvm::hash_code hash = llvm::hash_combine(uint8_t(draft.kind), draft.width, draft.extra);
  for (Term t : draft.operands) hash = llvm::hash_combine(hash, t.id);
  for (const APInt& n : draft.numbers) hash = llvm::hash_combine(hash, llvm::hash_value(n));
  for (int64_t offset : draft.offsets) hash = llvm::hash_combine(hash, offset);
  return hash;
}

bool same(const Node& node, const Draft& draft, uint64_t hash) {
  if (node.hash != hash || node.kind != draft.kind || node.width != draft.width || node.extra != draft.extra ||
      node.count != draft.operands.size() || !std::equal(draft.operands.begin(), draft.operands.end(), node.operands)) {
    return false;
  }
  return std::equal(draft.numbers.begin(), draft.numbers.end(), node.numbers) &&
         std::equal(draft.offsets.begin(), draft.offsets.end(), node.offsets);
}

template <class T>
const T* copy(llvm::BumpPtrAllocator& arena, std::span<const T> values) {
  if (values.empty()) return nullptr;
  T* memory = arena.Allocate<T>(values.size());
  std::uninitialized_copy(values.begin(), values.end(), memory);
  return memory;
}

}  // namespace

Pool::Pool() : state_(std::make_unique<State>()) {
  state_->table.assign(1024, UINT32_MAX);
}
Pool::~Pool() = default;

void Pool::State::grow() {
  std::vector<uint32_t> larger(table.size() * 2, UINT32_MAX);
  for (uint32_t id = 0; id < nodes.size(); ++id) {
    size_t at = nodes[id].hash & (larger.size() - 1);
    while (larger[at] != UINT32_MAX) at = (at + 1) & (larger.size() - 1);
    larger[at] = id;
  }
  table = std::move(larger);
}

Term Pool::State::intern(const Draft& draft) {
  const uint64_t hash = hash_of(draft);
  if (nodes.size() * 2 >= table.size()) grow();
  size_t at = hash & (table.size() - 1);
  for (; table[at] != UINT32_MAX; at = (at + 1) & (table.size() - 1))
    if (same(nodes[table[at]], draft, hash)) return {table[at]};

  Node node;
  node.kind = draft.kind;
  node.width = draft.width;
  node.count = draft.operands.size();
  node.extra = draft.extra;
  node.hash = hash;
  if (draft.width > 0) {
    std::tie(node.zero, node.one) = compute_known_bits(*this, draft);
    if (draft.kind != Kind::constant && (node.zero | node.one).isAllOnes()) {
      return intern({Kind::constant, draft.width, {}, 0, {&node.one, 1}, {}});
    }
  }
  for (Term t : draft.operands) node.depth = std::max(node.depth, nodes[t.id].depth + 1);
  node.operands = copy(arena, draft.operands);
  node.offsets = copy(arena, draft.offsets);
  if (!draft.numbers.empty()) {
    node.numbers = numbers.emplace_back(draft.numbers.begin(), draft.numbers.end()).data();
  }
  const Term made{static_cast<uint32_t>(nodes.size())};
  nodes.push_back(std::move(node));
  table[at] = made.id;
  return made;
}

Term Pool::State::make(const Draft& draft) {
  return intern(draft);
}

uint32_t Pool::State::name_id(std::string_view name) {
  const auto [entry, is_new] = name_ids.try_emplace(llvm::StringRef(name.data(), name.size()), names.size());
  if (is_new) names.emplace_back(name);
  return entry->second;
}

Kind Pool::kind(Term t) const {
  return (*state_)[t].kind;
}
unsigned Pool::width(Term t) const {
  return (*state_)[t].width;
}
std::span<const Term> Pool::operands(Term t) const {
  return {(*state_)[t].operands, (*state_)[t].count};
}
std::string_view Pool::name(Term t) const {
  return state_->names[(*state_)[t].extra];
}
const APInt* Pool::constant_value(Term t) const {
  const Node& node = (*state_)[t];
  return node.kind == Kind::constant ? node.numbers : nullptr;
}
unsigned Pool::low_bit(Term t) const {
  return (*state_)[t].extra;
}
std::span<const int64_t> Pool::offsets(Term t) const {
  const Node& node = (*state_)[t];
  return {node.offsets, node.kind == Kind::write ? node.count - 2 : 0};
}
size_t Pool::size() const {
  return state_->nodes.size();
}
std::pair<APInt, APInt> Pool::known_bits(Term t) const {
  return {(*state_)[t].zero, (*state_)[t].one};
}

Term Pool::constant(const APInt& value) {
  return state_->make({Kind::constant, value.getBitWidth(), {}, 0, {&value, 1}, {}});
}

Term Pool::variable(std::string_view name, unsigned width) {
  const uint32_t id = state_->name_id(name);
  Term& entry = state_->variables[id];
  if (!entry) entry = state_->make({Kind::variable, width, {}, id, {}, {}});
  assert(this->width(entry) == width && "a variable has one width");
  return entry;
}

Term Pool::memory(std::string_view name) {
  return state_->make({Kind::memory, 0, {}, state_->name_id(name), {}, {}});
}

Term Pool::apply(std::string_view function, unsigned width, std::span<const Term> arguments) {
  return state_->make({Kind::apply, width, arguments, state_->name_id(function), {}, {}});
}

void Pool::declare_object(Term base, Object object) {
  assert(kind(base) == Kind::variable);
  if (state_->objects.insert_or_assign(base, object).second) state_->object_list.push_back(base);
  state_->mentions.clear();
}

bool Pool::relied_on_indices() const {
  return state_->relied_on_indices;
}

void Pool::declare_alignment(Term variable, unsigned zeros) {
  assert(kind(variable) == Kind::variable);
  state_->nodes[variable.id].zero.setLowBits(zeros);
}

}  // namespace portolan::terms

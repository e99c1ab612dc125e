// Terms as numbers. Iterative: what a term needs first is put on a list, so that long chains need no stack.
#include "ir/concrete_domain.h"
#include "llvm/ADT/ArrayRef.h"
#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

uint64_t mix(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

uint64_t mix(uint64_t hash, uint64_t value) {
  return mix(hash ^ mix(value));
}

uint64_t mix(uint64_t hash, std::string_view text) {
  for (char c : text) hash = mix(hash, static_cast<unsigned char>(c));
  return mix(hash, text.size());
}

uint64_t mix(uint64_t hash, const APInt& value) {
  for (unsigned i = 0; i < value.getNumWords(); ++i) hash = mix(hash, value.getRawData()[i]);
  return mix(hash, value.getBitWidth());
}

APInt drawn(uint64_t hash, unsigned width) {
  std::vector<uint64_t> words((width + 63) / 64);
  for (size_t i = 0; i < words.size(); ++i) words[i] = mix(hash, i);
  return APInt(width, llvm::ArrayRef<uint64_t>(words));
}

APInt bit(bool value) {
  return APInt(1, value);
}

APInt concat(std::span<const APInt* const> pieces, unsigned width) {
  APInt result(width, 0);
  for (const APInt* piece : pieces) {
    if (piece->getBitWidth() < width) result <<= piece->getBitWidth();
    result |= piece->zext(width);
  }
  return result;
}

// Operations whose value depends on those of their operands only.
APInt compute_plain(const Node& node, std::span<const APInt* const> v) {
  const unsigned width = node.width;
  ir::ConcreteDomain domain;
  switch (node.kind) {
    case Kind::constant:
      return *node.numbers;
    case Kind::linear: {
      APInt sum = node.numbers[0];
      for (size_t i = 0; i < v.size(); ++i) sum += node.numbers[i + 1] * *v[i];
      return sum;
    }
    case Kind::mul:
      return *v[0] * *v[1];
    case Kind::umulh:
      return domain.umulh(*v[0], *v[1]);
    case Kind::smulh:
      return domain.smulh(*v[0], *v[1]);
    case Kind::udiv:
      return domain.udiv(*v[0], *v[1]);
    case Kind::urem:
      return domain.urem(*v[0], *v[1]);
    case Kind::sdiv:
      return v[1]->isZero() ? APInt::getAllOnes(width) : v[0]->sdiv(*v[1]);
    case Kind::srem:
      return v[1]->isZero() ? *v[0] : v[0]->srem(*v[1]);
    case Kind::bit_and:
      return *v[0] & *v[1];
    case Kind::bit_or:
      return *v[0] | *v[1];
    case Kind::bit_xor:
      return *v[0] ^ *v[1];
    case Kind::shl:
      return domain.shl(*v[0], *v[1]);
    case Kind::lshr:
      return domain.lshr(*v[0], *v[1]);
    case Kind::ashr:
      return domain.ashr(*v[0], *v[1]);
    case Kind::eq:
      return bit(*v[0] == *v[1]);
    case Kind::ult:
      return bit(v[0]->ult(*v[1]));
    case Kind::slt:
      return bit(v[0]->slt(*v[1]));
    case Kind::extract:
      return v[0]->extractBits(width, node.extra);
    case Kind::concat:
      return concat(v, width);
    case Kind::sext:
      return v[0]->sext(width);
    case Kind::select:
      return v[0]->isOne() ? *v[1] : *v[2];
    default:
      assert(false && "a kind with a value of its own");
      return APInt(width, 0);
  }
}

// Functions with a known meaning.
std::optional<APInt> compute_known(std::string_view name, unsigned width, std::span<const APInt> v) {
  if (name == "clz") return APInt(width, v[0].countl_zero());
  if (name == "ctz") return APInt(width, v[0].countr_zero());
  if (name == "popcount") return APInt(width, v[0].popcount());
  if (name == "rotl") return v[0].rotl(static_cast<unsigned>(v[1].getZExtValue()));
  if (const auto inst = floating_instruction(name)) return evaluate_floating(*inst, width, v);
  return std::nullopt;
}

}  // namespace

const APInt* Evaluation::known(Term t, Missing& missing) {
  const auto found = done_.find(t);
  if (found != done_.end()) return &found->second;
  missing.push_back(t);
  return nullptr;
}

std::optional<APInt> Evaluation::compute(Term t, Missing& missing) {
  if (const auto given = given_.find(t); given != given_.end()) return given->second;
  const Node& node = pool_.state()[t];
  if (node.kind == Kind::variable) return drawn(mix(mix(seed_, "variable"), pool_.name(t)), node.width);
  if (node.kind == Kind::apply) return compute_apply(t, missing);
  if (node.kind == Kind::read) return compute_read(t, missing);
  if (node.kind == Kind::eq && pool_.width(node.operands[0]) == 0) {
    const auto a = digest_memory(node.operands[0], missing), b = digest_memory(node.operands[1], missing);
    if (!a || !b) return std::nullopt;
    return bit(*a == *b);
  }
  std::vector<const APInt*> values;
  for (uint32_t i = 0; i < node.count; ++i) values.push_back(known(node.operands[i], missing));
  if (!missing.empty()) return std::nullopt;
  return compute_plain(node, values);
}

std::optional<APInt> Evaluation::compute_apply(Term t, Missing& missing) {
  std::vector<APInt> values;
  bool memories = false;
  for (Term operand : pool_.operands(t)) {
    if (pool_.width(operand) == 0) {
      memories = true;
    } else if (const APInt* value = known(operand, missing)) {
      values.push_back(*value);
    }
  }
  if (!missing.empty()) return std::nullopt;
  if (!memories) {
    if (auto value = compute_known(pool_.name(t), pool_.width(t), values)) return value;
  }
  const auto hash = digest_call(t, missing);
  if (!hash) return std::nullopt;
  return drawn(*hash, pool_.width(t));
}

std::optional<APInt> Evaluation::compute_read(Term t, Missing& missing) {
  const APInt* address = known(pool_.operands(t)[1], missing);
  if (!address) return std::nullopt;
  const uint64_t base = address->getZExtValue();
  APInt result(pool_.width(t), 0);
  for (unsigned i = 0; i < pool_.width(t) / 8; ++i) {
    const auto byte = byte_at(pool_.operands(t)[0], base + i, missing);
    if (!byte) return std::nullopt;
    result.insertBits(*byte, i * 8, 8);
  }
  return result;
}

std::optional<uint8_t> Evaluation::byte_at(Term memory, uint64_t address, Missing& missing) {
  for (;;) {
    const auto operands = pool_.operands(memory);
    switch (pool_.kind(memory)) {
      case Kind::write: {
        const APInt* base = known(operands[1], missing);
        if (!base) return std::nullopt;
        const auto offsets = pool_.offsets(memory);
        const int64_t offset = static_cast<int64_t>(address - base->getZExtValue());
        const auto found = std::lower_bound(offsets.begin(), offsets.end(), offset);
        if (found != offsets.end() && *found == offset) {
          const APInt* byte = known(operands[2 + (found - offsets.begin())], missing);
          if (!byte) return std::nullopt;
          return static_cast<uint8_t>(byte->getZExtValue());
        }
        memory = operands[0];
        break;
      }
      case Kind::memory_select: {
        const APInt* bit = known(operands[0], missing);
        if (!bit) return std::nullopt;
        memory = operands[bit->isOne() ? 1 : 2];
        break;
      }
      case Kind::memory:
        if (byte) return byte(pool_.name(memory), address);
        return static_cast<uint8_t>(mix(mix(mix(seed_, "memory"), pool_.name(memory)), address));
      default: {
        const auto hash = digest_call(memory, missing);
        if (!hash) return std::nullopt;
        return static_cast<uint8_t>(mix(*hash, address));
      }
    }
  }
}

// What a memory is as a whole: where it began, and the bytes that are not as they were there.
std::optional<uint64_t> Evaluation::digest_memory(Term memory, Missing& missing) {
  if (const auto found = digests_.find(memory); found != digests_.end()) return found->second;
  Term root = memory;
  std::map<uint64_t, uint8_t> bytes;
  while (pool_.kind(root) == Kind::write || pool_.kind(root) == Kind::memory_select) {
    const auto operands = pool_.operands(root);
    if (pool_.kind(root) == Kind::memory_select) {
      const APInt* bit = known(operands[0], missing);
      if (!bit) return std::nullopt;
      root = operands[bit->isOne() ? 1 : 2];
      continue;
    }
    const APInt* base = known(operands[1], missing);
    if (!base) return std::nullopt;
    for (size_t i = 0; i < pool_.offsets(root).size(); ++i) {
      const APInt* byte = known(operands[i + 2], missing);
      if (!byte) return std::nullopt;
      bytes.emplace(base->getZExtValue() + static_cast<uint64_t>(pool_.offsets(root)[i]), byte->getZExtValue());
    }
    root = operands[0];
  }
  uint64_t hash = mix(mix(seed_, "digest"), pool_.name(root));
  if (pool_.kind(root) == Kind::apply) {
    const auto call = digest_call(root, missing);
    if (!call) return std::nullopt;
    hash = *call;
  }
  for (const auto& [address, value] : bytes) {
    const auto before = byte_at(root, address, missing);
    if (!before) return std::nullopt;
    if (*before != value) hash = mix(mix(hash, address), value);
  }
  digests_[memory] = hash;
  return hash;
}

// An uninterpreted function by its name and the values of its arguments.
std::optional<uint64_t> Evaluation::digest_call(Term t, Missing& missing) {
  if (const auto found = digests_.find(t); found != digests_.end()) return found->second;
  uint64_t hash = mix(mix(seed_, "apply"), pool_.name(t));
  for (Term operand : pool_.operands(t)) {
    if (pool_.width(operand) > 0) {
      const APInt* value = known(operand, missing);
      if (value) hash = mix(hash, *value);
    } else if (pool_.kind(operand) == Kind::memory || digests_.contains(operand)) {
      hash = mix(hash, *digest_memory(operand, missing));
    } else {
      missing.push_back(operand);
    }
  }
  if (!missing.empty()) return std::nullopt;
  digests_[t] = hash;
  return hash;
}

void Evaluation::settle(Missing todo) {
  while (!todo.empty()) {
    const Term t = todo.back();
    Missing missing;
    if (pool_.width(t) == 0) {
      if (digests_.contains(t) || digest_memory(t, missing)) {
        todo.pop_back();
        continue;
      }
    } else {
      if (done_.contains(t)) {
        todo.pop_back();
        continue;
      }
      if (auto value = compute(t, missing)) {
        done_.emplace(t, std::move(*value));
        todo.pop_back();
        continue;
      }
    }
    assert(!missing.empty());
    todo.insert(todo.end(), missing.begin(), missing.end());
  }
}

APInt Evaluation::operator()(Term t) {
  assert(pool_.width(t) > 0);
  settle({t});
  return done_.at(t);
}

uint8_t Evaluation::memory_byte(Term memory, uint64_t address) {
  for (;;) {
    Missing missing;
    if (const auto value = byte_at(memory, address, missing)) return *value;
    settle(missing);
  }
}

}  // namespace portolan::terms

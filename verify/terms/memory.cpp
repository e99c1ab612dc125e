// Memories. All stores to one base since another base may have overlapped are one `write`; writes that surely don't
// overlap stand sorted by base. A load takes each byte from the write that surely made it, and looks past those that
// surely did not.
#include <algorithm>

#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

constexpr unsigned kMostSelects = 16;  // choices of memories that a load looks into, nested

using Bytes = std::map<int64_t, Term>;

// The objects that occur in a term, as bits in the order of their declaration; the 64th and later share one.
uint64_t mentions_of(Pool& pool, Term t) {
  Pool::State& state = pool.state();
  std::vector<Term> todo = {t};
  while (!todo.empty()) {
    const Term next = todo.back();
    if (state.mentions.contains(next)) {
      todo.pop_back();
      continue;
    }
    uint64_t mask = 0;
    bool ready = true;
    for (Term operand : pool.operands(next)) {
      if (const auto found = state.mentions.find(operand); found != state.mentions.end()) {
        mask |= found->second;
      } else {
        todo.push_back(operand);
        ready = false;
      }
    }
    if (!ready) continue;
    if (pool.kind(next) == Kind::variable && state.objects.contains(next)) {
      const size_t index =
          std::find(state.object_list.begin(), state.object_list.end(), next) - state.object_list.begin();
      mask |= uint64_t{1} << std::min<size_t>(index, 63);
    }
    state.mentions[next] = mask;
    todo.pop_back();
  }
  return state.mentions[t];
}

const Object* object_of(const Pool& pool, Term base) {
  const auto found = pool.state().objects.find(base);
  return found == pool.state().objects.end() ? nullptr : &found->second;
}

// Bytes base + [low, high].
struct Range {
  Term base;
  int64_t low, high;
};

bool within(const Object& object, const Range& range) {
  return range.low >= object.low && range.high < object.high;
}

// Whether an object's address goes into the number. What is read from memory is a number of its own.
bool computes_with_object(const Pool& pool, Term t) {
  constexpr size_t kMostTerms = 64;  // beyond: perhaps
  std::vector<Term> todo = {t};
  for (size_t n = 0; n < todo.size(); ++n) {
    if (object_of(pool, todo[n]) || n >= kMostTerms) return true;
    if (pool.kind(todo[n]) == Kind::read) continue;
    const auto operands = pool.operands(todo[n]);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  return false;
}

// The object whose address an index is added to, or that the range lies in; nothing: there is none, or it may leave it.
Term indexed_object(Pool& pool, const Range& range) {
  if (const Object* object = object_of(pool, range.base))
    return object->indexed && within(*object, range) ? range.base : Term{};
  if (pool.kind(range.base) != Kind::linear) return {};
  Term found;
  for (const Linear::Part& part : pool.linear(range.base).parts) {
    if (const Object* object = object_of(pool, part.term)) {
      if (found || !object->indexed || !part.coefficient.isOne()) return {};
      found = part.term;
    } else if (computes_with_object(pool, part.term)) {
      return {};
    }
  }
  return found;
}

// One of them lies in an object, and the other surely does not.
bool surely_apart(Pool& pool, const Range& a, const Range& b) {
  const Object *x = object_of(pool, a.base), *y = object_of(pool, b.base);
  if (x && y && a.base != b.base && within(*x, a) && within(*y, b)) return true;
  auto hidden_from = [&](const Object* object, const Range& inside, const Range& other) {
    return object && object->hidden && within(*object, inside) &&
           (mentions_of(pool, other.base) & mentions_of(pool, inside.base)) == 0;
  };
  if (hidden_from(x, a, b) || hidden_from(y, b, a)) return true;
  const Term from = indexed_object(pool, a), to = indexed_object(pool, b);
  if (!from || !to || from == to) return false;
  return pool.state().relied_on_indices = true;
}

Term make_write(Pool& pool, Term memory, Term base, const Bytes& bytes) {
  if (bytes.empty()) return memory;
  std::vector<Term> operands = {memory, base};
  std::vector<int64_t> offsets;
  for (const auto& [offset, byte] : bytes) {
    offsets.push_back(offset);
    operands.push_back(byte);
  }
  return pool.state().make({Kind::write, 0, operands, 0, {}, offsets});
}

Bytes bytes_of(const Pool& pool, Term write) {
  Bytes bytes;
  const auto offsets = pool.offsets(write);
  for (size_t i = 0; i < offsets.size(); ++i) bytes.emplace_hint(bytes.end(), offsets[i], pool.operands(write)[i + 2]);
  return bytes;
}

Range range_of(const Pool& pool, Term write) {
  const auto offsets = pool.offsets(write);
  return {pool.operands(write)[1], offsets.front(), offsets.back()};
}

// Where the bytes of a load come from: known ones, and the memory to read the others from.
struct Resolved {
  std::vector<Term> byte;  // none: not known
  std::vector<Term> memory;
};

Resolved resolve(Pool& pool, Term memory, Term base, int64_t offset, unsigned count) {
  Resolved result{std::vector<Term>(count), std::vector<Term>(count, memory)};
  std::vector<bool> stuck(count, false);
  while (pool.kind(memory) == Kind::write) {
    const Range range = range_of(pool, memory);
    const auto offsets = pool.offsets(memory);
    const Term inner = pool.operands(memory)[0];
    bool any = false;
    for (unsigned i = 0; i < count; ++i) {
      if (result.byte[i] || stuck[i]) continue;
      const int64_t at = static_cast<int64_t>(static_cast<uint64_t>(offset) + i);
      if (range.base == base) {
        const auto found = std::lower_bound(offsets.begin(), offsets.end(), at);
        if (found != offsets.end() && *found == at) {
          result.byte[i] = pool.operands(memory)[2 + (found - offsets.begin())];
          continue;
        }
      } else if (!surely_apart(pool, range, {base, at, at})) {
        stuck[i] = true;
        continue;
      }
      result.memory[i] = inner;
      any = true;
    }
    if (!any) break;
    memory = inner;
  }
  return result;
}

Term read_rest(Pool& pool, Term memory, Term base, int64_t offset, unsigned count, unsigned selects);

Term load_bytes(Pool& pool, Term memory, Term base, int64_t offset, unsigned count, unsigned selects) {
  const Resolved from = resolve(pool, memory, base, offset, count);
  std::vector<Term> parts;
  for (unsigned i = 0; i < count;) {
    if (from.byte[i]) {
      parts.push_back(from.byte[i++]);
      continue;
    }
    unsigned end = i + 1;
    while (end < count && !from.byte[end] && from.memory[end] == from.memory[i]) ++end;
    const int64_t at = static_cast<int64_t>(static_cast<uint64_t>(offset) + i);
    parts.push_back(read_rest(pool, from.memory[i], base, at, end - i, selects));
    i = end;
  }
  return pool.join(parts);
}

Term read_rest(Pool& pool, Term memory, Term base, int64_t offset, unsigned count, unsigned selects) {
  if (pool.kind(memory) == Kind::memory_select && selects < kMostSelects) {
    const auto operands = pool.operands(memory);
    return pool.select(operands[0], load_bytes(pool, operands[1], base, offset, count, selects + 1),
                       load_bytes(pool, operands[2], base, offset, count, selects + 1));
  }
  const Term at[] = {memory, join_address(pool, {base, offset})};
  return pool.state().make({Kind::read, count * 8, at, 0, {}, {}});
}

}  // namespace

Address split_address(Pool& pool, Term address) {
  const auto found = pool.state().addresses.find(address);
  if (found != pool.state().addresses.end()) return found->second;
  Linear form = decompose(pool, address);
  const int64_t offset = form.constant.getSExtValue();
  form.constant.clearAllBits();
  const Address result{pool.from_linear(form), offset};
  pool.state().addresses.emplace(address, result);
  return result;
}

Term join_address(Pool& pool, const Address& address) {
  return pool.add(address.base, pool.constant(64, static_cast<uint64_t>(address.offset)));
}

Term write_bytes(Pool& pool, Term memory, Term base, const Bytes& bytes) {
  if (bytes.empty()) return memory;
  const Range range{base, bytes.begin()->first, bytes.rbegin()->first};
  // Writes that can change places with this one: look for one to the same base among them, else for its place.
  std::vector<Term> passed;
  Term inner = memory;
  size_t place = 0;
  Term below = memory;
  bool sorted = true, same_base = false;
  while (pool.kind(inner) == Kind::write) {
    const Range other = range_of(pool, inner);
    if (other.base == base) {
      same_base = true;
      break;
    }
    if (!surely_apart(pool, other, range)) break;
    passed.push_back(inner);
    inner = pool.operands(inner)[0];
    sorted = sorted && other.base > base;
    if (sorted) {
      place = passed.size();
      below = inner;
    }
  }
  Term result;
  if (same_base) {
    Bytes merged = bytes_of(pool, inner);
    for (const auto& [offset, byte] : bytes) merged[offset] = byte;
    result = make_write(pool, pool.operands(inner)[0], base, merged);
    place = passed.size();
  } else {
    result = make_write(pool, below, base, bytes);
  }
  for (size_t i = place; i-- > 0;)
    result = make_write(pool, result, pool.operands(passed[i])[1], bytes_of(pool, passed[i]));
  return result;
}

Term Pool::store(Term memory, Term address, Term value) {
  assert(width(memory) == 0 && width(address) == 64 && width(value) % 8 == 0 && width(value) > 0);
  const Address at = split_address(*this, address);
  Bytes bytes;
  for (unsigned i = 0; i < width(value) / 8; ++i)
    bytes[static_cast<int64_t>(static_cast<uint64_t>(at.offset) + i)] = extract(value, 8 * i, 8);
  return write_bytes(*this, memory, at.base, bytes);
}

Term Pool::load(Term memory, Term address, unsigned width) {
  assert(this->width(memory) == 0 && this->width(address) == 64 && width % 8 == 0 && width > 0);
  const Address at = split_address(*this, address);
  return load_bytes(*this, memory, at.base, at.offset, width / 8, 0);
}

}  // namespace portolan::terms

#include "gpu/differential/prepare.h"

#include <algorithm>

namespace portolan::differential {
namespace {

// Neither is a pattern that a kernel would write by chance: NaNs in every format, and what is none.
constexpr uint8_t kPoison[2] = {0xff, 0xa5};

std::vector<uint8_t> arguments_of(const simt::Module& m, const Instance& instance, Prepared& p) {
  const ptx::LiftedFunction* f = m.ptx ? m.ptx->find(instance.kernel) : nullptr;
  std::vector<uint8_t> bytes;
  p.parameter_places.resize(instance.arguments.size());
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    if (g.variable) continue;
    const size_t size = g.is_buffer() ? sizeof(uint64_t) : g.bytes.size();
    const size_t at = f ? f->parameters[n].offset : (bytes.size() + size - 1) / size * size;
    if (bytes.size() < at + size) bytes.resize(at + size);
    const auto* from = g.is_buffer() ? reinterpret_cast<const uint8_t*>(&p.addresses[n]) : g.bytes.data();
    std::copy(from, from + size, bytes.begin() + static_cast<ptrdiff_t>(at));
    p.parameter_places[n] = at;
  }
  return bytes;
}

void place_buffers(const simt::Module& m, const Instance& instance, unsigned variant, Prepared& p) {
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    if (!g.is_buffer()) {
      p.before.emplace_back();
      continue;
    }
    p.before.push_back(g.direction == manifest::Argument::out ? std::vector<uint8_t>(g.bytes.size(), kPoison[variant])
                                                              : g.bytes);
    if (g.variable) {
      p.addresses[n] = m.variables.at(g.name).address;
      const auto found = buffer_of(p, instance, n);
      std::copy(p.before.back().begin(), p.before.back().end(),
                found.allocation->bytes.begin() + static_cast<ptrdiff_t>(found.offset));
      continue;
    }
    p.addresses[n] = p.memory.allocate(g.name, g.bytes.size(), p.before.back());
    if (g.direction == manifest::Argument::out) {
      auto& written = p.memory.at(p.addresses[n])->written;
      std::fill(written.begin(), written.end(), uint8_t{0});
    }
  }
}

}  // namespace

Prepared prepare(const simt::Module& m, const Instance& instance, unsigned variant) {
  Prepared p;
  p.memory = m.memory;
  p.addresses.resize(instance.arguments.size());
  place_buffers(m, instance, variant, p);
  p.launch = make_launch(m, instance.kernel, instance.grid, instance.block, instance.shared_bytes,
                         arguments_of(m, instance, p));
  p.launch.descending = variant != 0;
  p.launch.undefined_seed = variant * 0x9e3779b97f4a7c15;
  p.launch.register_byte = variant != 0 ? kPoison[1] : uint8_t{0};
  p.launch.prepare_shared = [variant](simt::Allocation& shared) {
    std::fill(shared.bytes.begin(), shared.bytes.end(), kPoison[variant]);
  };
  return p;
}

simt::Memory::Found buffer_of(Prepared& p, const Instance& instance, size_t argument) {
  return p.memory.find(p.addresses[argument], instance.arguments[argument].bytes.size());
}

}  // namespace portolan::differential

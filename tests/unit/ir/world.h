// The environment of the IR tests' functions.
#pragma once

#include <cstring>
#include <map>

#include "ir/interpreter.h"

namespace portolan::ir {

// 4 KiB of memory at 0x1000, symbols by name, and callees as functions of the IR.
class World : public Environment {
 public:
  bool read(uint64_t address, std::span<uint8_t> out) override {
    if (!inside(address, out.size())) return false;
    std::memcpy(out.data(), &bytes[address - 0x1000], out.size());
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t> in) override {
    if (!inside(address, in.size())) return false;
    std::memcpy(&bytes[address - 0x1000], in.data(), in.size());
    return true;
  }
  std::optional<uint64_t> symbol_address(const SymbolRef& symbol) override {
    const auto at = symbols.find(symbol.name);
    if (at == symbols.end()) return std::nullopt;
    return at->second + symbol.addend;
  }
  uint64_t thread_pointer() override { return 0x7000; }
  Outcome call(const Call& call, std::span<APInt> slots) override {
    const auto at = functions.find(call.target.symbol.name);
    if (at == functions.end()) return Environment::call(call, slots);
    Start start;
    start.slots = slots;
    start.arguments.assign(call.arguments.begin(), call.arguments.end());
    start.stack_pointer = call.stack_pointer;
    start.steps = steps;
    return Interpreter(*at->second).run(*this, start);
  }
  static bool inside(uint64_t address, uint64_t size) {
    return address >= 0x1000 && size <= 0x1000 && address - 0x1000 <= 0x1000 - size;
  }

  std::vector<uint8_t> bytes = std::vector<uint8_t>(0x1000);
  std::map<std::string, uint64_t> symbols;
  std::map<std::string, const Function*> functions;
  uint64_t* steps = nullptr;
};

}  // namespace portolan::ir

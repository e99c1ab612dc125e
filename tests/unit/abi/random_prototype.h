// Random C functions: the text that a compiler reads and, made independently of any reader, our FunctionType.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "ir/isa.h"
#include "translate/abi/types.h"

namespace portolan::abi {

struct CType {
  std::string name;  // usable as "name variable;"
  Type type;
};

struct CFunction {
  std::string name;
  FunctionType type;
  std::vector<CType> parameters;
  std::vector<CType> variadic;  // arguments that the function takes with va_arg
  CType result;
};

class PrototypeGenerator {
 public:
  PrototypeGenerator(uint64_t seed, Isa isa, bool half_precision)
      : random_(seed), isa_(isa), half_precision_(half_precision) {}

  CFunction next();
  // Typedefs that the functions made so far need, in order.
  const std::string& declarations() const { return declarations_; }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  CType scalar();
  CType vector();
  CType aggregate(unsigned depth);
  CType parameter();
  CType variadic_argument();
  std::string new_name() { return "t" + std::to_string(types_++); }

  std::mt19937_64 random_;
  Isa isa_;
  bool half_precision_;
  unsigned types_ = 0;
  unsigned functions_ = 0;
  std::string declarations_;
};

}  // namespace portolan::abi

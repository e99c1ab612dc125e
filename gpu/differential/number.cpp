#include <fmt/format.h>

#include <cstring>

#include "gpu/differential/instance.h"
#include "llvm/ADT/APFloat.h"

namespace portolan::differential {
namespace {

const llvm::fltSemantics& semantics(Element type) {
  if (type.kind == Element::brain) return llvm::APFloat::BFloat();
  return type.bytes == 2   ? llvm::APFloat::IEEEhalf()
         : type.bytes == 4 ? llvm::APFloat::IEEEsingle()
                           : llvm::APFloat::IEEEdouble();
}

uint64_t bits_at(Element type, const uint8_t* bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes, type.bytes);
  return bits;
}

}  // namespace

double number_at(Element type, const uint8_t* bytes) {
  llvm::APFloat value(semantics(type), llvm::APInt(8u * type.bytes, bits_at(type, bytes)));
  bool lost = false;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

void put_number(Element type, double v, uint8_t* bytes) {
  llvm::APFloat value(v);
  bool lost = false;
  value.convert(semantics(type), llvm::APFloat::rmNearestTiesToEven, &lost);
  const uint64_t bits = value.bitcastToAPInt().getZExtValue();
  std::memcpy(bytes, &bits, type.bytes);
}

int64_t integer_at(Element type, const uint8_t* bytes) {
  const uint64_t bits = bits_at(type, bytes);
  if (type.kind != Element::is_signed || type.bytes == 8) return static_cast<int64_t>(bits);
  const unsigned above = 64 - 8u * type.bytes;
  return static_cast<int64_t>(bits << above) >> above;
}

void put_integer(Element type, int64_t value, uint8_t* bytes) {
  std::memcpy(bytes, &value, type.bytes);
}

std::string text_at(Element type, const uint8_t* bytes) {
  if (!type.is_float())
    return type.kind == Element::is_unsigned ? fmt::format("{}", bits_at(type, bytes))
                                             : fmt::format("{}", integer_at(type, bytes));
  return fmt::format("{} ({:#x})", number_at(type, bytes), bits_at(type, bytes));
}

}  // namespace portolan::differential

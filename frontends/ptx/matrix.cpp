// Matrices of a warp (PTX ISA, 9.7.14).
#include "frontends/ptx/insn.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

constexpr Row kRows[] = {
    {"mma.*", nullptr, "matrix products"},   {"wmma.*", nullptr, "matrix products"},
    {"ldmatrix.*", nullptr, "matrices"},     {"stmatrix.*", nullptr, "matrices"},
    {"movmatrix.*", nullptr, "matrices"},    {"wgmma.*", nullptr, "matrix products of several warps"},
    {"tcgen05.*", nullptr, "tensor memory"},
};

}  // namespace

RowSpan matrix_rows() {
  return kRows;
}

}  // namespace portolan::ptx

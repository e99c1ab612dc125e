// Floating-point arithmetic of SSE, AVX and FMA, in the default mode: round to nearest even, denormals kept,
// exceptions masked (the ABI's state at function entry; changes of mxcsr are refused).
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/vector.h"

#define FLOAT(NAME) PACKED(NAME "{PS,PD}") " {,V}" NAME "{SS,SD}{rr,rm}{,_Int}"

namespace portolan::x86_64 {
namespace {

template <Op O>
void arithmetic(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.first(), f.total), c = read_source(x, x.second(), f.total);
  write_result(x, f, x.b.floating(O, {a, c}, float_mode(f.format), f.lanes));
}

void square_root(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.second(), f.total);
  write_result(x, f, x.b.floating(Op::fsqrt, {a}, float_mode(f.format), f.lanes));
}

// The second operand unless the first is strictly smaller (larger): so for NaNs and for zeros of any sign.
template <bool Minimum>
void pick(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.first(), f.total), c = read_source(x, x.second(), f.total);
  ValueId less = x.b.floating(Op::flt, {Minimum ? a : c, Minimum ? c : a}, float_mode(f.format), f.lanes);
  write_result(x, f, x.b.select(less, a, c, f.lanes));
}

// The predicates of cmpps and vcmpps (SDM vol. 2, CMPPD, table 3-1); signalling forms differ in exceptions only.
ValueId compare(Insn& x, const FloatForm& f, unsigned predicate, ValueId a, ValueId c) {
  ir::Builder& b = x.b;
  auto test = [&](Op op, ValueId p, ValueId q) { return b.floating(op, {p, q}, float_mode(f.format), f.lanes); };
  auto bit = [&]() -> ValueId {
    switch (predicate & 7) {
      case 0:
        return test(Op::feq, a, c);
      case 1:
        return test(Op::flt, a, c);
      case 2:
        return test(Op::fle, a, c);
      case 3:
        return test(Op::funordered, a, c);
      case 4:
        return b.bit_not(test(Op::feq, a, c), f.lanes);
      case 5:
        return b.bit_not(test(Op::flt, a, c), f.lanes);
      case 6:
        return b.bit_not(test(Op::fle, a, c), f.lanes);
      default:
        return b.bit_not(test(Op::funordered, a, c), f.lanes);
    }
  };
  auto upper = [&]() -> ValueId {
    switch (predicate & 7) {
      case 0:
        return b.bit_or(test(Op::feq, a, c), test(Op::funordered, a, c), f.lanes);  // eq_uq
      case 1:
        return b.bit_not(test(Op::fle, c, a), f.lanes);  // nge
      case 2:
        return b.bit_not(test(Op::flt, c, a), f.lanes);  // ngt
      case 3:
        return b.constant(f.lanes, 0);  // false
      case 4:
        return b.bit_or(test(Op::flt, a, c), test(Op::flt, c, a), f.lanes);  // neq_oq
      case 5:
        return test(Op::fle, c, a);  // ge
      case 6:
        return test(Op::flt, c, a);  // gt
      default:
        return b.constant(llvm::APInt::getAllOnes(f.lanes));  // true
    }
  };
  return predicate & 8 ? upper() : bit();
}

void compare_to_mask(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.first(), f.total), c = read_source(x, x.second(), f.total);
  unsigned predicate = x.immediate_byte() & (x.vex ? 15 : 7);
  write_result(x, f, x.b.mask_from_bits(compare(x, f, predicate, a, c), f.total, f.lanes));
}

// ucomisd and comisd: unordered sets zf, pf and cf.
void compare_to_flags(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = x.read_vector(x[0], f.bits), c = x.read_vector(x[1], f.bits);
  auto test = [&](Op op) { return x.b.floating(op, {a, c}, float_mode(f.format)); };
  ValueId unordered = test(Op::funordered);
  x.set_flag(x.s.zf, x.b.bit_or(test(Op::feq), unordered));
  x.set_flag(x.s.pf, unordered);
  x.set_flag(x.s.cf, x.b.bit_or(test(Op::flt), unordered));
  for (Slot flag : {x.s.of, x.s.sf, x.s.af}) x.set_flag(flag, x.b.constant(1, 0));
}

std::vector<int> even_indices(unsigned bits) {
  return bits == 64 ? std::vector{0, 2} : std::vector{0, 2, 4, 6};
}
std::vector<int> odd_indices(unsigned bits) {
  return bits == 64 ? std::vector{1, 3} : std::vector{1, 3, 5, 7};
}

template <Op O>
void horizontal(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.first(), f.total), c = read_source(x, x.second(), f.total);
  ValueId even = shuffle_chunks(x.b, a, c, f.bits, even_indices(f.bits));
  ValueId odd = shuffle_chunks(x.b, a, c, f.bits, odd_indices(f.bits));
  x.write_vector(x[0], x.b.floating(O, {even, odd}, float_mode(f.format), f.lanes));
}

// Even elements of one result, odd ones of another.
ValueId alternate(Insn& x, const FloatForm& f, ValueId even, ValueId odd) {
  std::vector<int> mask;
  for (int i = 0; i < f.lanes; ++i) mask.push_back(i % 2 ? f.lanes + i : i);
  return x.b.shuffle(even, odd, f.lanes, mask);
}

void addsub(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.first(), f.total), c = read_source(x, x.second(), f.total);
  ir::FloatMode mode = float_mode(f.format);
  x.write_vector(x[0], alternate(x, f, x.b.floating(Op::fsub, {a, c}, mode, f.lanes),
                                 x.b.floating(Op::fadd, {a, c}, mode, f.lanes)));
}

// Bit 2 of the immediate: by mxcsr, which is round to nearest.
ir::Rounding rounding(unsigned immediate) {
  if (immediate & 4) return ir::Rounding::nearest_even;
  constexpr ir::Rounding kModes[] = {ir::Rounding::nearest_even, ir::Rounding::down, ir::Rounding::up,
                                     ir::Rounding::toward_zero};
  return kModes[immediate & 3];
}

void round(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = read_source(x, x.second(), f.total);
  ir::FloatMode mode = float_mode(f.format, rounding(x.immediate_byte()));
  write_result(x, f, x.b.floating(Op::fround, {a}, mode, f.lanes));
}

// Products that the high half of the immediate selects, added pairwise, to the elements that the low half selects.
void dot_product(Insn& x) {
  ir::Builder& b = x.b;
  FloatForm f = float_form(x);
  unsigned immediate = x.immediate_byte();
  ir::FloatMode mode = float_mode(f.format);
  ValueId zero = b.constant(f.bits, 0), result = ir::kNoValue;
  ValueId products =
      b.floating(Op::fmul, {read_source(x, x.first(), f.total), read_source(x, x.second(), f.total)}, mode, f.lanes);
  unsigned in_chunk = 128 / f.bits;
  for (unsigned chunk = 0; chunk < f.lanes; chunk += in_chunk) {
    auto term = [&](unsigned i) { return immediate >> (4 + i) & 1 ? b.lane(products, chunk + i, f.bits) : zero; };
    auto sum = [&](ValueId p, ValueId q) { return b.floating(Op::fadd, {p, q}, mode); };
    ValueId total = sum(term(0), term(1));
    if (in_chunk == 4) total = sum(total, sum(term(2), term(3)));
    for (unsigned i = 0; i < in_chunk; ++i) {
      ValueId element = immediate >> i & 1 ? total : zero;
      result = result == ir::kNoValue ? element : b.concat(element, result);
    }
  }
  x.write_vector(x[0], result);
}

// The operand negated, but a NaN as it is: vfmsub and the like propagate NaN operands unchanged.
ValueId negated(Insn& x, const FloatForm& f, ValueId a) {
  ValueId nan = x.b.floating(Op::funordered, {a, a}, float_mode(f.format), f.lanes);
  return x.b.select(nan, a, x.b.fneg(a, f.format, f.lanes), f.lanes);
}

// VFMADD132PD: the digits name the factors and the addend among destination (1), second (2) and third operand (3).
void fused(Insn& x) {
  FloatForm f = float_form(x);
  std::string_view name = stem(x);
  size_t digits = name.find_first_of("123");
  std::string_view kind = name.substr(0, digits);
  auto operand = [&](size_t i) { return read_source(x, x[static_cast<size_t>(name[digits + i] - '1')], f.total); };
  ValueId a = operand(0), c = operand(1), addend = operand(2);
  // x[0] doubles as destination, so its upper elements are the ones kept.
  if (kind.starts_with("FN")) a = negated(x, f, a);
  ir::FloatMode mode = float_mode(f.format);
  auto fma = [&](bool subtract) {
    return x.b.floating(Op::fma, {a, c, subtract ? negated(x, f, addend) : addend}, mode, f.lanes);
  };
  ValueId result;
  if (kind == "FMADDSUB")
    result = alternate(x, f, fma(true), fma(false));
  else if (kind == "FMSUBADD")
    result = alternate(x, f, fma(false), fma(true));
  else
    result = fma(kind.ends_with("SUB"));
  if (f.scalar) result = x.b.insert(x.read_vector(x[0], 128), result, 0);
  x.write_vector(x[0], result);
}

constexpr std::string_view kCompareFlags = "cf:w pf:w af:w zf:w sf:w of:w";

constexpr Row kRows[] = {
    {FLOAT("ADD"), "add{ps,pd,ss,sd}", "", lift<arithmetic<Op::fadd>>, "sse2"},
    {FLOAT("SUB"), "sub{ps,pd,ss,sd}", "", lift<arithmetic<Op::fsub>>, "sse2"},
    {FLOAT("MUL"), "mul{ps,pd,ss,sd}", "", lift<arithmetic<Op::fmul>>, "sse2"},
    {FLOAT("DIV"), "div{ps,pd,ss,sd}", "", lift<arithmetic<Op::fdiv>>, "sse2"},
    {FLOAT("MIN"), "min{ps,pd,ss,sd}", "", lift<pick<true>>, "sse2"},
    {FLOAT("MAX"), "max{ps,pd,ss,sd}", "", lift<pick<false>>, "sse2"},
    {"SQRT{PS,PD}{r,m} VSQRT{PS,PD}{,Y}{r,m} {,V}SQRT{SS,SD}{r,m}{,_Int}", "sqrt{ps,pd,ss,sd}", "", lift<square_root>,
     "sse2"},
    {PACKED_IMMEDIATE("CMP{PS,PD}") " {,V}CMP{SS,SD}{rri,rmi}{,_Int}", "cmp{ps,pd,ss,sd}", "", lift<compare_to_mask>,
     "sse2"},
    {"{,V}{U,}COMIS{S,D}{rr,rm}{,_Int}", "ucomis{s,d}", kCompareFlags, lift<compare_to_flags>, "sse2"},
    {PACKED("HADD{PS,PD}"), "hadd{ps,pd}", "", lift<horizontal<Op::fadd>>, "sse3"},
    {PACKED("HSUB{PS,PD}"), "hsub{ps,pd}", "", lift<horizontal<Op::fsub>>, "sse3"},
    {PACKED("ADDSUB{PS,PD}"), "addsub{ps,pd}", "", lift<addsub>, "sse3"},
    {"ROUND{PS,PD}{ri,mi} VROUND{PS,PD}{,Y}{ri,mi} {,V}ROUND{SS,SD}{ri,mi}{,_Int}", "round{ps,pd,ss,sd}", "",
     lift<round>, "sse4.1"},
    {PACKED_IMMEDIATE("DPPS") " {,V}DPPD{rri,rmi}", "dp{ps,pd}", "", lift<dot_product>, "sse4.1"},
    {"VF{MADD,MSUB,NMADD,NMSUB}{132,213,231}{PS,PD}{,Y}{r,m} VF{MADDSUB,MSUBADD}{132,213,231}{PS,PD}{,Y}{r,m} "
     "VF{MADD,MSUB,NMADD,NMSUB}{132,213,231}{SS,SD}{r,m}{,_Int}",
     "vfmadd", "", lift<fused>, "fma"},
    {"{,V}{RCP,RSQRT}{PSr,PSm,SSr,SSm,SSr_Int,SSm_Int} V{RCP,RSQRT}PSY{r,m}", "rcp{ps,ss}", "", nullptr,
     "an approximation that differs between processors"},
};

}  // namespace

Rows float_rows() {
  return kRows;
}

}  // namespace portolan::x86_64

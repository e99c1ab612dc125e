// Micro-operations that need more than a frame: memory, control, what threads do together.
#pragma once

#include "emulate/simt/micro.h"

namespace portolan::simt {

struct Steps {
  // nullptr: a pure operation, or one that kernels do not have.
  static Handler of(ir::Op op);

  static const Micro* move_word(const Micro& m, Machine& machine);
  static const Micro* skip(const Micro& m, Machine& machine);
  static const Micro* begin(const Micro& m, Machine& machine);
  static const Micro* jump(const Micro& m, Machine& machine);
  static const Micro* branch(const Micro& m, Machine& machine);
  static const Micro* choose(const Micro& m, Machine& machine);  // switch_
  static const Micro* give_back(const Micro& m, Machine& machine);
  static const Micro* stop(const Micro& m, Machine& machine);  // the other terminators
  static const Micro* leaf(const Micro& m, Machine& machine);
  static const Micro* refuse(const Micro& m, Machine& machine);
  static const Micro* load(const Micro& m, Machine& machine);
  static const Micro* store(const Micro& m, Machine& machine);
  static const Micro* atomic(const Micro& m, Machine& machine);
  static const Micro* undefined(const Micro& m, Machine& machine);
  static const Micro* identity(const Micro& m, Machine& machine);
  static const Micro* fence(const Micro& m, Machine& machine);
  static const Micro* call(const Micro& m, Machine& machine);
  static const Micro* meet(const Micro& m, Machine& machine);
};

}  // namespace portolan::simt

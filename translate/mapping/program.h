// What mapping gives: the words of a program, and where tensors lie for it.
#pragma once

#include <memory>

#include "emulate/accelerator/evaluate.h"
#include "translate/mapping/term.h"

namespace portolan::mapping {

class HostBlocks;

// Of the sketch's holes: what is searched over.
struct Choice {
  std::map<Number, Number> tile;   // length of each variable's tile
  std::map<Number, Number> group;  // how many tiles of each output index are added up side by side
  std::vector<size_t> order;       // of the output's indices, the slowest first
};

// A tensor in the host's memory. The element (i, ...) lies at base + the sum of (i / tile) * tile_stride + (i % tile) *
// stride over the dimensions.
//
// What lies there may be an arrangement of a tensor, in which an element can stand several times: `view` says for each
// dimension of the specification's tensor which index an element of the arrangement has there.
struct HostTensor {
  struct View {
    struct Part {
      size_t dimension = 0;  // of the arrangement
      Number divisor = 1, modulus = 0, factor = 1;
    };
    Number constant = 0;
    std::vector<Part> parts;  // index / divisor % modulus * factor, added up; no modulus: 0
  };
  uint32_t state = accelerator::kNone;  // of the specification; kNone: constants that the program reads
  bool is_output = false;
  bool on_the_way = false;  // the program itself writes and reads it
  uint64_t base = 0, bytes = 0;
  unsigned width = 0;  // of an element, in bits
  struct Dimension {
    Number extent = 1, tile = 1, tile_stride = 0, stride = 0;
    bool operator==(const Dimension&) const = default;
  };
  std::vector<Dimension> dimensions;
  std::optional<size_t> diagonal;  // while a program is made: this dimension and the next one are the same index
  bool row_major = false;
  // Not in the host's memory but left in this one of the chip; places are numbers of its elements then.
  uint32_t memory = accelerator::kNone;
  std::string stored;  // the type of its elements there, if it isn't the specification's
  // Written as the operation that loads it reads it: for each stream of bytes where it begins. Rows as in the chip.
  std::shared_ptr<const HostBlocks> blocks;
  std::vector<uint64_t> streams;
  std::vector<uint64_t> stream_bytes;
  std::vector<std::vector<double>> rows;  // of constants
  std::vector<View> view;
  uint64_t address(const std::vector<Number>& index) const;
  // Of an element of the arrangement: its index in the specification's tensor.
  std::vector<Number> viewed(const std::vector<Number>& index) const;
};

struct Program {
  std::vector<accelerator::Word> words;
  std::vector<HostTensor> tensors;
  std::vector<uint64_t> constants;  // of the tensor without a state
  Number cycles = 0;
  bool all_costs = false;
  uint64_t arithmetic = 0, transfers = 0, other = 0;  // cycles by what words are for; units may overlap
  Choice choice;
  bool places_solved = false;            // by the solver, since they didn't do one after the other
  std::vector<std::string> assumptions;  // what results rest on, beside the tests
  // Operations that it uses, with arguments of some of its calls.
  std::map<const accelerator::Operation*, std::vector<std::vector<accelerator::Evaluator::Argument>>> used;
};

}  // namespace portolan::mapping

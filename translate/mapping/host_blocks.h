// How a tensor of real numbers is written for an operation that loads it, whatever the chip makes of the bytes: the
// instructions themselves are run on all of them, and each number gets the bytes that come closest. Elements may share
// a second stream of bytes (the powers of block formats).
#pragma once

#include <memory>

#include "emulate/accelerator/evaluate.h"
#include "translate/mapping/row_operation.h"

namespace portolan::mapping {

class HostBlocks {
 public:
  struct Stream {
    Number parameter = 0, unit = 1;  // the parameter that its address begins with
    size_t which = 0;                // of the parameters
    unsigned bytes = 1;
    std::vector<uint64_t> offset;  // of each element, row by row
    uint64_t span = 0;             // bytes of all
  };

  // Null: it can't be known (wide elements that are not of a format), and why. Nothing can be encoded yet.
  static std::shared_ptr<HostBlocks> make(RealTerms& terms, const accelerator::Description& chip,
                                          const RowOperation& load, std::string& why);
  // Finds out what all bytes are read as. False: none is read as a number.
  bool tabulate(const accelerator::Description& chip, const RowOperation& load);

  const std::vector<Stream>& streams() const { return streams_; }
  size_t elements() const { return streams_[0].offset.size(); }
  // Bytes of each stream for one call's elements, and what the chip reads from them.
  std::vector<std::vector<uint8_t>> encode(const std::vector<double>& values, std::vector<double>& read) const;

 private:
  bool find_streams(RealTerms& terms, const accelerator::Description& chip, const RowOperation& load, std::string& why);
  void decode(const std::vector<uint64_t>& codes, size_t from, size_t to, uint64_t shared, std::vector<double>& out);

  struct Code {
    double value;
    uint64_t bits;
  };
  std::vector<Stream> streams_;
  // By what is shared: all numbers that there are, in order; with the largest size among them.
  std::vector<std::pair<uint64_t, std::vector<Code>>> tables_;
  const accelerator::RealFormat* format_ = nullptr;  // each number's bits are as this format has them
  std::function<std::vector<double>(const std::vector<uint64_t>&, uint64_t)> run_;
};

}  // namespace portolan::mapping

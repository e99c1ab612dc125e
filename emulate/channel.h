// A child process that talks over a socket on its standard input and output: started, fed and read without ever
// blocking on both ends at once, watched for the processor time it takes, and ended with its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::emulate {

class Channel {
 public:
  enum class Status : uint8_t { ready, timeout, dead };

  // Starts `arguments[0]` (searched in PATH; "" runs `executable` itself) with `executable`, a complete ELF file, open
  // as descriptor 3. In the arguments "@" stands for a path that opens it.
  static Expected<std::unique_ptr<Channel>> start(std::vector<std::string> arguments,
                                                  const std::vector<uint8_t>& executable);
  Channel(const Channel&) = delete;
  ~Channel();

  void send(std::span<const uint8_t> bytes) { outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end()); }
  size_t unsent() const { return outgoing_.size() - sent_; }
  // Moves bytes both ways until `size` bytes have arrived, or the child has used `limit` of processor time for them.
  Status wait(size_t size, std::chrono::milliseconds limit);
  // The next bytes that arrived; valid until the next wait().
  std::span<const uint8_t> peek(size_t size) const { return {incoming_.data() + taken_, size}; }
  void take(size_t size) { taken_ += size; }
  // How the child ended, after Status::dead.
  std::string obituary();
  std::chrono::nanoseconds processor_time() const;  // of the child, so far

 private:
  Channel(pid_t child, int socket) : child_(child), socket_(socket) {}
  bool move_bytes(int timeout_ms, bool& moved);

  pid_t child_;
  int socket_;
  std::vector<uint8_t> outgoing_, incoming_;
  size_t sent_ = 0;
  size_t filled_ = 0, taken_ = 0;  // of incoming_
};

}  // namespace portolan::emulate

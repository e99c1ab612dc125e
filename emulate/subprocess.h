// Child processes and private temporary directories, for the tools that are programs and not libraries.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::emulate {

// A directory under $TMPDIR that goes away, with what is in it, at the end of the scope.
class TemporaryDirectory {
 public:
  static Expected<TemporaryDirectory> make();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

struct ProcessResult {
  int status = 0;        // exit status, or 128 + signal
  std::string messages;  // standard error
};

// Runs a program (looked up in PATH) to its end. An error if it can't be started.
Expected<ProcessResult> run_process(const std::vector<std::string>& arguments);

Expected<std::vector<uint8_t>> read_file(const std::string& path);
// Nothing, or what went wrong.
std::string write_file(const std::string& path, std::span<const uint8_t> bytes);

}  // namespace portolan::emulate

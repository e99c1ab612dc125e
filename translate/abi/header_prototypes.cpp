// Runs portolan-headers as a child. Parsing C takes clang's libraries, which must not share a process with the
// command's own LLVM.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "translate/abi/prototypes.h"
#include "translate/abi/text.h"

extern char** environ;

namespace portolan::abi {
namespace {

constexpr std::string_view kProgramName = "portolan-headers";

std::string program_beside_executable() {
  std::array<char, PATH_MAX> path;
  ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return std::string(kProgramName);
  std::filesystem::path executable(std::string(path.data(), static_cast<size_t>(size)));
  return (executable.parent_path() / kProgramName).string();
}

// A descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  ~Descriptor() { reset(); }
  void reset() {
    if (fd >= 0) close(fd);
    fd = -1;
  }
};

std::string read_all(int fd) {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<size_t>(n));
  }
}

struct ChildResult {
  std::string output, errors;
  int status = -1;
  bool started = false;
};

// Standard output comes through a pipe, messages through an unlinked file, so that neither can block the other.
ChildResult run_child(const std::vector<std::string>& arguments) {
  ChildResult result;
  std::array<int, 2> pipe_ends;
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return result;
  Descriptor reader{pipe_ends[0]}, writer{pipe_ends[1]};
  Descriptor messages{open(std::filesystem::temp_directory_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writer.fd, STDOUT_FILENO);
  if (messages.fd >= 0) posix_spawn_file_actions_adddup2(&actions, messages.fd, STDERR_FILENO);
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_t child = 0;
  result.started = posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  if (!result.started) return result;
  writer.reset();
  result.output = read_all(reader.fd);
  while (waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
  }
  if (messages.fd >= 0 && lseek(messages.fd, 0, SEEK_SET) == 0) result.errors = read_all(messages.fd);
  return result;
}

Expected<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf() || file.peek() == EOF)) return error_at({path, 0, 0}, "can't be read");
  return text.str();
}

}  // namespace

Expected<Prototypes> load_prototypes_from_header(const std::string& path, Isa isa, const HeaderOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return error_at({path, 0, 0}, "is not a file that can be read");
  if (path.ends_with(".prototypes")) {
    Expected<std::string> text = read_file(path);
    if (!text) return text.error();
    return parse_prototypes(*text, path);
  }
  std::string program = options.program.empty() ? program_beside_executable() : options.program;
  std::vector<std::string> arguments = {program, "--isa", std::string(to_string(isa)), path, "--"};
  arguments.insert(arguments.end(), options.compiler_arguments.begin(), options.compiler_arguments.end());
  ChildResult child = run_child(arguments);
  if (!child.started)
    return error_at({path, 0, 0}, fmt::format("reading a header needs the program '{}', which can't be run", program));
  if (!WIFEXITED(child.status) || WEXITSTATUS(child.status) != 0) {
    std::string first_line = child.errors.substr(0, child.errors.find('\n'));
    return error_at({path, 0, 0}, "is not a C header that compiles: " + first_line);
  }
  return parse_prototypes(child.output, path);
}

}  // namespace portolan::abi

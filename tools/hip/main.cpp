// portolan-hip: CUDA source to HIP source, on clang's tooling. `portolan port --to hip` runs it, a file at a time.
//   portolan-hip derive --include DIR --own DIR --table FILE --nvidia-names FILE
//   portolan-hip port --table FILE --root DIR --own-header FILE [--toolkit DIR] --out DIR --report FILE FILE [--
//   FLAG...]
//   portolan-hip launches --own-header FILE --toolkit DIR --report FILE FILE [-- FLAG...]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "llvm/Support/JSON.h"
#include "tools/hip/derive.h"
#include "tools/hip/facts.h"
#include "tools/hip/launches.h"
#include "tools/hip/rewrite.h"

namespace portolan::hip {
namespace {

namespace fs = std::filesystem;
constexpr int kFellShort = 2, kWrongUsage = 3;

struct Options {
  std::map<std::string, std::string> named;
  std::string file;
  std::vector<std::string> flags;
};

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (file.flush()) return true;
  std::cerr << path << ": error: it can't be written\n";
  return false;
}

int run_derive(Options& o) {
  const auto table = derive(o.named["--include"], o.named["--own"]);
  if (!table) return kWrongUsage;
  return write_file(o.named["--table"], to_string(*table)) &&
                 write_file(o.named["--nvidia-names"], names_for_nvidia(*table))
             ? 0
             : kWrongUsage;
}

llvm::json::Array json_of(const std::string& file, const std::vector<Problem>& problems) {
  llvm::json::Array all;
  for (const Problem& p : problems)
    all.push_back(llvm::json::Object{{"file", file}, {"line", p.line}, {"column", p.column}, {"message", p.message}});
  return all;
}

// main.cu becomes main.hip; headers keep their names, so that includes stay as they are.
fs::path output_of(const fs::path& relative) {
  return relative.extension() == ".cu" ? fs::path(relative).replace_extension(".hip") : relative;
}

bool write_report(Options& o, const llvm::json::Object& report) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(llvm::json::Object(report));
  return write_file(o.named["--report"], text);
}

int run_launches(Options& o) {
  const std::string folder = fs::path(o.file).parent_path().string();
  const llvm::json::Object report =
      read_launches({o.file, folder, o.named["--toolkit"], o.named["--own-header"], o.flags});
  return write_report(o, report) ? 0 : kWrongUsage;
}

int run_port(Options& o) {
  const auto table = table_from_file(o.named["--table"]);
  if (!table) {
    std::cerr << o.named["--table"] << ": error: no table of HIP's names\n";
    return kWrongUsage;
  }
  std::error_code error;
  const fs::path root = fs::canonical(o.named["--root"], error), main_file = fs::canonical(o.file, error);
  if (error) {
    std::cerr << o.file << ": error: " << error.message() << '\n';
    return kWrongUsage;
  }
  const std::string toolkit = o.named["--toolkit"];
  const Facts facts =
      read_facts({main_file.string(), root.string(), toolkit.empty() ? "" : fs::canonical(toolkit, error).string(),
                  fs::canonical(o.named["--own-header"], error).string(), o.flags});
  llvm::json::Array errors, notes, outputs, read;
  unsigned names = 0, warp = 0, assembly = 0;
  std::map<std::string, std::string> texts;
  std::string messages = facts.messages;
  for (const auto& [path, file] : facts.files) {
    const fs::path relative = fs::relative(path, root), folder = relative.parent_path();
    read.push_back(relative.string());
    if (facts.failed)
      for (const auto& [offset, include] : file.includes)
        if (include.toolkit && !table->header(include.spelled))
          messages += path + ":" + std::to_string(1 + std::count(file.text.begin(), file.text.begin() + offset, '\n')) +
                      ": error: HIP has no counterpart of <" + include.spelled + ">\n";
    if (!file.read() || facts.failed) continue;
    const std::string header =
        fs::path("portolan_hip.h").lexically_relative(folder.empty() ? fs::path(".") : folder).string();
    Rewritten made = rewrite(file, *table, header, path == main_file);
    for (auto& e : json_of(path, made.errors)) errors.push_back(e);
    for (auto& e : json_of(path, made.notes)) notes.push_back(e);
    names += made.names, warp += made.warp, assembly += made.assembly;
    texts[output_of(relative).string()] = std::move(made.text);
    outputs.push_back(output_of(relative).string());
  }
  const bool refused = facts.failed || !errors.empty();
  // All of it or nothing.
  for (const auto& [relative, text] : texts) {
    if (refused) break;
    const fs::path to = fs::path(o.named["--out"]) / relative;
    fs::create_directories(to.parent_path(), error);
    if (!write_file(to.string(), text)) return kWrongUsage;
  }
  const llvm::json::Object report{{"messages", messages},
                                  {"unreadable", facts.failed},
                                  {"errors", std::move(errors)},
                                  {"notes", std::move(notes)},
                                  {"read", std::move(read)},
                                  {"outputs", refused ? llvm::json::Array() : std::move(outputs)},
                                  {"names", names},
                                  {"warp", warp},
                                  {"assembly", assembly}};
  if (!write_report(o, report)) return kWrongUsage;
  return facts.failed ? kWrongUsage : refused ? kFellShort : 0;
}

int run(const std::vector<std::string>& arguments) {
  Options o;
  for (size_t n = 1; n < arguments.size(); ++n) {
    if (arguments[n] == "--") {
      o.flags.assign(arguments.begin() + static_cast<std::ptrdiff_t>(n) + 1, arguments.end());
      break;
    }
    if (arguments[n].starts_with("--") && n + 1 < arguments.size())
      o.named[arguments[n]] = arguments[n + 1], ++n;
    else
      o.file = arguments[n];
  }
  const std::string what = arguments.empty() ? "" : arguments[0];
  if (what == "derive") return run_derive(o);
  if (what == "port" && !o.file.empty()) return run_port(o);
  if (what == "launches" && !o.file.empty()) return run_launches(o);
  std::fputs("usage: portolan-hip derive … | port … | launches …; run by `portolan port DIR --to hip`\n", stderr);
  return kWrongUsage;
}

}  // namespace
}  // namespace portolan::hip

int main(int argc, char** argv) {
  return portolan::hip::run(std::vector<std::string>(argv + 1, argv + argc));
}

#include "cli/source_folder.h"

#include <algorithm>

namespace portolan::cli {

namespace fs = std::filesystem;

Expected<std::vector<fs::path>> files_in(const std::string& folder, std::span<const std::string_view> extensions,
                                         const char* none) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return error_at({folder, 0, 0}, "this is no folder");
  std::vector<fs::path> files;
  for (auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (std::ranges::count(extensions, at->path().extension().string()) != 0) files.push_back(at->path());
  if (error) return error_at({folder, 0, 0}, error.message());
  if (files.empty()) return error_at({folder, 0, 0}, none);
  std::ranges::sort(files);
  return files;
}

}  // namespace portolan::cli

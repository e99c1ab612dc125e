// A manifest's buffers as tensors: names, types and extents in the language of specifications.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gpu/manifest/manifest.h"
#include "ir/op.h"

namespace portolan::lifting {

std::string safe_name(const std::string& name);
bool is_lifted(manifest::Element e);
std::string type_name(manifest::Element e);
ir::FloatFormat format_of(manifest::Element e);

// The factors of a count such as "m * k" or "(n / 2) * divide_up(m, b)", but for ones.
std::vector<std::string> factors(const std::string& text);

// The same number of elements in one row; of "a * b * 256" as "a * 16" rows of "b * 16".
std::vector<std::string> one_row(const std::vector<std::string>& factors);
std::vector<std::string> shared_square(const std::vector<std::string>& factors);

// A factor in the language of specifications, with the names of sizes made safe; `names` gets these. No value: it can't
// be said there.
std::optional<std::string> extent_text(const std::string& factor, const manifest::Sizes& sizes,
                                       std::set<std::string>& names);

}  // namespace portolan::lifting

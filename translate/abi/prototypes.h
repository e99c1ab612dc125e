// Where prototypes come from: the C library's table in the binary, a header or .prototypes file that the user names, or
// the debug information of the input itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"
#include "ir/isa.h"
#include "translate/abi/types.h"

namespace portolan::abi {

// A function of libc, libm, libpthread or libgcc. Types are those of x86-64; where another ISA's differ, abi_differs
// says so.
std::optional<FunctionType> libc_prototype(std::string_view name);

struct HeaderOptions {
  std::string program;                          // portolan-headers; empty: beside the running executable
  std::vector<std::string> compiler_arguments;  // -I, -D, …
};

// A .prototypes file is read directly; anything else is a C header and goes through portolan-headers in a process of
// its own.
Expected<Prototypes> load_prototypes_from_header(const std::string& path, Isa isa, const HeaderOptions& options = {});

// Functions that the object's DWARF describes, under their linkage names. An object without debug information gives an
// empty result.
Expected<Prototypes> prototypes_from_dwarf(std::string_view object, const std::string& name);
// The same for assembler text compiled with -g: it is assembled in memory first.
Expected<Prototypes> prototypes_from_assembly_text(Isa isa, std::string_view text, const std::string& name);

}  // namespace portolan::abi

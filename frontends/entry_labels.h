// Hand-written code often marks what it calls with a label and nothing else: no .globl, no .type. Such a label is a
// function all the same if it is called, or if its address goes where nothing but a call can use it. Without this its
// code would be left out, and its address in data would be a number that leads nowhere.
#pragma once

#include <vector>

#include "frontends/asm/lift.h"

namespace portolan::frontends {

// Makes functions of the local labels that are used as such.
void mark_entry_labels(assembly::Unit& unit);

// Whether what the data holds is the address of a place inside a function that no code of this file jumps to by way of
// it: other files may read it, or the function has no jump by register or memory. What stands for places in code
// elsewhere (assembly::code_address) would mean nothing there.
bool is_lost(const assembly::CodeIndex& index, assembly::SectionId section, const assembly::Fixup& fixup);

// An error for each such address.
std::vector<Diagnostic> lost_addresses(const assembly::CodeIndex& index);

}  // namespace portolan::frontends

// A linked program in memory: what an engine executes. Made from relocatable objects by a real linker, so that every
// relocation, GOT, veneer and TLS relaxation means what it means in a finished program.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "emulate/layout.h"
#include "ir/diagnostic.h"
#include "ir/isa.h"

namespace portolan::emulate {

struct Segment {
  uint64_t address = 0;        // a multiple of the page size
  std::vector<uint8_t> bytes;  // initial contents; what memory_size adds is zero
  uint64_t memory_size = 0;
  bool writable = false;
  bool executable = false;
};

// An object of the data. Image::objects are named, of a stated size, and the program may set them to anything at run
// time; tables that only the linker writes (.got, .data.rel.ro, …) are none of them.
struct DataObject {
  std::string name;
  uint64_t address = 0, size = 0;
  bool local = false;  // other files cannot name it
};

struct Image {
  Isa isa = Isa::x86_64;
  std::vector<Segment> segments;              // ascending, on pages of their own
  std::map<std::string, uint64_t> symbols;    // defined, and undefined that were given an address
  std::vector<DataObject> objects;            // by address
  std::vector<DataObject> pieces;             // all other data: named constants, and strings and tables without a name
  std::map<uint64_t, std::string> externals;  // stub address -> the undefined function it stands for
  uint64_t thread_pointer = 0;                // fs base, TPIDR_EL0, tp; 0: no thread-local storage
  uint64_t thread_storage = 0;                // where the TLS template was put: what __tls_get_addr adds offsets to
  uint64_t global_pointer = 0;                // RISC-V gp, 0 if the program has none
  uint64_t identity = 0;                      // hash of the contents; equal: engines may keep what they loaded

  const uint64_t* find_symbol(const std::string& name) const {
    auto it = symbols.find(name);
    return it == symbols.end() ? nullptr : &it->second;
  }
};

using Object = std::vector<uint8_t>;  // a relocatable ELF file

struct LinkOptions {
  uint64_t base = kImageBase;
  // Undefined names that are functions although no call shows it (their address is taken, they are declared so).
  std::set<std::string> functions;
};

// Links objects of one ISA into an image. Undefined functions get stubs, undefined data gets zeroed slots, weak
// undefined symbols stay 0. Fails with what the linker says.
Expected<Image> link_image(Isa isa, std::span<const Object> objects, const LinkOptions& options = {});

// Sets identity; for images made by hand.
void seal(Image& image);

}  // namespace portolan::emulate

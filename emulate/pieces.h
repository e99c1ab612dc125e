// Where one thing in the data of a linked file ends and the next begins.
#pragma once

#include "emulate/image.h"
#include "llvm/Object/ELFObjectFile.h"

namespace portolan::emulate {

// Image::pieces of a file that was linked with --emit-relocs.
void read_pieces(const llvm::object::ELF64LEObjectFile& file, Image& image);

}  // namespace portolan::emulate

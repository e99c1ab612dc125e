"""What the library benchmark knows of each Debian source package: its units, its test programs, how to run them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Step:
    """One run of a program of the package, in a folder that holds `data`."""

    program: str
    args: tuple = ()
    stdin: str = ""
    stdout: str = ""  # where standard output is kept, for a later step
    outputs: tuple = ()  # files that must be the same as after the untranslated program's run
    equal: tuple = ()  # pairs of files that must be the same after this step


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    library: tuple  # globs below the source's root
    programs: dict  # name: the units it has beside the library's
    steps: tuple
    flags: tuple = ()
    includes: tuple = (".",)
    headers: tuple = ()  # prototypes that the translator may read
    private_headers: tuple = ()  # prototypes of what the library's units call of each other, where a header compiles alone
    prototypes: str = ""  # and what the package's documentation says of them in words, a file beside this one
    inputs: tuple = ()  # files of the package that steps read

    def library_units(self, root):
        paths = sorted(path for pattern in self.library for path in root.glob(pattern))
        if not paths:
            raise RuntimeError(f"{self.name}: no source under {root}")
        return paths

    def program_units(self, root, program):
        return [root / unit for unit in self.programs[program]]

    def all_units(self, root):
        units = self.library_units(root)
        for program in self.programs:
            units += [unit for unit in self.program_units(root, program) if unit not in units]
        return units


ZLIB = Package(
    name="zlib",
    library=("*.c",),
    flags=("-DHAVE_UNISTD_H", "-DHAVE_STDARG_H", "-D_LARGEFILE64_SOURCE=1"),
    headers=("zlib.h",),
    private_headers=("zutil.h", "deflate.h", "gzguts.h"),
    prototypes="zlib.prototypes",
    programs={"example": ("test/example.c",), "minigzip": ("test/minigzip.c",)},
    steps=(
        Step("example"),
        Step("minigzip", stdin="data", stdout="data.gz", outputs=("data.gz",)),
        Step("minigzip", ("-d",), stdin="data.gz", stdout="unpacked", equal=(("unpacked", "data"),)),
        Step("minigzip", ("-9", "-f"), stdin="data", stdout="best.gz", outputs=("best.gz",)),
        Step("minigzip", ("-d",), stdin="best.gz", stdout="unpacked", equal=(("unpacked", "data"),)),
    ),
)

LZ4 = Package(
    name="lz4",
    library=("lib/*.c",),
    includes=("lib",),
    headers=("lib/lz4.h", "lib/lz4hc.h", "lib/lz4frame.h", "lib/lz4file.h", "lib/xxhash.h"),
    inputs=("lib/README.md",),
    programs={
        "decompress-partial": ("tests/decompress-partial.c",),
        "decompress-partial-usingDict": ("tests/decompress-partial-usingDict.c",),
        "frameCompress": ("examples/frameCompress.c",),
        "doubleBuffer": ("examples/blockStreaming_doubleBuffer.c",),
        "HCStreaming": ("examples/HCStreaming_ringBuffer.c",),
        "simple_buffer": ("examples/simple_buffer.c",),
        "dictionary": ("examples/dictionaryRandomAccess.c",),
    },
    steps=(
        Step("decompress-partial"),
        Step("decompress-partial-usingDict"),
        Step("simple_buffer"),
        # Each of these compresses the file, decompresses it and compares.
        Step("frameCompress", ("data",), outputs=("data.lz4",), equal=(("data.lz4.dec", "data"),)),
        Step("doubleBuffer", ("data",), outputs=("data.lz4s-8192",), equal=(("data.lz4s-8192.dec", "data"),)),
        Step("HCStreaming", ("data",), outputs=("data.lz4s-9",), equal=(("data.lz4s-9.dec", "data"),)),
        # The last prints a part of a file that was compressed with a dictionary.
        Step("dictionary", ("README.md", "README.md", "1500", "900"), outputs=("README.md.lz4s-1024",)),
    ),
)

BZIP2 = Package(
    name="bzip2",
    library=("blocksort.c", "huffman.c", "crctable.c", "randtable.c", "compress.c", "decompress.c", "bzlib.c"),
    flags=("-D_FILE_OFFSET_BITS=64",),
    headers=("bzlib.h",),
    private_headers=("bzlib_private.h",),
    inputs=("sample1.bz2", "sample1.ref", "sample2.bz2", "sample2.ref", "sample3.bz2", "sample3.ref"),
    programs={"minibz2": ("dlltest.c",)},
    steps=(
        *(Step("minibz2", ("-d", f"sample{n}.bz2", f"s{n}"), equal=((f"s{n}", f"sample{n}.ref"),)) for n in (1, 2, 3)),
        Step("minibz2", ("-9", "data", "data.bz2"), outputs=("data.bz2",)),
        Step("minibz2", ("-d", "data.bz2", "unpacked"), equal=(("unpacked", "data"),)),
        Step("minibz2", ("-1", "sample1.ref", "fast.bz2"), outputs=("fast.bz2",)),
    ),
)

LIBTOMMATH = Package(
    name="libtommath",
    library=("bn_*.c",),
    headers=("tommath.h",),
    private_headers=("tommath_private.h",),
    programs={"test": ("demo/test.c", "demo/shared.c")},
    steps=(Step("test"),),
)

PACKAGES = {package.name: package for package in (ZLIB, LZ4, BZIP2, LIBTOMMATH)}

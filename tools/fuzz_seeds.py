"""Starting points for the fuzz targets that read assembly, objects and debug information: small files of our own.

usage: fuzz_seeds.py FOLDER
"""
import pathlib
import shutil
import subprocess
import sys

import crossing

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_BYTES = 16384  # larger inputs are slow to mutate and find no more
TEXTS = {"x86-64": "att_fuzz", "aarch64": "aarch64_fuzz", "riscv64": "riscv64_fuzz"}
PROGRAMS = ("switch_tables", "fnptr_table", "atomics", "int128", "recursion")


def compiled(isa, folder, *options):
    for name in PROGRAMS:
        source = ROOT / "corpus" / "programs" / f"{name}.c"
        crossing.compile_to_assembly(isa, "gcc", "O1", source, folder / f"{name}.{isa.name}.s", *options)


def assemble(isa, text, folder):
    crossing.assemble(isa, folder / (text.name + ".o"), text)


def code_objects(folder):
    """For two processors; the first byte says that a code object follows (tests/fuzz/amdgcn_fuzz.cpp)."""
    source, header = ROOT / "corpus" / "kernels" / "local.cu", ROOT / "gpu" / "compile" / "device.h"
    for processor in ("gfx1100", "gfx942"):
        out = folder / processor
        subprocess.run(["clang++-19", "-x", "hip", "--offload-device-only", "--no-gpu-bundle-output", "-nogpulib", "-nogpuinc",
                        f"--offload-arch={processor}", "-O2", "-fdeclspec", "-include", header, source, "-o", out], check=True)
        out.write_bytes(b"\0" + out.read_bytes())


def main():
    folder = pathlib.Path(sys.argv[1])
    if (folder / "debug_fuzz").exists():
        return
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for target in (*TEXTS.values(), "intel_fuzz", "object_fuzz", "debug_fuzz", "debug_text", "amdgcn_fuzz"):
        (partial / target).mkdir(parents=True)
    for source in (ROOT / "corpus" / "assembly").glob("*.s"):
        shutil.copy(source, partial / TEXTS["x86-64"])
    compiled(crossing.ISAS["x86-64"], partial / "intel_fuzz", "-masm=intel")
    for name, target in TEXTS.items():
        isa = crossing.ISAS[name]
        compiled(isa, partial / target)
        compiled(isa, partial / "debug_text", "-g")
        for text in (partial / target).iterdir():
            assemble(isa, text, partial / "object_fuzz")
        for text in (partial / "debug_text").glob(f"*.{isa.name}.s"):
            assemble(isa, text, partial / "debug_fuzz")
    code_objects(partial / "amdgcn_fuzz")
    for target in (*TEXTS.values(), "intel_fuzz"):
        for text in (partial / target).iterdir():
            if text.stat().st_size > MAX_BYTES:
                text.unlink()
    shutil.rmtree(partial / "debug_text")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


if __name__ == "__main__":
    main()

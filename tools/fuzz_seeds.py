"""Starting points for the fuzz targets that read assembly and objects: small files of our own for each CPU.

usage: fuzz_seeds.py FOLDER
"""
import pathlib
import shutil
import sys

import crossing

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_BYTES = 16384  # larger inputs are slow to mutate and find no more
PROGRAMS = ("switch_tables", "fnptr_table", "atomics", "int128", "recursion")


def main():
    folder = pathlib.Path(sys.argv[1])
    texts, objects = folder / "assembly_fuzz", folder / "object_fuzz"
    if texts.exists():
        return
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for name in (texts.name, objects.name):
        (partial / name).mkdir(parents=True)
    for source in (ROOT / "corpus" / "assembly").glob("*.s"):
        shutil.copy(source, partial / texts.name)
    for isa in crossing.ISAS.values():
        for name in PROGRAMS:
            source = ROOT / "corpus" / "programs" / f"{name}.c"
            crossing.compile_to_assembly(isa, "gcc", "O1", source, partial / texts.name / f"{name}.{isa.name}.s")
    for text in list((partial / texts.name).iterdir()):
        isa = next((isa for isa in crossing.ISAS.values() if f".{isa.name}." in text.name), crossing.ISAS["x86-64"])
        crossing.toolchain.run([isa.gcc, "-c", "-o", partial / objects.name / (text.name + ".o"), text])
        if text.stat().st_size > MAX_BYTES:
            text.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


if __name__ == "__main__":
    main()

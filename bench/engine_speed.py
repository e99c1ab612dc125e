#!/usr/bin/env python3
"""`./dev bench engine_speed`: how fast our own engines run: instructions of lanes on the SIMT engine, for kernels of corpus/kernels as PTX
and as machine code of AMD's, and multiply-accumulates of tile instructions on described chips, compiled and interpreted.

A lane-instruction is one instruction of PTX or of AMD's that one lane carries out, scalar ones too. Seconds are those of the
processor that the run itself took, without reading and lifting; for chips those of the whole process, less those of a program that
does as good as nothing. Compiled runs are made as often as `--rounds` says, and the best counts; interpreted ones, which are slow, once.
That both give the same results is checked on the way.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import struct
import subprocess
import sys

from common import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "corpus" / "kernels"
ORACLES = ROOT.parent / "shared" / "oracles"
LANES_WANTED, PRODUCTS_WANTED = 50e6, 20e6


def turns_of(rounds):
    return ["interpreted"] + ["compiled"] * rounds


def floats(count):
    draw = random.Random(count)
    return "hex:" + b"".join(struct.pack("<f", draw.uniform(-1, 1)) for _ in range(count)).hex()


def launches():
    """(file, kernel, grid, block, arguments)"""
    draw = random.Random(1)
    yield "linear", "gemm_tiled", "8,8", "8,8", [*["i32:64"] * 3, floats(64 * 64), floats(64 * 64), f"new:{4 * 64 * 64}"]
    yield "softmax", "softmax", "8", "128", ["i32:1024", floats(8 * 1024), f"new:{4 * 8 * 1024}"]
    yield "nbody", "nbody", "8", "64", ["i32:512", floats(4 * 512), f"new:{12 * 512}"]
    yield "norm", "layer_norm", "16", "128", ["i32:512", floats(16 * 512), floats(512), floats(512), f"new:{4 * 16 * 512}"]
    yield "attention", "attention_online", "8", "32", ["i32:256", "i32:64", floats(256 * 8), floats(64 * 8), floats(64 * 8),
                                                       f"new:{4 * 256 * 8}"]
    yield "convolve", "convolve2d", "8,8", "8,8", ["i32:64", "i32:64", floats(64 * 64), floats(9), f"new:{4 * 64 * 64}"]
    yield "sort", "bitonic", "64", "64", ["hex:" + draw.randbytes(4 * 128 * 64).hex()]
    yield "collective", "histogram", "8", "128", ["i32:50000", "hex:" + draw.randbytes(50000).hex(), "buf:1024"]


def kernels_of(portolan, work, target):
    """The folder with the kernels as PTX and as machine code."""
    source, out = work / "source", work / target
    shutil.rmtree(out, ignore_errors=True)
    source.mkdir(parents=True, exist_ok=True)
    for file, *_ in launches():
        shutil.copy(KERNELS / f"{file}.cu", source)
    subprocess.run([portolan, "port", source, "--to", f"amdgcn:{target}", "--out", out, "--require", "none"], capture_output=True,
                   timeout=1200)
    return out


def run_kernel(portolan, path, launch, mode):
    _, kernel, grid, block, arguments = launch
    words = [portolan, "run", path, "--function", kernel, "--grid", grid, "--block", block, "--engine", mode, "--json", "--time",
             "600000", *arguments]
    done = json.loads(subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True, timeout=900).stdout)
    if not done["completed"] or done["findings"]:
        raise SystemExit(f"{path}: {done['findings']}")
    return done["lane_instructions"] / done["processor_seconds"], done["buffers"], done["lane_instructions"]


def measure_kernels(portolan, work, rounds):
    rows = []
    for target in ("gfx942", "gfx1100"):
        folder = kernels_of(portolan, work, target)
        for launch in launches():
            forms = [(target, ".s")] + ([("ptx", ".ptx")] if target == "gfx942" else [])
            for name, ending in forms:
                best, results = {}, {}
                for mode in turns_of(rounds):
                    rate, results[mode], count = run_kernel(portolan, folder / f"{launch[0]}.cu{ending}", launch, mode)
                    best[mode] = max(rate, best.get(mode, 0))
                if results["compiled"] != results["interpreted"]:
                    raise SystemExit(f"{launch[1]} on {name}: both modes differ")
                rows.append((launch[1], name, count, best))
    return sorted(rows, key=lambda r: (r[1], r[0]))


def seconds(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def recorded(chip):
    with open(ORACLES / f"{chip}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gemmini(times):
    """A recorded program whose pair of preload and compute is repeated; each is 16 by 16 by 16."""
    vector = next(v for v in recorded("gemmini") if v["id"] == "gem-d16-ws-000")
    at = next(n for n, c in enumerate(vector["program"]) if c["funct"] == 6)
    vector["program"] = vector["program"][:at] + vector["program"][at:at + 2] * times
    return vector, times * 16 ** 3


def field(word, low, width):
    return word >> low & ((1 << width) - 1)


def turns(word):
    """Of a gemm that accumulates: how often it multiplies a vector by a block of 16 by 16."""
    if field(word, 0, 3) != 2 or field(word, 7, 1):
        return 0
    return field(word, 35, 14) * field(word, 49, 14) * (field(word, 21, 14) - field(word, 8, 13))


def vta(times):
    """The recorded program with the longest gemm, which is repeated without tokens. `isa run` runs it once for each of three units."""
    def words(vector):
        return [int.from_bytes(bytes.fromhex(w), "little") for w in vector["program"]]

    vector = max(recorded("vta"), key=lambda v: max(map(turns, words(v))))
    at = max(range(len(vector["program"])), key=lambda n: turns(words(vector)[n]))
    word = words(vector)[at]
    vector["program"][at + 1:at + 1] = [(word & ~0x78).to_bytes(16, "little").hex()] * times
    return vector, 3 * times * turns(word) * 256


def plena(times):
    return "M_MM 0, gp1, gp2\n" * times, times * 4 * 4 * 64


def measure_chips(portolan, work, rounds):
    rows = []
    for chip, make, times in (("gemmini", gemmini, 400), ("vta", vta, 1000), ("plena", plena, 20000)):
        best = {}
        programs = {}
        for n in (1, times):
            made, products = make(n)
            path = work / f"{chip}.{n}{'.s' if chip == 'plena' else '.jsonl'}"
            if chip != "plena":
                made["dram_out"] = []
            path.write_text(made if chip == "plena" else json.dumps(made) + "\n", encoding="utf-8")
            programs[n] = [portolan, "isa", "run", chip, *([path] if chip == "plena" else ["--vectors", path]), "--steps",
                           "10000000000"]
        for mode in turns_of(rounds):
            taken = seconds([*programs[times], "--engine", mode]) - seconds([*programs[1], "--engine", mode])
            best[mode] = max(products / taken, best.get(mode, 0))
        rows.append((chip, products, best))
    return rows


def document(kernels, chips, args):
    load = os.getloadavg()[0]
    out = ["## Speed of our own engines", "",
           f"Command: `./dev bench engine_speed --docs docs/benchmarks.md`, best of {args.rounds} compiled runs, on one core, {load:.1f} other "
           "tasks running on average (two cores).", "",
           "Kernels: millions of lane-instructions a second (one instruction of PTX or AMD's, in one lane; wanted: 50).", "",
           "| kernel | as | lane-instructions | interpreted | compiled | ratio |", "| --- | --- | --- | --- | --- | --- |"]
    for kernel, name, count, best in kernels:
        out.append(f"| {kernel} | {name} | {count} | {best['interpreted'] / 1e6:.1f} | {best['compiled'] / 1e6:.1f} | "
                   f"{best['compiled'] / best['interpreted']:.0f} |")
    reached = sum(best["compiled"] >= LANES_WANTED for *_, best in kernels)
    out += ["", f"{reached} of {len(kernels)} reach 50 million.", "",
            "Chips: millions of multiply-accumulates a second on tile instructions (wanted: 20).", "",
            "| chip | multiply-accumulates | interpreted | compiled | ratio |", "| --- | --- | --- | --- | --- |"]
    for chip, products, best in chips:
        out.append(f"| {chip} | {products} | {best['interpreted'] / 1e6:.1f} | {best['compiled'] / 1e6:.1f} | "
                   f"{best['compiled'] / best['interpreted']:.1f} |")
    reached = sum(best["compiled"] >= PRODUCTS_WANTED for *_, best in chips)
    out += ["", f"{reached} of {len(chips)} reach 20 million. plena's operands are undefined here, which takes the same time."]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portolan", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--docs", type=pathlib.Path, help="write the section of this page")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    text = document(measure_kernels(args.portolan, args.work, args.rounds), measure_chips(args.portolan, args.work, args.rounds), args)
    print(text)
    if args.docs:
        report.replace_section(args.docs, "engine_speed", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

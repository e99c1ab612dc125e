"""Inline mma.sync and ldmatrix on an NVIDIA device: the instructions themselves against the C++ that `portolan port --to hip` writes for
them, spelled out (PORTOLAN_SPELLED_OUT), bit for bit on the same registers. A part of `bench device_hip`.
"""

import json
import pathlib
import random
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEEDS = 6


def numbers(type_, words, kind, draw):
    """Registers of 32 bits: any bits, or numbers of a few sizes, as bytes."""
    if kind == "bits" or type_ in ("u32", "i32"):
        return struct.pack(f"<{words}I", *(draw.getrandbits(32) for _ in range(words)))

    def number():
        return draw.choice((0.0, 1.0, draw.uniform(-4, 4), draw.uniform(-1, 1) * 2.0 ** draw.randint(-14, 3)))
    if type_ == "f16":
        return struct.pack(f"<{2 * words}e", *(number() for _ in range(2 * words)))
    data = struct.pack(f"<{words}f", *(number() for _ in range(words)))
    if type_ == "f32":
        return data
    more = struct.pack(f"<{words}f", *(number() for _ in range(words)))  # bf16: the upper halves
    return b"".join(data[n + 2:n + 4] + more[n + 2:n + 4] for n in range(0, 4 * words, 4))


def prepare(folder, portolan, compiled):
    sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
    import matrix_instructions

    made = matrix_instructions.kernels(matrix_instructions.ALL_PRODUCTS)
    source = folder / "matrices"
    source.mkdir(parents=True, exist_ok=True)
    (source / "matrices.cu").write_text("".join(s for s, _ in made))
    subprocess.run([portolan, "port", source, "--to", "hip", "--out", folder / "matrices.hip", "--require", "none"], check=True, stdout=subprocess.DEVNULL)
    compiled(source / "matrices.cu", folder / "matrices.original.ptx", "-arch=sm_80", "-ptx")
    compiled(folder / "matrices.hip" / "matrices.hip", folder / "matrices.spelled.ptx", "-arch=sm_80", "-ptx", "-DPORTOLAN_SPELLED_OUT")
    launches = []

    def add(kernel, given, left):
        buffers = {str(n): data.hex() for n, data in enumerate([*given, bytes(left)], 1)}
        launches.append({"kernel": kernel, "grid": "1", "block": "64", "arguments": [f"hex:{n}" for n in buffers], "buffers": buffers})

    for kind in ("bits", "numbers"):
        for seed in range(SEEDS):
            draw = random.Random(f"{kind} {seed}")
            for n, (_, a, b, c, type_, kept) in enumerate(matrix_instructions.ALL_PRODUCTS):
                add(f"mma{n}", [numbers(type_, 64 * a, kind, draw), numbers(type_, 64 * b, kind, draw), numbers(kept, 64 * c, kind, draw)], 256 * c)
            for n, tile in enumerate(matrix_instructions.TILES):
                add(f"tiles{n}", [numbers("u32", 512, kind, draw)], 256 * int(tile[1]))
    (folder / "matrices.json").write_text(json.dumps(launches))


def run(folder, driver):
    """(launches, those in which both leave the same bits)"""
    texts = {side: (folder / f"matrices.{side}.ptx").read_text() for side in ("original", "spelled")}
    launches, equal = json.loads((folder / "matrices.json").read_text()), 0
    for launch in launches:
        left = {side: driver.launch(text, launch) for side, text in texts.items()}
        same = left["original"] == left["spelled"]
        equal += same
        if not same:
            out = str(len(launch["buffers"]))
            words = [[text[out][n:n + 8] for n in range(0, len(text[out]), 8)] for text in left.values()]
            wrong = [(n, *pair) for n, pair in enumerate(zip(*words)) if pair[0] != pair[1]]
            print(f"DIFFERS {launch['kernel']}: {len(wrong)} of {len(words[0])} words, {wrong[:3]}")
    print(f"matrices: {equal} of {len(launches)} launches equal")
    return len(launches), equal

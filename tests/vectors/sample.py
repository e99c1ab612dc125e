"""Draws the committed samples of the PTX and AMDGCN vectors: by position, not by what passes.

PTX: of every file the forms at positions 0, 40, 80, … (part C, whose lines are long: 0, 24, 48, …), of every form the first
six cases (part C: the first). Source: ptx-a.jsonl to ptx-d.jsonl, recorded on an NVIDIA H100 80GB HBM3 (driver
580.159.04, CUDA 13.0); data only.
AMDGCN: every twentieth of the instructions of amdgcn.jsonl, recorded from tinygrad's emulator; data only.

usage: sample.py FOLDER_OF_VECTORS ptx|amdgcn > ptx-sample.jsonl
"""
import json
import pathlib
import sys

folder, which = pathlib.Path(sys.argv[1]), sys.argv[2]
if which == "amdgcn":
    lines = (folder / "amdgcn.jsonl").read_text().splitlines()
    instructions = [line for line in lines if json.loads(line)["class"] not in ("kernel", "object")]
    print("\n".join(instructions[::20]))
    sys.exit()
for part in "abcd":
    step, cases = (24, 1) if part == "c" else (40, 6)
    lines = (folder / f"ptx-{part}.jsonl").read_text().splitlines()
    for line in lines[::step]:
        form = json.loads(line)
        form["cases"] = form["cases"][:cases]
        print(json.dumps(form, separators=(",", ":")))

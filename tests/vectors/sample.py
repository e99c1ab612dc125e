"""Draws the committed sample of the PTX vectors: by position, not by what passes.

Of every file the forms at positions 0, 40, 80, … (part C, whose lines are long: 0, 24, 48, …), of every form the first
six cases (part C: the first). Source: ptx-a.jsonl to ptx-d.jsonl, recorded on an NVIDIA H100 80GB HBM3 (driver
580.159.04, CUDA 13.0); data only.

usage: sample.py FOLDER_OF_VECTORS > ptx-sample.jsonl
"""
import json
import pathlib
import sys

for part in "abcd":
    step, cases = (24, 1) if part == "c" else (40, 6)
    lines = (pathlib.Path(sys.argv[1]) / f"ptx-{part}.jsonl").read_text().splitlines()
    for line in lines[::step]:
        form = json.loads(line)
        form["cases"] = form["cases"][:cases]
        print(json.dumps(form, separators=(",", ":")))

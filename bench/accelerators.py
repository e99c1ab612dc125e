#!/usr/bin/env python3
"""`./dev bench accelerators`: the 23 tasks of KernelCraft (arXiv:2603.08721) as specifications, five shapes each, on every described chip.

A cell is right if `portolan port` made a program that its emulator run agreed with the specification on all inputs that were tried,
refused if the command said why there is none, wrong if a program differs. Cells for which a chip has no arithmetic at all are
listed with the reason and not counted. Exit status: 0 nothing was wrong, 1 something was, 3 wrong usage.
"""

import argparse
import collections
import json
import pathlib
import shutil
import statistics
import sys
import time

from common import report, toolchain

ROOT = pathlib.Path(__file__).resolve().parent.parent
TASKS = ROOT / "corpus" / "specifications" / "tasks"

# Task, number of the benchmark's level, five shapes that grow; the last but one or two are ragged.
ROWS = [dict(M=m, N=n) for m, n in ((4, 64), (4, 128), (5, 100), (8, 256), (16, 512))]
ATTENTION = [dict(T=t, S=s, D=d) for t, s, d in ((4, 16, 32), (16, 64, 64), (13, 50, 40), (32, 64, 64), (32, 128, 64))]
HEADS = [dict(T=t, S=s, D=d, M=m) for t, s, d, m in ((4, 16, 32, 64), (8, 32, 64, 64), (7, 21, 40, 72), (16, 64, 64, 128), (32, 64, 64, 128))]
PRODUCT = [dict(M=m, K=k, N=n) for m, k, n in ((16, 16, 16), (32, 64, 64), (13, 50, 70), (64, 128, 64), (64, 192, 128))]
WINDOW = [dict(H=h, V=v, C=c) for h, v, c in ((4, 4, 4), (6, 6, 16), (7, 9, 5), (14, 14, 16), (16, 16, 32))]
FEED = [dict(M=m, K=k, F=f) for m, k, f in ((4, 64, 64), (8, 64, 128), (5, 50, 90), (16, 64, 256), (16, 128, 256))]
LINE = [dict(N=n) for n in (64, 256, 1000, 2048, 4096)]
SHAPES = {
    "silu": LINE, "relu": LINE, "gelu": LINE, "softmax": ROWS, "layer_norm": ROWS, "rms_norm": ROWS,
    "gemv": [dict(M=m, K=k) for m, k in ((16, 16), (64, 64), (70, 50), (128, 128), (256, 192))],
    "gemm": PRODUCT, "batch_matmul": [{"B": 2 + n % 2, **shape} for n, shape in enumerate(PRODUCT)], "linear": PRODUCT,
    "conv2d": [{"O": o, **shape} for o, shape in zip((4, 16, 6, 16, 32), WINDOW)], "depthwise_conv": WINDOW,
    "rope": [dict(T=t, D=d) for t, d in ((4, 32), (8, 64), (7, 40), (32, 64), (64, 64))],
    "ffn": FEED, "swiglu": FEED, "scaled_dot_product": ATTENTION,
    "flash_attention": [dict(H=h, T=t, D=d) for h, t, d in ((1, 16, 32), (1, 64, 64), (2, 50, 40), (2, 64, 64), (2, 128, 64))],
    "mha": [{"H": 2, **shape} for shape in HEADS], "gqa": [{"G": 2, "R": 2, **shape} for shape in HEADS], "mqa": [{"H": 4, **shape} for shape in HEADS],
    "conv_block": [{"O": o, **shape} for o, shape in zip((4, 16, 6, 16, 32), WINDOW)],
    "decoder_llama": [dict(T=t, M=m, H=h, D=d, F=f) for t, m, h, d, f in ((2, 64, 1, 16, 64), (4, 64, 2, 16, 128), (5, 50, 2, 20, 90), (8, 64, 2, 32, 128), (8, 128, 2, 32, 256))],
    "decoder_t5": [dict(T=t, S=s, M=m, H=h, D=d, F=f) for t, s, m, h, d, f in ((2, 4, 64, 1, 32, 64), (4, 8, 64, 2, 32, 128), (5, 7, 50, 2, 20, 90), (8, 16, 64, 2, 32, 128), (8, 16, 128, 2, 32, 256))],
}  # fmt: skip
BY_ROWS = {"relu": ROWS}  # the integer specifications of these have other sizes
LEVEL = {**dict.fromkeys(list(SHAPES)[:12], 1), **dict.fromkeys(list(SHAPES)[12:20], 2), **dict.fromkeys(("conv_block", "decoder_llama", "decoder_t5"), 3)}
# How the best of four published agents did on PLENA, solved of five (arXiv:2603.08721, its result table); none: the task is not in its column.
PUBLISHED = dict(silu=5, relu=2, gelu=4, softmax=5, layer_norm=5, rms_norm=5, gemv=5, gemm=4, batch_matmul=2, linear=4, rope=0, ffn=3, swiglu=4,
                 scaled_dot_product=3, flash_attention=3, mha=3, gqa=1, mqa=1, decoder_llama=0, decoder_t5=0)  # fmt: skip

NO_REALS = "its arithmetic is of integers: no exponential, division or root"
CHIPS = {  # the folder of specifications; tasks that the chip has no arithmetic for
    "gemmini": ("int8_scaled", {t: NO_REALS for t in ("silu", "gelu", "softmax", "layer_norm", "rms_norm", "rope", "swiglu", "scaled_dot_product", "flash_attention", "mha", "gqa", "mqa", "decoder_llama", "decoder_t5")}),
    "vta": ("int8", {t: NO_REALS for t in ("silu", "gelu", "softmax", "layer_norm", "rms_norm", "rope", "swiglu", "scaled_dot_product", "flash_attention", "mha", "gqa", "mqa", "decoder_llama", "decoder_t5")}),
    "plena": ("real", {}),
    "riscv64:zve32x": ("vectors", {}),
}  # fmt: skip


def specification(folder, task):
    """Integer tasks without sums have one form for all. Where vectors have no real numbers: integers if the task has such a form."""
    if folder == "vectors":
        return next(path for path in (TASKS / "int8" / f"{task}.spec", TASKS / "real" / f"{task}.spec") if path.exists())
    for one in (folder, "int8") if folder.startswith("int8") else (folder,):
        if (TASKS / one / f"{task}.spec").exists():
            return TASKS / one / f"{task}.spec"
    return None


def cell(args, chip, path, shape, number):
    work = args.work / f"{chip.replace(':', '.')}.{path.stem}.{number}"
    shutil.rmtree(work, ignore_errors=True)
    (work / "in").mkdir(parents=True)
    shutil.copy(path, work / "in")
    begin = time.monotonic()
    sizes = [word for name, value in shape.items() for word in ("--set", f"{name}={value}")]
    outcome = toolchain.run([args.portolan, "port", work / "in", "--to", chip, "--out", work / "out", "--seed", args.seed, *(["--no-proof"] if args.no_proof else []), *sizes], timeout=args.timeout)
    result = {"chip": chip, "task": path.stem, "shape": shape, "seconds": time.monotonic() - begin}
    try:
        entry = json.loads((work / "out" / "report.json").read_text())["kernels"][0]
        result.update(verdict=entry["verdict"], reason=entry.get("reason", ""), words=entry.get("words", 0), cycles=entry.get("cost", {}).get("cycles", 0),
                      arithmetic=entry.get("arithmetic", ""), unproved=entry.get("proof", {}).get("reason", ""))
    except (OSError, ValueError, LookupError):
        result.update(verdict="failed" if outcome.status is not None else "timeout", reason=f"{outcome.stderr[-300:]}")
    return result


def outcome_of(result):
    return {"tested": "right", "proved": "right", "refuted": "WRONG", "refused": "refused"}.get(result["verdict"], result["verdict"])


def short(reason):
    """The message without its place and the source line under it."""
    line = reason.strip().split("\n")[0]
    return line.split("error: ", 1)[-1][:160]


def tables(results):
    cells = collections.defaultdict(list)
    for result in results:
        cells[result["task"], result["chip"]].append(outcome_of(result))
    chips = [c for c in CHIPS if any(chip == c for _, chip in cells)]
    rows = []
    for task in SHAPES:
        row = [LEVEL[task], task]
        for chip in chips:
            outcomes = cells.get((task, chip), [])
            proved = sum(r["verdict"] == "proved" for r in results if (r["task"], r["chip"]) == (task, chip))
            text = f"{outcomes.count('right')}/{len(outcomes)}" + (f" ({proved} proved)" if proved else "") if outcomes else "none" if task in CHIPS[chip][1] else "-"
            row.append(text + (f", {outcomes.count('WRONG')} WRONG" if "WRONG" in outcomes else ""))
        rows.append([*row, f"{PUBLISHED[task]}/5" if task in PUBLISHED else "-"])
    total = ["", "all"]
    for chip in chips:
        outcomes = [o for (_, c), some in cells.items() if c == chip for o in some]
        total.append(f"{outcomes.count('right')}/{len(outcomes)}")
    rows.append([*total, f"{sum(PUBLISHED.values())}/{5 * len(PUBLISHED)}"])
    return ["level", "task", *chips, "PLENA, best published"], rows


def reasons(results):
    groups = collections.defaultdict(list)
    for result in results:
        if outcome_of(result) != "right":
            groups[result["chip"], result["task"], outcome_of(result), short(result["reason"])].append(result)
    return ["chip", "task", "outcome", "cells", "reason"], [[c, t, o, len(some), r.replace("|", "\\|")] for (c, t, o, r), some in groups.items()]


def document(results):
    right = [r for r in results if outcome_of(r) == "right"]
    share, seconds = report.percent(len(right), len(results)), sum(r["seconds"] for r in results)
    times = sorted(r["seconds"] for r in right)
    out = [f"## Tasks on described chips\n\nCommand: `./dev bench accelerators --docs docs/benchmarks.md` ({len(results)} cells, {seconds:.0f} s).\n",
           f"Right: {len(right)} of {len(results)} cells ({share}); {sum(outcome_of(r) == 'WRONG' for r in results)} wrong. "
           f"Mapping and verifying a right cell: median {statistics.median(times) if times else 0:.1f} s, longest {max(times, default=0):.1f} s of wall-clock time.\n",
           report.markdown_table(*tables(results)),
           "\n`none`: the chip has no arithmetic for it, and the cell isn't counted: " + NO_REALS + ". `-`: not in the benchmark's column, or no specification.\n\n"
           "Not comparable with the published column: its shapes are unpublished (ours are in bench/accelerators.py); the agents wrote programs from a\n"
           "manual within a number of turns, here a description with operations is given; its results were compared by its own simulator with an\n"
           "unpublished tolerance, ours by the emulator that comes from the description, on inputs that the chip's block format holds, within\n"
           "1.6 % (level 1) or 3 % (chains) of an element's size and the root mean square of the tensor together (integers: every bit; a chain of which\n"
           "every step is rounded to bf16 is off by 1.3 % at 8x64x128, calculated apart). PLENA's results stay in its vector memory or scalar memory,\n"
           "since how it chooses the scales of blocks that it stores is not known.\n",
           "`riscv64:zve32x` is RVV 1.0 with Zve32x and registers of 128 bits, through `portolan port --to`: the nine tasks with an integer form\n"
           "(batch_matmul, conv2d, conv_block, depthwise_conv, ffn, gemm, gemv, linear, relu) in int8 with vector instructions, every bit; the\n"
           "others in singles, one by one with the F extension, within the tolerance, since Zve32x has no real numbers in vectors. Run by QEMU.\n"
           "`proved`: for all inputs of that shape (docs/mapping.md); the rest is tested.\n",
           "### What is not right, and why\n", report.markdown_table(*reasons(results))]  # fmt: skip
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portolan", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path, help="write the section of this page")
    parser.add_argument("--chip", action="append", help="only this one; may be given again")
    parser.add_argument("--task", action="append", help="only this one; may be given again")
    parser.add_argument("--shapes", type=int, default=5, help="how many of the five shapes")
    parser.add_argument("--timeout", type=int, default=300, help="seconds for a cell")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-proof", action="store_true", help="test only: proofs take most of the time of integer cells")
    parser.add_argument("--measured", action="append", type=pathlib.Path, help="results.json of an earlier run in parts, instead of measuring; may be given again")
    args = parser.parse_args()
    results = [r for path in args.measured or () for r in json.loads(path.read_text())]
    for chip, (folder, without) in CHIPS.items() if not args.measured else ():
        for task, shapes in SHAPES.items():
            path = specification(folder, task)
            if path is None or task in without or (args.chip and chip not in args.chip) or (args.task and task not in args.task):
                continue
            for number, shape in enumerate((BY_ROWS if path.parent.name != "real" else {}).get(task, shapes)[: args.shapes]):
                result = cell(args, chip, path, shape, number)
                results.append(result)
                (args.work / "results.json").write_text(json.dumps(results, indent=1))
                print(f"{chip:8} {task:20} {number + 1} {outcome_of(result):8} {result['seconds']:6.1f} s {result.get('words', 0):7} words  {short(result['reason'])}", file=sys.stderr, flush=True)
    print(report.text_table(*tables(results)))
    print(report.text_table(*reasons(results)))
    if args.docs:
        report.replace_section(args.docs, "accelerators", document(results))
    return 1 if any(outcome_of(r) == "WRONG" for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())

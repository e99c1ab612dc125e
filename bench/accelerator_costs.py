#!/usr/bin/env python3
"""`./dev bench accelerator_costs`: what mapped programs cost by the mapper's estimate, against the emulator's count of the same programs, and
large products and convolutions against the bounds that the chip's description implies. Exit status: 0, or 3 for wrong usage.
"""

import argparse
import itertools
import json
import pathlib
import shutil
import sys

from common import report, toolchain

TASKS = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "specifications" / "tasks"
CHIPS = {"gemmini": "int8_scaled", "vta": "int8"}
DESCRIPTIONS = TASKS.parent.parent / "accelerators"
# Multiply-accumulates in a cycle and bytes in one, by the descriptions' cost clauses: an array of 16 by 16; 16 bytes, or 8 (VTA).
MACS, BYTES = {"gemmini": 256, "vta": 256}, {"gemmini": 16, "vta": 8}
# Cycles of arithmetic for a result beside its products: a shift and two limits of 2 cycles for 16 on VTA; within the store on Gemmini.
BESIDE = {"gemmini": 0, "vta": 6 / 16}
SIZES = [("gemm", dict(M=m, K=k, N=n)) for m, k, n in itertools.product((4, 16, 24), (8, 16, 40), (5, 16, 48))] + \
        [("gemv", dict(M=m, K=k)) for m, k in itertools.product((3, 16, 40, 64), (5, 16, 33, 64))] + \
        [("linear", dict(M=m, K=k, N=n)) for m, k, n in itertools.product((4, 20), (8, 32), (10, 16, 40))] + \
        [("relu", dict(M=m, N=n)) for m, n in itertools.product((1, 4, 16, 30), (7, 16, 50, 64))] + \
        [("conv2d", dict(H=h, V=v, C=c, O=o)) for (h, v), c, o in itertools.product(((2, 2), (3, 5), (6, 6)), (3, 16), (4, 16, 20))] + \
        [("conv_block", dict(H=h, V=v, C=c, O=o)) for (h, v), c, o in itertools.product(((2, 3), (4, 4)), (3, 16), (4, 16, 20))]
LARGE = {"gemmini": [("gemm", dict(M=64, K=64, N=64)), ("gemm", dict(M=128, K=128, N=128)), ("gemm", dict(M=256, K=128, N=128)),
                     ("conv2d", dict(H=14, V=14, C=16, O=16)), ("conv2d", dict(H=16, V=16, C=32, O=32))],
         "vta": [("gemm", dict(M=64, K=64, N=64)), ("gemm", dict(M=128, K=64, N=128)), ("gemm", dict(M=32, K=512, N=256)),
                 ("conv2d", dict(H=14, V=14, C=16, O=16)), ("conv2d", dict(H=16, V=16, C=32, O=32)), ("conv2d", dict(H=10, V=10, C=64, O=64))]}  # fmt: skip


def path_of(chip, task):
    own = TASKS / CHIPS[chip] / f"{task}.spec"
    return own if own.exists() else TASKS / "int8" / f"{task}.spec"


def contents(tensors):
    """--load of what the program reads: constants, and zeros for the rest. An argument has at most 128 KiB."""
    loads, most = [], 30_000
    for tensor in tensors:
        if tensor["kind"] not in ("input", "constants"):
            continue
        memory = bytearray(tensor["bytes"])
        for n, value in enumerate(tensor.get("values", ())):
            size = tensor["bits"] // 8
            memory[n * size:(n + 1) * size] = value.to_bytes(size, "little")
        for at in range(0, len(memory), most):
            loads += ["--load", f"{tensor['base'] + at}={memory[at:at + most].hex()}"]
    return loads


def mapped(args, chip, task, sizes):
    work = args.work / f"{chip}.{task}.{'.'.join(map(str, sizes.values()))}"
    if not args.reuse or not (work / "out" / "report.json").exists():
        shutil.rmtree(work, ignore_errors=True)
        (work / "in").mkdir(parents=True)
        shutil.copy(path_of(chip, task), work / "in")
        words = [word for name, value in sizes.items() for word in ("--set", f"{name}={value}")]
        toolchain.run([args.portolan, "port", work / "in", "--to", DESCRIPTIONS / f"{chip}.isa", "--out", work / "out", "--no-proof", *words], timeout=args.timeout)
    entry = json.loads((work / "out" / "report.json").read_text())["kernels"][0]
    if "cost" not in entry:
        print(f"{chip} {task} {sizes}: {entry['verdict']}: {entry.get('reason', '')[:100]}", file=sys.stderr)
        return None
    run = toolchain.run([args.portolan, "isa", "run", DESCRIPTIONS / f"{chip}.isa", work / "out" / f"{task}.s", *contents(entry["tensors"])], timeout=args.timeout)
    said = run.stdout.decode()
    if not said.startswith("finished"):
        print(f"{chip} {task} {sizes}: the program does not finish: {said[:100]}", file=sys.stderr)
        return None
    counted = int(said.split(" cycles")[0].split()[-1].replace(",", ""))
    return {"chip": chip, "task": task, "sizes": sizes, "counted": counted, "words": entry["words"], **entry["cost"],
            "moved": sum(t["bytes"] for t in entry["tensors"])}


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    for begin, group in ((g[0], g) for g in (list(g) for _, g in itertools.groupby(range(len(order)), key=lambda p: values[order[p]]))):
        for p in group:
            result[order[p]] = begin + (len(group) - 1) / 2
    return result


def correlation(a, b):
    x, y = ranks(a), ranks(b)
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((p - mx) * (q - my) for p, q in zip(x, y)) / (sum((p - mx) ** 2 for p in x) * sum((q - my) ** 2 for q in y)) ** 0.5


def macs(task, s):
    return s["M"] * s["K"] * s["N"] if task == "gemm" else s["H"] * s["V"] * 9 * s["C"] * s["O"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portolan", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path, help="write the section of this page")
    parser.add_argument("--timeout", type=int, default=300)
    parser.add_argument("--reuse", action="store_true", help="programs of an earlier run that lie in the work folder")
    args = parser.parse_args()
    programs = [p for chip in CHIPS for task, sizes in SIZES if (p := mapped(args, chip, task, sizes))]
    rho = correlation([p["cycles"] for p in programs], [p["counted"] for p in programs])
    by_words = correlation([p["words"] for p in programs], [p["counted"] for p in programs])
    large = [p for chip in CHIPS for task, sizes in LARGE[chip] if (p := mapped(args, chip, task, sizes))]
    rows = []
    for p in large:
        results = p["sizes"]["M"] * p["sizes"]["N"] if p["task"] == "gemm" else p["sizes"]["H"] * p["sizes"]["V"] * p["sizes"]["O"]
        products, memory = macs(p["task"], p["sizes"]) / MACS[p["chip"]], p["moved"] / BYTES[p["chip"]]
        arithmetic = products + results * BESIDE[p["chip"]]
        bound = max(arithmetic, memory)
        rows.append([p["chip"], f"{p['task']} {'x'.join(map(str, p['sizes'].values()))}", p["cycles"], f"{products:.0f}", f"{arithmetic:.0f}", f"{memory:.0f}", f"{p['cycles'] / bound:.2f}",
                     f"{p['cycles'] / max(products, memory):.2f}"])
    header = ["chip", "program", "cycles", "products", "arithmetic", "memory", "cycles to the bound", "to the larger of products and memory"]
    text = (f"## Costs of mapped programs\n\nCommand: `./dev bench accelerator_costs --docs docs/benchmarks.md`. {len(programs)} programs on Gemmini and VTA: the rank correlation of the "
            f"mapper's estimate with\nthe emulator's count is {rho:.3f} (equal in {sum(p['cycles'] == p['counted'] for p in programs)}; of the number of words with the count: {by_words:.3f}). "
            "Both come from the description's `cost` clauses,\nso this says that estimates are consistent, not that they are the chip's.\n\n"
            "Bounds: multiply-accumulates at 256 a cycle (`products`), with what the specification asks of the same unit beside them (`arithmetic`: VTA shifts and\n"
            "limits results in its compute unit); each tensor moved once, 16 bytes a cycle (VTA: 8). VTA's units work side by side, and so do\n"
            "Gemmini's controllers, so the bound is the larger of arithmetic and memory.\n\n"
            + report.markdown_table(header, rows))
    print(text)
    if args.docs:
        report.replace_section(args.docs, "accelerator_costs", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

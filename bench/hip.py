#!/usr/bin/env python3
"""`./dev bench hip`: corpus/kernels to HIP source: which files compile for which processor, and which kernels do what their source does, at 32
lanes and at 64, on our SIMT engine. bench/device_hip.py runs the same source on an NVIDIA device.
"""

import argparse
import collections
import datetime
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "corpus" / "kernels"


def port(portolan, out, tests, compiler):
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([portolan, "port", KERNELS, "--to", "hip", "--out", out, "--tests", str(tests), "--compiler", compiler, "--proof-time", "0"], stdout=subprocess.DEVNULL)
    return json.loads((out / "report.json").read_text())["files"]


def counted(files):
    compiled, levels, replaced = collections.Counter(), collections.Counter(), collections.Counter()
    for f in files:
        for target, result in f["compiled"].items():
            compiled[target] += result is True
            if result is not True:
                print(f"{f['file']}: not for {target}: {result}")
        for e in f["errors"]:
            print(f"{e['file']}:{e['line']}:{e['column']}: {e['message']}")
        for k in f["kernels"]:
            levels[k["lanes"], k["verdict"]["level"]] += 1
            if k["verdict"]["level"] != "tested":
                print(f"{f['file']}: {k['name']}: {k['verdict']['word']}: {k['verdict'].get('detail', '')}")
        replaced.update(f["replaced"])
    return {"files": len(files), "written": sum(bool(f["outputs"]) for f in files), "compiled": dict(compiled), "replaced": dict(replaced),
            "kernels": {lanes: {level: n for (at, level), n in levels.items() if at == lanes} for lanes in (32, 64)}}  # fmt: skip


def section(record):
    compiled = ", ".join(f"{target} {n}" for target, n in sorted(record["compiled"].items()))
    verdicts = [f"| {lanes} | {sum(levels.values())} | {levels.get('tested', 0)} | {levels.get('refuted', 0)} | {levels.get('unknown', 0)} |"
                for lanes, levels in record["kernels"].items()]
    r = record["replaced"]
    return "\n".join([
        "## CUDA to HIP source", "", f"Command: `./dev bench hip`, {record['date']}.", "",
        f"corpus/kernels by `portolan port --to hip`: {record['written']} of {record['files']} files written ({r['names']} names, {r['warp']} uses of the warp, "
        f"{r['inline_ptx']} statements of inline PTX replaced); files that compile: {compiled} (gfx942 and gfx1100: device side, by our header; "
        "the others by Debian's HIP 5.2.3). Each kernel's "
        f"PTX ({record['compiler']}) against the compiled port, {record['tests']} launches:", "",
        "| lanes | kernels | tested | refuted | unknown |", "| --- | --- | --- | --- | --- |", *verdicts, "",
        "Kernels that call mathematical functions are compared by the manifest's `library_tolerance`, all others bit for bit.", ""])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--tests", type=int, default=20)
    parser.add_argument("--compiler", choices=("clang", "nvcc"), default="clang", help="of the CUDA source, for its PTX")
    parser.add_argument("--docs", type=pathlib.Path, help="record the result in this file")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    record = counted(port(args.portolan, args.work / "out", args.tests, args.compiler))
    record |= {"date": datetime.date.today().isoformat(), "tests": args.tests, "compiler": args.compiler}
    print(json.dumps(record))
    if args.docs:
        from common import report

        report.replace_section(args.docs, "hip", section(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""`./dev bench drafts`: launch manifests that `portolan port --init` drafts of corpus/kernels from corpus/kernel_programs, as they come, against
the manifest that was written by hand: how many kernels get the same verdict from both."""

import argparse
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS, PROGRAMS = ROOT / "corpus" / "kernels", ROOT / "corpus" / "kernel_programs"


def verdicts(args, folder, manifest):
    out = args.work / f"out.{manifest.parent.name}"
    subprocess.run([args.portolan, "port", folder, "--to", f"amdgcn:{args.target}", "--out", out, "--manifest", manifest, "--compiler", "clang", "--proof-time", "0",
                    "--tests", "20", "--kernel-time", "30000"], check=False, capture_output=True)  # fmt: skip
    report = json.loads((out / "report.json").read_text())
    return {k["name"]: k["verdict"] for f in report["files"] for k in f["kernels"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--target", default="gfx942")
    parser.add_argument("--build", default="this build", help="what the record calls the sources of the command")
    parser.add_argument("--docs", type=pathlib.Path, help="record the result in this file")
    args = parser.parse_args()
    folder = args.work / "drafted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in KERNELS.glob("*.cu"):
        shutil.copy(path, folder)
    subprocess.run([args.portolan, "port", folder, "--init", "--compiler", "clang", "--host", PROGRAMS], check=True)
    text = (folder / "port.toml").read_text()
    drafted = {k["name"]: k for k in tomllib.loads(text)["kernel"]}
    by_hand = {k["name"]: k for k in tomllib.loads((KERNELS / "port.toml").read_text())["kernel"]}
    types = sum([a["type"] for a in k["arguments"]] == [a["type"] for a in by_hand[name]["arguments"]] for name, k in drafted.items())
    ours, theirs = verdicts(args, folder, folder / "port.toml"), verdicts(args, folder, KERNELS / "port.toml")
    same = [name for name in theirs if ours[name]["level"] == theirs[name]["level"]]
    others = {name: ours[name]["word"] + (f": {ours[name]['detail']}" if "detail" in ours[name] else "") for name in theirs if name not in same}
    for name, word in others.items():
        print(f"{name}: {word} (by hand: {theirs[name]['word']})")
    wrong = [name for name in theirs if ours[name]["level"] == "refuted" and theirs[name]["level"] != "refuted"]
    unmarked = text.count("[[kernel]]") - sum("TO FINISH" in k for k in text.split("[[kernel]]")[1:])
    record = (f"{len(drafted)} kernels drafted, {sum('launched at' in k for k in text.split('[[kernel]]')[1:])} of them with a launch of the host programs, {unmarked} with nothing "
              f"marked, {sum('unfinished' in k for k in drafted.values())} unfinished; argument types as written by hand: {types}. Ported to {args.target} (20 launches each), the draft "
              f"gives {len(same)} of {len(theirs)} the verdict that the manifest written by hand gives; {len(wrong)} are refuted by the draft alone.")  # fmt: skip
    print(record)
    if args.docs:
        sys.path.insert(0, str(ROOT / "bench"))
        from common import report

        lines = [f"- `{name}`: {word}" for name, word in sorted(others.items())]
        report.replace_section(args.docs, "drafts", "\n".join([
            "## Drafted launch manifests", "", f"Command: `./dev bench drafts`, {datetime.date.today().isoformat()}, sources of {args.build}.", "",
            f"`portolan port --init` of corpus/kernels with the host code of corpus/kernel_programs, nothing finished by hand: {record}"
            + (" The others:" if lines else ""), "", *lines, ""]))  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

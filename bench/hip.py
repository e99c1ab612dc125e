#!/usr/bin/env python3
"""`./dev bench hip`: corpus/kernels to HIP source: which files compile for which processor, and which kernels do what their source does, at 32
lanes and at 64, on our SIMT engine. bench/device_hip.py runs the same source on an NVIDIA device.

`--hipify-perl PATH`: what that script makes of the same files (and of corpus/kernel_programs) beside ours, by the same compilers, launches and
tolerances. It is in no package here, so whoever has it names it.
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
PROGRAMS = ROOT / "corpus" / "kernel_programs"
# By HIP's headers of Debian and its device library; the two that it lacks by the numbers that the build adds beside portolan.
TARGETS = ("gfx90a", "gfx1030", "gfx942", "gfx1100", "host")
LANES = {32: "gfx1100", 64: "gfx942"}
# As `port` compiles once more what the engine's reader refuses (cli/port_hip.cpp).
PLAIN = ("-D__noinline__=", "-mllvm", "-amdgpu-early-inline-all=true", "-mllvm", "-disable-promote-alloca-to-vector", "-mllvm", "-disable-promote-alloca-to-lds")


def port(portolan, out, tests, compiler, folder=KERNELS):
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([portolan, "port", folder, "--to", "hip", "--out", out, "--tests", str(tests), "--compiler", compiler, "--proof-time", "0"], stdout=subprocess.DEVNULL)
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


def compiles(portolan, source, target, to, *flags):
    side = ("--offload-arch=gfx90a", "--cuda-host-only", "-c") if target == "host" else (f"--offload-arch={target}", "--cuda-device-only", "--no-gpu-bundle-output")
    done = subprocess.run(["clang++-19", "-x", "hip", "-O2", "-std=c++17", "-w", *side, "--rocm-path=/usr", f"--hip-device-lib-path={portolan.parent / 'hip' / 'bitcode'}",
                           *flags, source, "-o", to], capture_output=True)  # fmt: skip
    return done.returncode == 0


def judged_kernels(portolan, ptx, source, lanes, manifest, tests):
    """Level by kernel, of what the peer's source becomes for waves of 32 or 64 lanes."""
    levels, code = {}, source.with_suffix(f".{LANES[lanes]}.co")
    for flags in ((), PLAIN):
        if not compiles(portolan, source, LANES[lanes], code, *flags):
            break
        done = subprocess.run([portolan, "verify", ptx, code, "--manifest", manifest, "--tests", str(tests), "--proof-time", "0", "--json"], capture_output=True, text=True)
        again = {f["name"]: f["verdict"] for f in json.loads(done.stdout)["functions"]} if done.stdout.startswith("{") else {}
        levels |= {n: v for n, v in again.items() if n not in levels or levels[n].get("reason") == "unsupported"}
        if not any(v.get("reason") == "unsupported" for v in levels.values()):
            break
    return {n: v["level"] for n, v in levels.items()}


def peer(portolan, script, folders, evidence, work, manifest, tests):
    """Files and kernels of another tool: of `folders`, against the PTX in `evidence` where that has one."""
    shutil.rmtree(work, ignore_errors=True)
    # The peer's libraries are HIP's too: what `port` compares by library_tolerance is compared by it here.
    text = manifest.read_text().replace("library_tolerance", "tolerance").replace("library_inputs", "inputs")
    (work / "port.toml").parent.mkdir(parents=True)
    (work / "port.toml").write_text(text)
    compiled, right, files, written = collections.Counter(), collections.Counter(), 0, 0
    for folder in folders:
        out = work / folder.name
        out.mkdir()
        for header in folder.glob("*.h"):
            (out / header.name).write_bytes(run_script(script, header))
        for source in sorted(folder.glob("*.cu")):
            made = out / f"{source.stem}.hip"
            text = run_script(script, source)
            files += 1
            written += bool(text)
            made.write_bytes(text)
            failed = [t for t in TARGETS if not (text and compiles(portolan, made, t, made.with_suffix(f".{t}.o")))]
            compiled.update(t for t in TARGETS if t not in failed)
            if failed:
                print(f"peer: {folder.name}/{source.name}: not for {', '.join(failed)}")
            ptx = evidence / f"{source.stem}.ptx"
            for lanes in LANES if folder == folders[0] and ptx.exists() else ():
                for kernel, level in judged_kernels(portolan, ptx, made, lanes, work / "port.toml", tests).items():
                    right[lanes] += level == "tested"
                    if level != "tested":
                        print(f"peer: {source.name}: {kernel} at {lanes} lanes: {level}")
    return {"files": files, "written": written, "compiled": {t: compiled[t] for t in TARGETS}, "right": {lanes: right[lanes] for lanes in LANES}}


def run_script(script, source):
    return subprocess.run(["perl", script, source] if script.read_bytes().startswith(b"#!/usr/bin/perl") or script.suffix == ".pl" else [script, source],
                          capture_output=True).stdout  # fmt: skip


def peer_text(record):
    if "peer" not in record:
        return "hipify-perl was not at hand; `--hipify-perl PATH` counts what it makes of the same files."
    ours, theirs = record["both"], record["peer"]
    rows = [f"| {name} | {r['written']} of {r['files']} | {' | '.join(str(r['compiled'].get(t, 0)) for t in TARGETS)} | {r['right'][32]} | {r['right'][64]} |"
            for name, r in (("portolan", ours), ("hipify-perl", theirs))]  # fmt: skip
    return "\n".join([
        "Beside hipify-perl, kernels and programs, by HIP's headers; kernels that are right, by the same launches and tolerances:", "",
        f"| by | written | {' | '.join(TARGETS)} | right at 32 lanes | right at 64 |", "| --- |" + " --- |" * (len(TARGETS) + 3), *rows])  # fmt: skip


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
        "Kernels that call mathematical functions are compared by the manifest's `library_tolerance`, all others bit for bit.", "",
        peer_text(record), ""])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--tests", type=int, default=20)
    parser.add_argument("--compiler", choices=("clang", "nvcc"), default="clang", help="of the CUDA source, for its PTX")
    parser.add_argument("--hipify-perl", type=pathlib.Path, metavar="PATH", help="the script to count beside us")
    parser.add_argument("--docs", type=pathlib.Path, help="record the result in this file")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    record = counted(port(args.portolan, args.work / "out", args.tests, args.compiler))
    record |= {"date": datetime.date.today().isoformat(), "tests": args.tests, "compiler": args.compiler}
    if args.hipify_perl:
        programs = counted(port(args.portolan, args.work / "programs", args.tests, "nvcc", PROGRAMS))
        right = {lanes: levels.get("tested", 0) for lanes, levels in record["kernels"].items()}
        record["both"] = {"files": record["files"] + programs["files"], "written": record["written"] + programs["written"], "right": right,
                          "compiled": {t: record["compiled"].get(t, 0) + programs["compiled"].get(t, 0) for t in TARGETS}}  # fmt: skip
        record["peer"] = peer(args.portolan, args.hipify_perl, (KERNELS, PROGRAMS), args.work / "out" / "evidence", args.work / "peer", KERNELS / "port.toml", args.tests)
    print(json.dumps(record))
    if args.docs:
        from common import report

        report.replace_section(args.docs, "hip", section(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())

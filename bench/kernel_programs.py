#!/usr/bin/env python3
"""`./dev bench kernel_programs`: the programs of corpus/kernel_programs, which check the kernels of corpus/kernels by themselves, on an
NVIDIA device: as they are, as the HIP source that `portolan port --to hip` makes of program and kernels (nvcc and portolan_hip.h), and with
one change in each kernel, which its program has to notice.

`--prepare FOLDER` ports everything; `--run FOLDER` compiles it and runs it where the driver and a CUDA toolkit are, and once more under
compute-sanitizer where that is installed. Without a device the command says what is to be run, ends with 0 and leaves the record alone.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import device_kernels as device

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "corpus" / "kernels"
PROGRAMS = ROOT / "corpus" / "kernel_programs"
PROCESSOR = "-arch=sm_90"
NVCC = ("nvcc", "-x", "cu", "-std=c++17", "-O2", PROCESSOR, "-rdc=true")
SECONDS = 60  # for one program


def command(*words):
    """What fails is printed; the program that is missing then counts as one that fails."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        print(" ".join(map(str, words)), done.stdout, done.stderr, sep="\n")


def compiled(source, to):
    command(*NVCC, "-c", source, "-o", to)
    return to


def linked(to, *objects):
    command("nvcc", PROCESSOR, *objects, "-o", to)


def mutated(text, kernel, old, new):
    """The file with one change, which stands in the kernel once."""
    at = text.index(f" {kernel}(")
    end = text.find("__global__", at)
    body = text[at:end if end != -1 else len(text)]
    if body.count(old) != 1:
        raise ValueError(f"{kernel}: '{old}' stands there {body.count(old)} times")
    return text[:at] + body.replace(old, new) + text[at + len(body):]


def mutants():
    """(kernel, file of it, its text with one change)"""
    changes = tomllib.loads((PROGRAMS / "mutants.toml").read_text())
    for kernel in tomllib.loads((KERNELS / "port.toml").read_text())["kernel"]:
        yield kernel["name"], kernel["file"], mutated((KERNELS / kernel["file"]).read_text(), kernel["name"], *changes[kernel["name"]])


def port(portolan, source, out):
    done = subprocess.run([portolan, "port", source, "--to", "hip", "--out", out, "--require", "none", "--tests", "0", "--proof-time", "0"],
                          stdout=subprocess.DEVNULL)  # fmt: skip
    files = json.loads((out / "report.json").read_text())["files"]
    refused = [f["file"] for f in files if f["exit"] or not all(c is True for c in f["compiled"].values())]
    print(f"{source}: {len(files)} files, {len(refused)} refused or not compiling ({done.returncode}) {refused}")
    return {"files": len(files), "compiled": {t: sum(f["compiled"].get(t) is True for f in files) for t in files[0]["compiled"]}}


def prepare(folder, portolan):
    """Sources: the programs and kernels as they are, ported, and changed."""
    folder.mkdir(parents=True, exist_ok=True)
    ported = port(portolan, PROGRAMS, folder / "hip" / "programs")
    port(portolan, KERNELS, folder / "hip" / "kernels")
    for part in ("programs", "kernels"):
        shutil.rmtree(folder / "hip" / part / "evidence", ignore_errors=True)
    shutil.copytree(PROGRAMS, folder / "original" / "programs", dirs_exist_ok=True)
    shutil.copytree(KERNELS, folder / "original" / "kernels", dirs_exist_ok=True)
    (folder / "mutants").mkdir(exist_ok=True)
    changed = {}
    for kernel, file, text in mutants():
        (folder / "mutants" / f"{kernel}.cu").write_text(text)
        changed[kernel] = file.removesuffix(".cu")
    (folder / "programs.json").write_text(json.dumps({"programs": [p.stem for p in sorted(PROGRAMS.glob("*.cu"))], "mutants": changed, "port": ported}))


def build(folder, made):
    """With the toolkit of where they run."""
    built = folder / "built"
    built.mkdir(exist_ok=True)
    original, hip = folder / "original", folder / "hip"

    def program(stem):
        reference = built / f"{stem}.reference.o"
        command("g++", "-std=c++20", "-O2", "-ffp-contract=off", "-c", original / "kernels" / "references" / f"{stem}.cpp", "-o", reference)
        linked(built / f"{stem}.original", compiled(original / "programs" / f"{stem}.cu", built / f"{stem}.program.o"),
               compiled(original / "kernels" / f"{stem}.cu", built / f"{stem}.o"), reference)  # fmt: skip
        linked(built / f"{stem}.hip", compiled(hip / "programs" / f"{stem}.hip", built / f"{stem}.program.hip.o"),
               compiled(hip / "kernels" / f"{stem}.hip", built / f"{stem}.hip.o"), reference)  # fmt: skip

    def mutant(kernel):
        stem = made["mutants"][kernel]
        linked(built / f"{kernel}.mutant", built / f"{stem}.program.o", compiled(folder / "mutants" / f"{kernel}.cu", built / f"{kernel}.mutant.o"),
               built / f"{stem}.reference.o")  # fmt: skip

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for work, names in ((program, made["programs"]), (mutant, made["mutants"])):
            list(pool.map(work, names))


def run_one(folder, name, *before):
    """(exit status, output) of a program; the status is None where it had to be stopped."""
    try:
        done = subprocess.run([*before, folder / "built" / name], capture_output=True, text=True, timeout=SECONDS * (10 if before else 1))
    except subprocess.TimeoutExpired:
        return None, "stopped: too long"
    except FileNotFoundError:
        return None, "not built"
    return done.returncode, done.stdout + done.stderr


def run(folder):
    try:
        driver = device.Driver()
    except (OSError, AttributeError) as problem:
        print(f"no NVIDIA device here ({problem}); carry {folder} to one and run: python3 bench/kernel_programs.py --run {folder}")
        return None
    folder = folder.resolve()
    made = json.loads((folder / "programs.json").read_text())
    build(folder, made)
    runs = [(stem, side) for stem in made["programs"] for side in ("original", "hip")]
    passed, comparisons, clean = ({"original": 0, "hip": 0} for _ in range(3))
    wrong, missed = [], []
    for stem, side in runs:
        status, text = run_one(folder, f"{stem}.{side}")
        good = status == 0 and "FAIL" not in text and bool(re.search(r"^PASS: ", text, re.M))
        passed[side] += good
        comparisons[side] += len(re.findall(r"^PASS \w", text, re.M))
        print(f"{'PASS' if good else 'FAIL'} {stem}.{side}" + ("" if good else f": {status}\n{text}"))
        if not good:
            wrong.append(f"{stem}.{side}")
    for kernel in made["mutants"]:
        status, text = run_one(folder, f"{kernel}.mutant")
        # By a comparison of this kernel, not by some other error.
        if status != 1 or not re.search(rf"^FAIL {kernel}\b", text, re.M):
            missed.append(kernel)
            print(f"mutant of {kernel} not noticed: {status}\n{text}")
    sanitizer = shutil.which("compute-sanitizer") or shutil.which("/usr/local/cuda/bin/compute-sanitizer")
    if sanitizer:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            reports = pool.map(lambda r: run_one(folder, f"{r[0]}.{r[1]}", sanitizer, "--error-exitcode", "9"), runs)
        for (stem, side), (status, report) in zip(runs, reports):
            clean[side] += status == 0
            if status != 0:
                wrong.append(f"{stem}.{side} under compute-sanitizer")
                print(f"{stem}.{side} under compute-sanitizer: {status}\n{report[-1500:]}")
    record = {"device": driver.name, "cuda": driver.version, "date": datetime.date.today().isoformat(), "programs": len(made["programs"]),
              "port": made["port"], "passed": passed, "comparisons": comparisons, "sanitizer": clean if sanitizer else None,
              "mutants": len(made["mutants"]), "caught": len(made["mutants"]) - len(missed), "missed": missed}  # fmt: skip
    print(json.dumps(record))
    return record, wrong + missed


def section(record):
    compiled = ", ".join(f"{target} {n}" for target, n in sorted(record["port"]["compiled"].items()))
    sanitizer = ("compute-sanitizer was not installed." if record["sanitizer"] is None else
                 f"compute-sanitizer (memcheck) finds nothing in {record['sanitizer']['original']} originals and {record['sanitizer']['hip']} ports.")
    return "\n".join([
        "## Programs that check themselves", "", "Command: `./dev bench kernel_programs`.", "",
        f"The {record['programs']} programs of corpus/kernel_programs, one for each file of corpus/kernels, compare what the kernels leave with references of the "
        f"host. On {record['device']} (driver for CUDA {record['cuda']}), {record['date']}: {record['passed']['original']} CUDA originals pass "
        f"({record['comparisons']['original']} comparisons) and {record['passed']['hip']} ports by `portolan port --to hip`, program and kernels, through nvcc "
        f"and portolan_hip.h ({record['comparisons']['hip']}). {sanitizer} Of {record['mutants']} mutants, one change in each kernel, the kernel's own comparison "
        f"fails for {record['caught']}" + (f" (not for {', '.join(record['missed'])})" if record["missed"] else "") + ". "
        f"Ported programs that compile: {compiled}, of {record['port']['files']}.", ""])  # fmt: skip


if __name__ == "__main__":
    sys.exit(device.command(__doc__, "kernel_programs", prepare, run, section))

#!/usr/bin/env python3
"""`./dev bench device_hip`: the HIP source that `portolan port --to hip` makes of corpus/kernels, on an NVIDIA device through nvcc and
portolan_hip.h, against the CUDA originals on the same device.

`--prepare FOLDER` ports and compiles both sides and writes the launches of `device_kernels`, those of the corpus's manifest; `--run FOLDER`
needs nothing but Python and the driver. Equal is bit for bit, and what the host references expect is counted beside it. Times are
those of the manifest's launches, and of kernels whose machine code is the same on both sides there is nothing to
measure: they are counted instead. Without a device the command says so, ends with 0 and leaves the record alone.
"""

import datetime
import json
import pathlib
import statistics
import struct
import subprocess
import sys

import device_kernels as device
from common import device_matrices

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus" / "kernels"
REPEATS = 200


def compiled(source, to, *flags):
    subprocess.run(["nvcc", "-x", "cu", "-std=c++17", "-O3", *flags, source, "-o", to], check=True)


def code_sections(cubin):
    """Machine code by kernel, of an ELF file."""
    data = cubin.read_bytes()
    start, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, start + n * size) for n in range(count)]
    strings = headers[names]
    code = {}
    for h in headers:
        at = strings[4] + h[0]
        name = data[at:data.index(b"\0", at)].decode()
        if name.startswith(".text."):
            code[name[6:]] = data[h[4]:h[4] + h[5]]
    return code


def prepare(folder, portolan):
    device.prepare(folder, portolan)
    subprocess.run([portolan, "port", CORPUS, "--to", "hip", "--out", folder / "hip", "--require", "none"], check=True, stdout=subprocess.DEVNULL)
    same = {}
    for source in sorted(CORPUS.glob("*.cu")):
        sides = {"original": source, "hip": folder / "hip" / f"{source.stem}.hip"}
        code = {}
        for side, path in sides.items():
            compiled(path, folder / f"{source.stem}.{side}.ptx", "-arch=sm_80", "-ptx")
            compiled(path, folder / f"{source.stem}.{side}.cubin", "-arch=sm_90", "-cubin")
            code[side] = code_sections(folder / f"{source.stem}.{side}.cubin")
        same |= {name: code["hip"].get(name) == text for name, text in code["original"].items()}
    (folder / "same_code.json").write_text(json.dumps(same))
    device_matrices.prepare(folder, portolan, compiled)
    print(f"the same machine code (sm_90): {sum(same.values())} of {len(same)} kernels; other: {', '.join(n for n, s in same.items() if not s)}")


def run(folder):
    try:
        driver = device.Driver()
    except (OSError, AttributeError) as problem:
        print(f"no NVIDIA device here ({problem}); carry {folder} to one and run: python3 bench/device_hip.py --run {folder}")
        return None
    same = json.loads((folder / "same_code.json").read_text())
    wrong, referred, ratios, launches = [], 0, {}, json.loads((folder / "launches.json").read_text())
    for launch in launches:
        stem = launch["ptx"].split(".")[0]
        left, times = {}, {}
        for side in ("original", "hip", "hip", "original"):  # in turn, so that a clock that climbs favours neither
            left[side] = driver.launch((folder / f"{stem}.{side}.ptx").read_text(), launch, REPEATS)
            times[side] = min(times.get(side, driver.time), driver.time)
        unordered = any(e["any_order"] for e in launch.get("elements", {}).values())
        good = [left[side] == launch["expected"] or not any(device.differences(launch, left[side])) for side in ("original", "hip")]
        # Sets and sums whose order is the device's choice are compared by the host reference on both sides.
        free = unordered or launch["kernel"] in ("sum_floats", "spgemm_numbers")
        equal = all(good) if free else left["original"] == left["hip"]
        referred += all(good)
        ratios.setdefault(launch["kernel"], []).append(times["hip"] / times["original"])
        print(f"{'equal  ' if equal else 'DIFFERS'} {launch['kernel']} grid {launch['grid']} block {launch['block']}: "
              f"{times['original']:.2f} us, port {times['hip']:.2f} us{', same code' if same.get(launch['kernel']) else ''}")
        if not equal:
            wrong.append(launch["kernel"])
    matrices = device_matrices.run(folder, driver)
    wrong += ["matrices"] * (matrices[0] != matrices[1])
    kernels = {k: statistics.median(r) for k, r in ratios.items()}
    other = {k: r for k, r in kernels.items() if not same.get(k)}
    record = {"device": driver.name, "cuda": driver.version, "date": datetime.date.today().isoformat(), "launches": len(launches),
              "equal": len(launches) - len([w for w in wrong if w != "matrices"]), "reference": referred, "kernels": len(kernels), "same_code": sum(same.get(k, False) for k in kernels),
              "median": statistics.median(kernels.values()), "other": {k: round(r, 3) for k, r in sorted(other.items())}}  # fmt: skip
    record |= {"matrices": matrices, "instructions": len({launch["kernel"] for launch in json.loads((folder / "matrices.json").read_text())})}
    print(json.dumps(record))
    return record, wrong


def section(record):
    other = ", ".join(f"{k} {r:.2f}" for k, r in record["other"].items())
    return "\n".join([
        "## HIP source on a device", "", "Command: `./dev bench device_hip`.", "",
        f"corpus/kernels through `portolan port --to hip`, nvcc and portolan_hip.h, against the CUDA originals through nvcc, on {record['device']} "
        f"(driver for CUDA {record['cuda']}), {record['date']}: in {record['equal']} of {record['launches']} launches both leave the same bits (sets, where blocks "
        f"append in any order; sums of floats by atomics within tolerance), in {record['reference']} also what the host references expect (which do not contract "
        "multiplications and additions, as nvcc does). "
        f"Of {record['kernels']} kernels {record['same_code']} have the same machine code (sm_90) on both sides. Run time, port to original, at the "
        f"manifest's small sizes ({REPEATS} launches of each, mostly the launch itself): median {record['median']:.3f}"
        + (f"; of those with other machine code: {other}." if other else "."),
        f"Each of the {record['instructions']} kinds of inline mma.sync and of ldmatrix against the C++ that is written for AMD (PORTOLAN_SPELLED_OUT), on random bits and "
        f"on numbers: in {record['matrices'][1]} of {record['matrices'][0]} launches bit for bit the same.", ""])  # fmt: skip


if __name__ == "__main__":
    sys.exit(device.command(__doc__, "device_hip", prepare, run, section))

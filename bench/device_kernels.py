#!/usr/bin/env python3
"""`./dev bench device_kernels`: the kernels of corpus/kernels on an NVIDIA device, against what the tests expect of our engine.

`--prepare FOLDER` compiles them and writes every launch of tests/end_to_end/kernels.py with its expected buffers; `--run
FOLDER` needs nothing but Python and the driver, so that the folder can be carried to a machine that has a device. Without
either, both happen here. Exit status: 0, 1 a buffer differs, 3 wrong usage. Without a device the command says so, ends
with 0 and leaves the record alone.
"""

import argparse
import ctypes
import datetime
import json
import pathlib
import random
import struct
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCALARS = {"i32": "i", "i64": "q", "f": "f", "d": "d"}
FORMS = {"i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "u64": "Q", "f16": "e", "bf16": "H",
         "f32": "f", "f64": "d"}


def prepare(folder, portolan):
    """Launches as the tests make them, without running any."""
    sys.path[:0] = [str(ROOT / "tests" / "end_to_end"), str(ROOT / "bench")]
    import kernels as tests

    folder.mkdir(parents=True, exist_ok=True)
    launches = []

    class Recording(tests.Kernels):
        def run(self, file, kernel, grid, block, arguments, expected):
            path = self.compile(tests.KERNELS / file, "ptx")
            buffers = {n: tests.packed(a) for n, a in enumerate(arguments, 1) if a.partition(":")[0] not in SCALARS}
            launches.append({"ptx": path.name, "kernel": kernel, "grid": grid, "block": block, "arguments": arguments,
                             "buffers": {n: b.hex() for n, b in buffers.items()},
                             "expected": {n: expected.get(n, b).hex() for n, b in buffers.items()}})  # fmt: skip

    recording = Recording(argparse.Namespace(portolan=None, work=folder))
    for name in ("axpy", "gemv", "gemm", "gemm_tiled", "reduce", "warp_scan", "block_scan", "histogram", "compact", "greatest",
                 "jacobi", "transpose", "collatz", "quantise", "mix64"):  # fmt: skip
        getattr(recording, name)()
    import corpus_kernels

    (folder / "corpus").mkdir(exist_ok=True)
    # PTX as `port` has it compiled; any processor will do.
    corpus = corpus_kernels.Corpus(argparse.Namespace(portolan=portolan, work=folder / "corpus"))
    for kernel in corpus_kernels.described_kernels():
        if kernel["file"] in corpus_kernels.OLDER:
            continue
        for sizes, kind, _ in corpus.launches(kernel):
            made = corpus.prepared(kernel, sizes, kind, random.Random(kernel["name"] + kind))
            path = corpus.module(kernel["file"], "gfx1100")[1]
            (folder / path.name).write_text(path.read_text())
            buffers = {n: tests.packed(made["words"][n - 1]) for n in made["buffers"]}
            launches.append({"ptx": path.name, "kernel": kernel["name"], "grid": ",".join(map(str, made["grid"])),
                             "block": ",".join(map(str, made["block"])), "shared": made["shared"], "arguments": made["words"],
                             "variables": made["variables"], "buffers": {n: b.hex() for n, b in buffers.items()},
                             "expected": {n: m.raw[:len(buffers[n])].hex() for n, (_, m, _) in made["buffers"].items()},
                             "elements": {n: {"type": a["type"], "any_order": a.get("any_order", False), "name": a.get("name", "")}
                                          for n, (a, _, _) in made["buffers"].items()},
                             "tolerance": corpus.tolerance(kernel)})  # fmt: skip
    (folder / "launches.json").write_text(json.dumps(launches))


class Driver:
    """As much of the CUDA driver's interface as a launch takes."""

    def __init__(self):
        self.cuda = ctypes.CDLL("libcuda.so.1")
        self.call("cuInit", 0)
        device, context, name = ctypes.c_int(), ctypes.c_void_p(), ctypes.create_string_buffer(100)
        self.call("cuDeviceGet", ctypes.byref(device), 0)
        self.call("cuDeviceGetName", name, 100, device)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)
        version = ctypes.c_int()
        self.call("cuDriverGetVersion", ctypes.byref(version))
        self.name, self.version = name.value.decode(), f"{version.value // 1000}.{version.value % 1000 // 10}"

    def call(self, function, *arguments):
        status = getattr(self.cuda, function)(*arguments)
        if status != 0:
            raise OSError(f"{function}: CUDA error {status}")

    def launch(self, ptx, launch, repeats=0):
        """The buffers' bytes afterwards, by argument. `repeats`: launches more, whose time in microseconds is left in `self.time`."""
        module, kernel = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("cuModuleLoadData", ctypes.byref(module), ptx.encode() + b"\0")
        self.call("cuModuleGetFunction", ctypes.byref(kernel), module, launch["kernel"].encode())
        places, values = {}, []
        for n, argument in enumerate(launch["arguments"], 1):
            kind, _, text = argument.partition(":")
            if kind in SCALARS:
                value = (int if SCALARS[kind] in "iq" else float)(text)
                values.append(ctypes.create_string_buffer(struct.pack(f"<{SCALARS[kind]}", value)))
                continue
            data = bytes.fromhex(launch["buffers"][str(n)])
            place = ctypes.c_uint64()
            self.call("cuMemAlloc_v2", ctypes.byref(place), ctypes.c_size_t(max(1, len(data))))
            self.call("cuMemcpyHtoD_v2", place, data, ctypes.c_size_t(len(data)))
            places[n] = (place, len(data))
            values.append(place)
        pointers = (ctypes.c_void_p * len(values))(*(ctypes.cast(ctypes.byref(v), ctypes.c_void_p) for v in values))
        sizes = [[int(n) for n in (launch[what] + ",1,1").split(",")[:3]] for what in ("grid", "block")]
        for name, digits in launch.get("variables", {}).items():
            place, size, data = ctypes.c_uint64(), ctypes.c_size_t(), bytes.fromhex(digits)
            self.call("cuModuleGetGlobal_v2", ctypes.byref(place), ctypes.byref(size), module, name.encode())
            self.call("cuMemcpyHtoD_v2", place, data, ctypes.c_size_t(len(data)))
        self.call("cuLaunchKernel", kernel, *sizes[0], *sizes[1], launch.get("shared", 0), None, pointers, None)
        self.call("cuCtxSynchronize")
        left = {}
        for n, (place, size) in places.items():
            out = ctypes.create_string_buffer(max(1, size))
            self.call("cuMemcpyDtoH_v2", out, place, ctypes.c_size_t(size))
            left[str(n)] = out.raw[:size].hex()
        if repeats:
            def prepare():  # a kernel may add to what the last launch left, up to beyond its buffers
                for n, (place, size) in places.items():
                    self.call("cuMemcpyHtoD_v2", place, bytes.fromhex(launch["buffers"][str(n)]), ctypes.c_size_t(size))

            def go():
                self.call("cuLaunchKernel", kernel, *sizes[0], *sizes[1], launch.get("shared", 0), None, pointers, None)
            self.time = self.timed(prepare, go, repeats)
        for place, _ in places.values():
            self.call("cuMemFree_v2", place)
        self.call("cuModuleUnload", module)
        return left

    def timed(self, prepare, go, repeats):
        """Microseconds of a launch by the device's clock, the median of `repeats`."""
        events = [ctypes.c_void_p(), ctypes.c_void_p()]
        for event in events:
            self.call("cuEventCreate", ctypes.byref(event), 0)
        times = []
        for _ in range(repeats):
            prepare()
            self.call("cuEventRecord", events[0], None)
            go()
            self.call("cuEventRecord", events[1], None)
            self.call("cuEventSynchronize", events[1])
            milliseconds = ctypes.c_float()
            self.call("cuEventElapsedTime", ctypes.byref(milliseconds), *events)
            times.append(1000 * milliseconds.value)
        for event in events:
            self.call("cuEventDestroy_v2", event)
        return sorted(times)[repeats // 2]


def differences(launch, left):
    """Of each buffer, what is not as the launch's host reference says; launches without one are compared bit for bit."""
    for n, text in left.items():
        if "elements" not in launch:
            yield text != launch["expected"][n]
            continue
        element = launch["elements"][n]
        form = FORMS[element["type"]]
        got, should = (struct.unpack(f"<{len(t) // 2 // struct.calcsize(form)}{form}", bytes.fromhex(t)) for t in (text, launch["expected"][n]))
        if element["any_order"]:
            got, should = sorted(got), sorted(should)
        for g, s in zip(got, should):
            both_nan = isinstance(s, float) and s != s and g != g
            near = g == s if not isinstance(s, float) or launch["tolerance"] == 0 else abs(g - s) <= launch["tolerance"] * max(1, abs(s))
            yield not (both_nan or near)


def run(folder):
    """(record, launches that differ); None without a device."""
    try:
        driver = Driver()
    except (OSError, AttributeError) as problem:
        print(f"no NVIDIA device here ({problem}); carry {folder} to one and run: python3 {pathlib.Path(__file__).name} --run {folder}")
        return None
    launches = json.loads((folder / "launches.json").read_text())
    wrong = []
    for launch in launches:
        left = driver.launch((folder / launch["ptx"]).read_text(), launch)
        same = left == launch["expected"] or not any(differences(launch, left))
        print(f"{'equal  ' if same else 'DIFFERS'} {launch['kernel']} grid {launch['grid']} block {launch['block']}")
        if not same:
            wrong.append(launch["kernel"])
            for n, text in left.items():
                if text != launch["expected"][n]:
                    print(f"  argument {n}: {text[:200]}, expected {launch['expected'][n][:200]}")
    record = {"device": driver.name, "cuda": driver.version, "date": datetime.date.today().isoformat(),
              "launches": len(launches), "equal": len(launches) - len(wrong)}  # fmt: skip
    print(json.dumps(record))
    return record, wrong


def section(record):
    return "\n".join([
        "## Kernels on a device", "",
        "Command: `./dev bench device_kernels`.", "",
        f"PTX that clang makes of corpus/kernels, on {record['device']} (driver for CUDA {record['cuda']}), {record['date']}: in "
        f"{record['equal']} of {record['launches']} launches every buffer is what tests/end_to_end/kernels.py "
        "or the host references expect of our engine on the same input.", ""])  # fmt: skip


def command(description, name, prepare, run, section):
    """The command line of a benchmark whose launches can be carried to a machine that has a device."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--portolan", help="for --prepare: what compiles the corpus")
    parser.add_argument("--work", help="not used")
    parser.add_argument("--prepare", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--run", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--record", type=pathlib.Path, help="the last line that --run printed, in a file: into --docs")
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs" / "benchmarks.md")
    args = parser.parse_args()
    if args.prepare:
        prepare(args.prepare, args.portolan)
        return 0
    if args.record:
        done = json.loads(args.record.read_text()), []
    elif args.run:
        done = run(args.run)
        return 0 if done is None or not done[1] else 1
    else:
        with tempfile.TemporaryDirectory() as folder:
            prepare(pathlib.Path(folder), args.portolan)
            done = run(pathlib.Path(folder))
    if done is None:
        return 0
    sys.path.insert(0, str(ROOT / "bench"))
    from common import report

    report.replace_section(args.docs, name, section(done[0]))
    return 1 if done[1] else 0


if __name__ == "__main__":
    sys.exit(command(__doc__, "device_kernels", prepare, run, section))

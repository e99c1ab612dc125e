"""Dynamic instruction counts under QEMU, and comparisons of CPU time on the host."""

import math
import os
import pathlib
import subprocess
import sys

from common import cells, toolchain


class Counter:
    """Counts the guest instructions of a run with the plugin of icount.c: deterministic for a static binary."""

    def __init__(self, work):
        self.folder = pathlib.Path(work) / "counts"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.plugin = self.folder / "icount.so"
        source = pathlib.Path(__file__).resolve().parent.parent / "icount.c"
        built = toolchain.run(("gcc", "-O2", "-shared", "-fPIC", source, "-o", self.plugin))
        if not built.ok:
            raise RuntimeError(built.first_error())

    def count(self, isa, binary, timeout=120):
        out = cells.unique_path(self.folder, ".count")
        try:
            # The newest CPU model that QEMU has, and no environment: the stack then looks the same in every run.
            cpu = toolchain.ISAS[isa].newest_cpu
            command = (toolchain.ISAS[isa].qemu, "-cpu", cpu, "-plugin", f"{self.plugin},out={out}", binary)
            done = toolchain.run(command, timeout, env={})
            if not done.ok:
                # The program has just run without the plugin: a figure silently missing would hide a broken counter.
                print(f"\nwarning: {binary.name} ({isa}) is not counted: {done.first_error()}", file=sys.stderr)
                return None
            return int(out.read_text())
        finally:
            out.unlink(missing_ok=True)

    def count_cached(self, isa, binary):
        """For binaries of the cache, whose names are hashes of what they were made from."""
        note = self.folder / f"{binary.stem}.{isa}.count"
        if not note.exists():
            value = self.count(isa, binary)
            if value is None:
                return None
            note.write_text(str(value))
        return int(note.read_text())


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(math.log(value) for value in values) / len(values)) if values else None


def cpu_time(command):
    """Seconds of CPU that a run took, or None if it failed: of one thread, and steadier than wall time."""
    child = subprocess.Popen([str(w) for w in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime if child.returncode == 0 else None


def best_times(commands, rounds=9):
    """The least CPU time of each command, in seconds. They take turns, so that a busy machine slows all of them."""
    best = [None] * len(commands)
    for _ in range(rounds):
        for n, command in enumerate(commands):
            elapsed = cpu_time(command)
            if elapsed is None:
                return None
            best[n] = elapsed if best[n] is None else min(best[n], elapsed)
    return best


def empty_programs(work):
    """A static program that does nothing, for each ISA: what it costs is start-up, natively and under each QEMU."""
    cache = toolchain.Cache(work / "cache")
    source = work / "empty.c"
    source.write_text("int main(void) { return 0; }\n")
    programs = {}
    for isa in toolchain.ISAS.values():
        programs[isa.name], failed = cache.build((isa.gcc, "-O2", *toolchain.LINK_FLAGS, source), (source,), ".bin")
        if failed:
            raise RuntimeError(failed.first_error())
    return programs

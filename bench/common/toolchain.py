"""The compilers, targets and runners that the benchmarks share: one place that knows how to build and run for an ISA."""

import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "corpus" / "programs"
LEVELS = ("O0", "O1", "O2", "O3")
COMPILERS = ("gcc", "clang")

# GCC contracts a*b+c on AArch64 and RISC-V by default and clang does not: without this flag outputs would differ.
COMMON_FLAGS = ("-ffp-contract=off", "-w")
# Unwind tables describe the source's frames; they mean nothing after translation.
ASSEMBLY_FLAGS = ("-fno-asynchronous-unwind-tables",)
LINK_FLAGS = ("-static",)
# GCC 12 calls libatomic for atomics narrower than a word on RISC-V.
LIBRARIES = ("-lm", "-latomic")


@dataclasses.dataclass(frozen=True)
class Isa:
    name: str
    triple: str
    qemu: str
    newest_cpu: str  # that this QEMU has; 7.2 knows no "max" for RISC-V

    @property
    def gcc(self):
        return f"{self.triple}-gcc"

    @property
    def runner(self):
        return () if self.name == host() else (self.qemu,)


ISAS = {
    isa.name: isa
    for isa in (
        Isa("x86-64", "x86_64-linux-gnu", "qemu-x86_64", "max"),
        Isa("aarch64", "aarch64-linux-gnu", "qemu-aarch64", "max"),
        Isa("riscv64", "riscv64-linux-gnu", "qemu-riscv64", "rv64"),
    )
}


def host():
    return {"x86_64": "x86-64", "aarch64": "aarch64", "riscv64": "riscv64"}.get(os.uname().machine, "")


def compiler(name, isa):
    """The command that compiles C for an ISA."""
    if name == "gcc":
        return (isa.gcc,)
    if name == "clang":
        return ("clang-19", f"--target={isa.triple}")
    raise ValueError(f"unknown compiler {name}")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a command ended: its status is an exit code, a negative signal number, or None after a time-out."""

    status: int | None
    stdout: bytes
    stderr: str

    @property
    def ok(self):
        return self.status == 0

    def first_error(self):
        lines = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        for sign in ("undefined reference", "relocation", "rror"):
            for line in lines:
                if sign in line and not line.startswith("collect2"):
                    return line
        return lines[0] if lines else f"status {self.status}"


def run(command, timeout=60, cwd=None, env=None, stdin=None):
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            cwd=cwd,
            env=env,
        )
    except subprocess.TimeoutExpired as late:
        return Outcome(None, late.stdout or b"", f"no end after {timeout} s")
    except FileNotFoundError as missing:
        return Outcome(127, b"", f"error: {missing}")
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def version(command):
    done = run((command, "--version"))
    lines = done.stdout.decode(errors="replace").splitlines()
    return lines[0].strip() if done.ok and lines else "not found"


def versions():
    names = ["clang-19"]
    for isa in ISAS.values():
        names += [isa.gcc, isa.qemu]
    return {name: version(name) for name in names}


def missing_tools(names):
    return [name for name in names if not shutil.which(name)]


class Cache:
    """Outputs of deterministic commands, kept under the hash of what went in."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.versions = {}

    def build(self, command, inputs, suffix, timeout=120):
        """Runs `command + -o FILE`; returns (path, None) or (None, the outcome that failed)."""
        tool = command[0]
        if tool not in self.versions:
            self.versions[tool] = version(tool)
        key = hashlib.sha256(repr((self.versions[tool], [str(word) for word in command])).encode())
        for path in inputs:
            key.update(pathlib.Path(path).read_bytes())
        out = self.folder / (key.hexdigest()[:32] + suffix)
        if out.exists():
            return out, None
        # Two cells may want the same file at once: each writes its own and the rename decides.
        temporary = out.with_name(f"{out.stem}.{os.getpid()}.{os.urandom(4).hex()}{suffix}")
        done = run((*command, "-o", temporary), timeout)
        if not done.ok:
            temporary.unlink(missing_ok=True)
            return None, done
        temporary.replace(out)
        return out, None


def programs(patterns=None):
    """Paths of the corpus' programs, those whose name contains one of the patterns."""
    paths = sorted(PROGRAMS.glob("*.c"))
    if patterns:
        paths = [path for path in paths if any(pattern in path.stem for pattern in patterns)]
    return paths


def expected(program):
    return program.with_suffix(".expected").read_bytes()

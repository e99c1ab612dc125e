#!/usr/bin/env python3
"""`./dev bench libraries`: C libraries that nobody here wrote, translated whole and put through their own tests.

Fetches zlib, lz4, bzip2 and libtommath as Debian source packages, compiles every unit of the library and of its test
programs with the source ISA's gcc -O2 -S, translates each, assembles and links, and runs the test programs and round
trips over more than 10 MB of real files. Every step must print and write exactly what the untranslated program does.
Exit status: 0 nothing is wrong, 1 something is, 3 wrong usage.
"""

import argparse
import concurrent.futures
import filecmp
import json
import os
import pathlib
import shutil
import sys
import time

from common import cells, debian_source, packages, report, toolchain

DIRECTIONS = ("x86-64:aarch64", "x86-64:riscv64", "aarch64:x86-64")
DATA_SIZE = 11_000_000
RUN_TIMEOUT = 600


def make_data(path):
    """More than 10 MB of this machine's files: libraries, scripts, tables, as /usr/lib has them."""
    if path.exists() and path.stat().st_size >= DATA_SIZE:
        return
    with open(path, "wb") as out:
        for folder, folders, names in os.walk("/usr/lib"):
            folders.sort()
            for name in sorted(names):
                file = pathlib.Path(folder) / name
                if file.is_symlink() or not file.is_file() or not 2000 < file.stat().st_size < 400_000:
                    continue
                out.write(file.read_bytes())
                if out.tell() >= DATA_SIZE:
                    return


class Unit:
    """A C file of a package on its way from source to object."""

    def __init__(self, path):
        self.path = path
        self.functions = 0
        self.instructions = 0
        self.refused = 0
        self.reasons = []
        self.outcome = "ok"
        self.detail = ""
        self.objects = {}

    def fail(self, outcome, detail):
        self.outcome, self.detail = outcome, detail


class Library:
    """One package in one direction."""

    def __init__(self, package, root, direction, args):
        self.package, self.root, self.args = package, root, args
        self.direction = direction
        self.source, self.target = (toolchain.ISAS[name] for name in direction.split(":"))
        self.folder = args.work / package.name / direction.replace(":", "-")
        self.translator = cells.Translator((args.portolan,), timeout=300)
        self.units = {path: Unit(path) for path in package.all_units(root)}
        self.problems = []

    def build_unit(self, unit):
        """C to assembly, assembly to an object as it is (the reference) and translated."""
        name = str(unit.path.relative_to(self.root)).replace("/", "_").removesuffix(".c")
        assembly, output = self.folder / f"{name}.s", self.folder / f"{name}.{self.target.name}.s"
        flags = ("-S", "-O2", *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS, *self.package.flags)
        include = [f"-I{self.root / folder}" for folder in self.package.includes]
        done = toolchain.run((self.source.gcc, *flags, *include, unit.path, "-o", assembly), 120)
        if not done.ok:
            raise RuntimeError(f"{unit.path}: {done.first_error()}")
        text = assembly.read_text()
        unit.functions = text.count("@function") + text.count("%function")
        unit.instructions = cells.count_instructions(assembly)
        unit.objects["reference"] = self.assemble(self.source, assembly)
        # A unit of nothing but data does not tell what it was compiled for.
        origin = ("--from", self.source.name)
        stated = [pathlib.Path(packages.__file__).with_name(self.package.prototypes)] if self.package.prototypes else []
        headers = [*stated, *(self.root / header for header in self.package.headers)]  # the first to name a function counts
        protos = [word for header in headers for word in ("--proto", header)]
        unit.outcome, unit.detail, unit.reasons, unit.refused, _ = self.translator.translate(
            assembly, self.target.name, output, self.folder / f"{name}.json", (*origin, *(protos if self.args.proto else ()))
        )
        if unit.outcome != "ok":
            return
        try:
            unit.objects["translated"] = self.assemble(self.target, output)
        except RuntimeError as error:
            unit.fail("assemble-error", str(error))

    @staticmethod
    def assemble(isa, assembly):
        obj = assembly.with_suffix(".o")
        done = toolchain.run((isa.gcc, "-c", assembly, "-o", obj))
        if not done.ok:
            raise RuntimeError(done.first_error())
        return obj

    def stubs(self, isa, kind):
        """Replaces what would make two runs differ; part of the test bench, so compiled for the target as it is."""
        source, obj = self.folder / "stubs.c", self.folder / f"stubs.{kind}.o"
        source.write_text("#include <time.h>\ntime_t time(time_t *t) { return t ? (*t = 1234567) : 1234567; }\n")
        done = toolchain.run((isa.gcc, "-O1", "-c", source, "-o", obj))
        if not done.ok:
            raise RuntimeError(done.first_error())
        return obj

    def link(self, kind, isa, program):
        """Links one program; returns its path, or None with the problem noted."""
        binary = self.folder / f"{program}.{kind}"
        paths = [*self.package.library_units(self.root), *self.package.program_units(self.root, program)]
        objects = [self.units[path].objects[kind] for path in paths]
        command = (isa.gcc, *toolchain.LINK_FLAGS, *objects, self.stubs(isa, kind), "-o", binary, *toolchain.LIBRARIES)
        done = toolchain.run(command)
        if not done.ok:
            self.problems.append(("link-error", f"{program}: {done.first_error()}"))
            return None
        return binary

    def run_steps(self, kind, isa, binaries, data):
        """Runs the package's steps in a folder of their own; yields (step, status, standard output, folder)."""
        folder = self.folder / f"run.{kind}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.link(data, folder / "data")
        for name in self.package.inputs:
            shutil.copy(self.root / name, folder)
        for step in self.package.steps:
            command = [*isa.runner, binaries[step.program].resolve(), *step.args]
            stdin = open(folder / step.stdin, "rb") if step.stdin else None
            done = toolchain.run(command, RUN_TIMEOUT, cwd=folder, stdin=stdin)
            if stdin:
                stdin.close()
            if step.stdout:
                (folder / step.stdout).write_bytes(done.stdout)
            yield step, done, folder

    def compare(self, data):
        """Runs translated and reference programs side by side."""
        binaries = {}
        for kind, isa in (("reference", self.source), ("translated", self.target)):
            binaries[kind] = {name: self.link(kind, isa, name) for name in self.package.programs}
        if self.problems:
            return
        reference = list(self.run_steps("reference", self.source, binaries["reference"], data))
        for index, (step, done, folder) in enumerate(self.run_steps("translated", self.target, binaries["translated"], data)):
            _, wanted, wanted_folder = reference[index]
            label = " ".join((step.program, *step.args))
            if wanted.status != 0:
                raise RuntimeError(f"{self.package.name}: {label} fails untranslated: {wanted.first_error()}")
            if done.status != 0:
                self.problems.append(("timeout" if done.status is None else "WRONG", f"{label}: status {done.status}"))
                return
            if done.stdout != wanted.stdout:
                self.problems.append(("WRONG", f"{label}: output differs"))
            for name in step.outputs:
                if not filecmp.cmp(folder / name, wanted_folder / name, shallow=False):
                    self.problems.append(("WRONG", f"{label}: {name} differs"))
            for name, original in step.equal:
                if not filecmp.cmp(folder / name, folder / original, shallow=False):
                    self.problems.append(("WRONG", f"{label}: {name} is not {original}"))

    def run(self, pool, data):
        self.folder.mkdir(parents=True, exist_ok=True)
        list(pool.map(self.build_unit, self.units.values()))
        failed = [unit for unit in self.units.values() if unit.outcome != "ok"]
        self.problems += [(unit.outcome, f"{unit.path.name}: {unit.detail}") for unit in failed]
        if not failed:
            self.compare(data)
        return self

    @property
    def result(self):
        kinds = [kind for kind, _ in self.problems]
        return next((kind for kind in (*cells.UNLABELLED, *kinds) if kind in kinds), "passed")

    def row(self, version):
        units = self.units.values()
        refused = sum(unit.refused for unit in units)
        return [
            f"{self.package.name} {version}",
            report.arrow(self.direction),
            len(self.units),
            sum(unit.instructions for unit in units),
            sum(unit.functions for unit in units),
            refused,
            self.result,
        ]

    def to_json(self, version):
        return {
            "package": self.package.name,
            "version": version,
            "direction": self.direction,
            "result": self.result,
            "problems": self.problems,
            "units": [
                {"unit": u.path.name, "functions": u.functions, "refused": u.refused, "outcome": u.outcome, "reasons": u.reasons}
                for u in self.units.values()
            ],
        }


def reason_rows(libraries):
    rows = {}
    for library in libraries:
        for unit in library.units.values():
            if unit.outcome == "ok":
                continue
            for reason in unit.reasons or [f"{unit.outcome}: {cells.normalise(unit.detail)}"]:
                rows.setdefault(reason, []).append(f"{library.package.name}/{unit.path.name} {report.arrow(library.direction)}")
    ordered = sorted(rows.items(), key=lambda item: -len(item[1]))
    return [[len(where), reason.replace("|", "\\|"), where[0]] for reason, where in ordered]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"), metavar="PATH")
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "libraries")
    parser.add_argument("--packages", help="names, separated by commas", default=",".join(packages.PACKAGES))
    parser.add_argument("--directions", help="as SOURCE:TARGET, separated by commas", default=",".join(DIRECTIONS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-proto", dest="proto", action="store_false", help="do not pass the packages' headers")
    parser.add_argument("--docs", type=pathlib.Path, help="default: docs/benchmarks.md, but only after a complete run")
    args = parser.parse_args()
    for name in args.packages.split(","):
        if name not in packages.PACKAGES:
            parser.error(f"unknown package {name}")
    for direction in args.directions.split(","):
        if any(name not in toolchain.ISAS for name in direction.split(":")) or direction.count(":") != 1:
            parser.error(f"unknown direction {direction}")
    return args


def markdown(header, rows, problems, reasons, seconds):
    lines = ["## Libraries", "", f"Command: `./dev bench libraries` ({seconds:.0f} s).", ""]
    lines += [
        f"Units are compiled by gcc -O2. Round trips run over {DATA_SIZE // 1_000_000} MB of the machine's /usr/lib. "
        "Passed means that every step printed and wrote exactly what the untranslated program does.",
        "",
    ]
    lines += [report.markdown_table(header, rows), ""]
    if problems:
        lines += ["What did not pass:", "", *(f"- {line}" for line in problems), ""]
    if reasons:
        lines += [report.markdown_table(["functions", "reason", "first seen in"], reasons), ""]
    return "\n".join(lines)


def main():
    args = parse_arguments()
    missing = toolchain.missing_tools([args.portolan, *(isa.gcc for isa in toolchain.ISAS.values())])
    if missing:
        print(f"error: not found: {', '.join(missing)}", file=sys.stderr)
        return 3
    args.proto &= b"--proto" in toolchain.run((args.portolan, "translate", "--help")).stdout
    begin = time.monotonic()
    args.work.mkdir(parents=True, exist_ok=True)
    data = args.work / "data"
    make_data(data)
    libraries, rows, problems = [], [], []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name in args.packages.split(","):
            root, version = debian_source.fetch(name, args.work / "sources")
            for direction in args.directions.split(","):
                library = Library(packages.PACKAGES[name], root, direction, args).run(pool, data)
                library.version = version
                libraries.append(library)
                rows.append(library.row(version))
                problems += [f"{name} {report.arrow(direction)}: {kind}: {text}" for kind, text in library.problems]
    header = ["package", "direction", "units", "instructions", "functions", "refused", "result"]
    reasons = reason_rows(libraries)
    print(report.text_table(header, rows))
    print("\n".join(["", *problems]))
    if reasons:
        print(report.text_table(["functions", "reason", "first seen in"], reasons))
    (args.work / "libraries.json").write_text(json.dumps([lib.to_json(lib.version) for lib in libraries], indent=1))
    complete = args.packages == ",".join(packages.PACKAGES) and args.directions == ",".join(DIRECTIONS)
    if not args.docs and complete:
        args.docs = toolchain.ROOT / "docs" / "benchmarks.md"
    if args.docs:
        report.replace_section(args.docs, "libraries", markdown(header, rows, problems, reasons, time.monotonic() - begin))
    return 1 if any(library.result in cells.UNLABELLED for library in libraries) else 0


if __name__ == "__main__":
    sys.exit(main())

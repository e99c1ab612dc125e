"""Units of code for the verdict benchmark, and what the judge said of their functions: kept as one JSON file a unit, so
that a run can be split, stopped and taken up again, and counted from the files."""

import collections
import dataclasses
import hashlib
import json
import pathlib
import statistics

from common import debian_source, loop_classes, packages, toolchain

LEVELS = ("proved", "bounded", "tested", "unknown", "refuted", "refused", "not-run")


@dataclasses.dataclass(frozen=True)
class Unit:
    """One C file, and how it is compiled and called."""

    name: str
    path: pathlib.Path
    flags: tuple = ()
    headers: tuple = ()  # that prototypes come from

    @property
    def protos(self):
        return [word for header in self.headers for word in ("--proto", header)]

    def compiled(self, folder, compiler, isa, *flags):
        path = folder / f"{self.name.replace('/', '.')}.{compiler}.{isa.name}.s"
        command = (*toolchain.compiler(compiler, isa), "-O2", "-S", *self.flags, *flags, "-o", path, self.path)
        done = toolchain.run((*command, *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS))
        if not done.ok:
            raise RuntimeError(f"{self.name}: {done.first_error()}")
        return path


def program_units(names):
    return [Unit(name, toolchain.PROGRAMS / f"{name}.c") for name in names]


def library_units(name, state):
    """The units of a package's library, without its test programs."""
    package = packages.PACKAGES[name]
    root, _ = debian_source.fetch(name, state)
    stated = [pathlib.Path(packages.__file__).with_name(package.prototypes)] if package.prototypes else []
    headers = (*stated, *(root / header for header in (*package.headers, *package.private_headers)))
    flags = (*package.flags, *(f"-I{root / folder}" for folder in package.includes))
    return [Unit(f"{name}/{path.stem}", path, flags, headers) for path in package.library_units(root)]


def fingerprint(portolan, *words):
    """Of the tool and everything else that decides a result."""
    made = hashlib.sha256(repr([str(word) for word in words]).encode())
    made.update(pathlib.Path(portolan).read_bytes())
    return made.hexdigest()[:16]


class Results:
    """Per kind of pairs and unit: the functions with their verdicts, under the fingerprint of what made them."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, kind, unit):
        return self.folder / kind.replace(" ", "-") / f"{unit.replace('/', '.')}.json"

    def stored(self, kind, unit, key):
        try:
            kept = json.loads(self.path(kind, unit).read_text())
        except (OSError, ValueError):
            return None
        return kept if kept["key"] == key else None

    def store(self, kind, unit, key, functions, problem=""):
        path = self.path(kind, unit)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        kept = {"key": key, "kind": kind, "unit": unit, "problem": problem, "functions": functions}
        temporary.write_text(json.dumps(kept, indent=1))
        temporary.replace(path)
        return kept


def summary(function, loop_class):
    """Of one function of an evidence file, what is counted."""
    verdict = function["verdict"]
    proof = verdict.get("proof") or {}
    made = {"name": function["name"], "class": loop_class, "level": verdict["level"], "bound": verdict.get("bound", 0)}
    made["seconds"] = proof.get("cpu_seconds", proof.get("seconds", 0))
    if verdict["level"] not in ("proved",):
        made["detail"] = proof.get("detail") or verdict.get("detail") or ""
        made["reason"] = proof.get("reason") or verdict.get("reason") or verdict["level"]
        if verdict["level"] == "bounded":  # why it is not proved stands in front
            made["reason"], _, made["detail"] = made["detail"].partition(": ")
        if "counterexample" in verdict:
            made["detail"] = verdict["counterexample"].get("difference", "")
    return made


class Tally:
    """Verdicts of one kind of pairs."""

    HEADER = ["pairs", "functions", *LEVELS, "share proved", "proved or bounded", "but byte-loops", "median proof",
              "90th percentile"]  # fmt: skip

    def __init__(self, name):
        self.name, self.functions = name, []

    def add(self, unit, function):
        self.functions.append({**function, "unit": unit})

    def share(self, levels, functions=None):
        functions = self.functions if functions is None else functions
        if not functions:
            return "-"
        return f"{100 * sum(f['level'] in levels for f in functions) / len(functions):.1f} %"

    def row(self):
        levels = collections.Counter(f["level"] for f in self.functions)
        seconds = sorted(f["seconds"] for f in self.functions if f["level"] == "proved")
        tenth = seconds[max(0, -(-9 * len(seconds) // 10) - 1)] if seconds else 0
        return [
            self.name, len(self.functions), *(levels[level] for level in LEVELS), self.share(("proved",)),
            self.share(("proved", "bounded")),
            self.share(("proved",), [f for f in self.functions if f["class"] != "byte-loops"]),
            f"{statistics.median(seconds):.2f} s" if seconds else "-", f"{tenth:.2f} s",
        ]  # fmt: skip

    def classes(self):
        """Rows: class, functions, and how many were proved and bounded."""
        for name in loop_classes.CLASSES:
            of_class = [f for f in self.functions if f["class"] == name]
            if of_class:
                yield [self.name, name, len(of_class), *(sum(f["level"] == x for f in of_class) for x in LEVELS[:2]),
                       self.share(("proved",), of_class)]  # fmt: skip

    def reasons(self):
        """Rows: what stands in the way, how often, of which how many are bounded all the same."""
        left = collections.defaultdict(list)
        for f in self.functions:
            if f["level"] != "proved":
                left[f["reason"]].append(f)
        for reason, functions in sorted(left.items(), key=lambda item: -len(item[1])):
            bounded = sum(f["level"] == "bounded" for f in functions)
            yield [self.name, reason, len(functions), bounded, f"{functions[0]['unit']}: {functions[0]['name']}"]

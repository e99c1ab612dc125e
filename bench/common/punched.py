"""Proved translations to punch holes into: units are translated, and functions proved, when they are first drawn. What the
same binary made of a unit before, in the same folder, is taken as it is."""

import collections
import json
import re
import threading

from common import holes, judged, mutants, toolchain

DIRECTIONS = (("x86-64", "aarch64"), ("x86-64", "riscv64"), ("aarch64", "x86-64"))
SHORTEST = 3  # instructions
TRIES = 60  # draws for one sketch


class Translation:
    """A unit's source and its translation, with the functions that both have."""

    def __init__(self, unit, origin, target, source, output):
        self.unit, self.origin, self.target, self.source, self.output = unit, origin, target, source, output
        text = output.read_text()
        self.lines = text.split("\n")
        declared = re.compile(r"\.type\s+([\w$.]+),\s*[@%]function")
        in_source = set(declared.findall(source.read_text()))
        self.names = sorted({name for name in declared.findall(text) if name in in_source and name != "main"})

    def instructions(self, name):
        """(line, text without comments) of a function's instructions."""
        try:
            _, body = mutants.function_lines("\n".join(self.lines), name)
        except ValueError:
            return []
        return [(n, re.split(r"\s*(?://|#(?![-\d])|\s#\s)", self.lines[n].strip())[0].rstrip()) for n in body]


class Translations:
    """Of all units in all directions, made when they are asked for."""

    def __init__(self, args, programs, libraries):
        self.args, self.programs, self.libraries = args, programs, libraries
        self.made, self.proofs = {}, {}
        self.key = judged.fingerprint(args.portolan, args.prove)
        self.locks, self.lock = collections.defaultdict(threading.Lock), threading.Lock()

    def once(self, table, key, make):
        with self.lock:
            lock = self.locks[key]
        with lock:
            if key not in table:
                table[key] = make()
            return table[key]

    def translation(self, unit, origin, target):
        return self.once(self.made, (unit.name, origin, target), lambda: self.translate(unit, origin, target))

    def translate(self, unit, origin, target):
        folder = self.args.work / f"{unit.name.replace('/', '.')}.{origin}.{target}"
        folder.mkdir(parents=True, exist_ok=True)
        output, stamp = folder / "translated.s", folder / "made.by"
        try:
            source = unit.compiled(folder, "gcc", toolchain.ISAS[origin], "-g", "-gno-as-loc-support")
        except RuntimeError:
            return None
        if stamp.exists() and stamp.read_text() == self.key:
            return Translation(unit, origin, target, source, output) if output.exists() else None
        for old in (output, *folder.glob("*.json")):
            old.unlink(missing_ok=True)
        toolchain.run((self.args.portolan, "translate", source, "--from", origin, "--to", target, "-o", output,
                       "--require", "none", "--tests", 0, "--prove", 0), timeout=600)  # fmt: skip
        stamp.write_text(self.key)
        return Translation(unit, origin, target, source, output) if output.exists() else None

    def proved(self, translation, name):
        key = (translation.output, name)
        return self.once(self.proofs, key, lambda: self.prove(translation, name))

    def prove(self, translation, name):
        # As two files, like the sketch and its source: what is known of a translation beyond its text does not count.
        evidence = translation.output.with_name(f"{name}.json")
        if not evidence.exists():
            toolchain.run((self.args.portolan, "verify", translation.source, translation.output, "--function", name, "--from",
                           translation.origin, "--to", translation.target, "--evidence", evidence, "--tests", 20,
                           "--prove", self.args.prove), timeout=300)  # fmt: skip
        if not evidence.exists():
            return False
        levels = [f["verdict"]["level"] for f in json.loads(evidence.read_text())["functions"]]
        return bool(levels) and all(level in ("proved", "bounded") for level in levels)

    def draw(self, rng, direction, first_kind, count, want_memory):
        """A proved function and places in it; a third are of libraries. Nothing: none was found in time."""
        for _ in range(TRIES):
            from_library = self.libraries and (not self.programs or rng.random() < 1 / 3)
            unit = rng.choice(self.libraries if from_library else self.programs)
            translation = self.translation(unit, *direction)
            pick = rng.random()
            if translation is None or not translation.names:
                continue
            name = translation.names[int(pick * len(translation.names))]
            instructions = translation.instructions(name)
            if not SHORTEST <= len(instructions) <= self.args.longest:
                continue
            places = draw_places(rng, translation.target, instructions, first_kind, count, want_memory)
            if places and self.proved(translation, name):
                return translation, name, places
        return None


def draw_places(rng, isa, instructions, first_kind, count, want_memory):
    """One to four places that do not overlap, the first of the wanted kind; nothing if the function has none."""
    texts = dict(instructions)
    every = holes.places(isa, instructions)
    first = [p for p in every if p.kind == first_kind]
    if want_memory and first_kind != "seq":
        first = [p for p in first if holes.touches_memory_or_flags(isa, texts[p.line])] or first
    if not first:
        return None
    chosen = [rng.choice(first)]
    while len(chosen) < count:
        free = [p for p in every if all(apart(p, c) for c in chosen)]
        if not free:
            break
        wanted = rng.choice(sorted({p.kind for p in free}))
        chosen.append(rng.choice([p for p in free if p.kind == wanted]))
    return chosen


def apart(a, b):
    return a.line != b.line or (a.kind != "seq" and b.kind != "seq" and (a.end <= b.begin or b.end <= a.begin))


class Sketch:
    """A translation's text with holes in one function."""

    def __init__(self, translation, name, places, number):
        self.translation, self.name, self.number = translation, name, number
        texts = dict(translation.instructions(name))
        lines = list(translation.lines)
        by_line = collections.defaultdict(list)
        for place in places:
            by_line[place.line].append(place)
        for line, of_line in by_line.items():
            lines[line] = "\t" + holes.punch(of_line, texts[line])
        self.text = "\n".join(lines)
        self.memory_or_flags = any(holes.touches_memory_or_flags(translation.target, texts[p.line]) for p in places)
        self.kinds = [p.kind for p in places]
        self.punched = [f"{p.kind} {texts[p.line][p.begin : p.end]}" for p in places]

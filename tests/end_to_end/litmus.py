"""Memory order against models of the processors: the mapping table, and what `verify --memory-order tso` says.

A translation keeps the order of x86-64 if no program of it shows what x86-TSO forbids. The models are litmus_models.py's;
that they are the processors' is checked with the outcomes that the literature gives for the well-known tests.
"""
import itertools
import json
import random
import subprocess
import sys

import harness
from harness import check
from litmus_models import ACQUIRE, FULL, RELEASE, RR, RW, WR, WW, Access, Fence, outcomes

SEED = 20261126
ISAS = ("aarch64", "riscv64")


def read(place, *marks):
    return Access("R", place, 0, frozenset(marks))


def write(place, value, *marks):
    return Access("W", place, value, frozenset(marks))


def exchange(place, value):
    return Access("X", place, value, frozenset(["full"]))


# The tests of Maranget, Sarkar, Sewell, "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models" (2012):
# threads, and the outcome that is asked for (what is read, thread by thread; final memory where it counts).
WELL_KNOWN = {
    "MP": ([[write("x", 1), write("y", 1)], [read("y"), read("x")]], ((), (1, 0)), {}),
    "SB": ([[write("x", 1), read("y")], [write("y", 1), read("x")]], ((0,), (0,)), {}),
    "LB": ([[read("x"), write("y", 1)], [read("y"), write("x", 1)]], ((1,), (1,)), {}),
    "S": ([[write("x", 2), write("y", 1)], [read("y"), write("x", 1)]], ((), (1,)), {"x": 2}),
    "R": ([[write("x", 1), write("y", 1)], [write("y", 2), read("x")]], ((), (0,)), {"y": 2}),
    "2+2W": ([[write("x", 2), write("y", 1)], [write("y", 2), write("x", 1)]], ((), ()), {"x": 2, "y": 2}),
    "IRIW": (
        [[write("x", 1)], [write("y", 1)], [read("x"), read("y")], [read("y"), read("x")]],
        ((), (), (1, 0), (1, 0)),
        {},
    ),
    "CoRR": ([[write("x", 1)], [read("x"), read("x")]], ((), (1, 0)), {}),
    "CoWW": ([[write("x", 1), write("x", 2)]], ((),), {"x": 1}),
}
# Where the plain test may show the outcome: x86-TSO lets a load pass an earlier store to another place and nothing else
# (Owens et al. 2009); Armv8 and RVWMO let all accesses to different places change places, and no model breaks coherence.
ALLOWED = {
    "x86-64": {"SB", "R"},
    "aarch64": {"MP", "SB", "LB", "S", "R", "2+2W", "IRIW"},
    "riscv64": {"MP", "SB", "LB", "S", "R", "2+2W", "IRIW"},
}


def shows(isa, threads, wanted, memory):
    return any(
        values == wanted and all(dict(final)[p] == v for p, v in memory.items())
        for values, final in outcomes(isa, threads)
    )


def between(thread, fence):
    return list(itertools.chain(*([operation, fence] for operation in thread)))


def models():
    for isa, allowed in ALLOWED.items():
        for name, (threads, wanted, memory) in WELL_KNOWN.items():
            check(shows(isa, threads, wanted, memory) == (name in allowed), f"{name} on {isa}")
            full = [between(thread, Fence(FULL)) for thread in threads]
            check(not shows(isa, full, wanted, memory), f"{name} on {isa} with full fences everywhere")
    mp, wanted, memory = WELL_KNOWN["MP"]
    released = [[mp[0][0], write("y", 1, "release")], [read("y", "acquire"), mp[1][1]]]
    for isa in ISAS:
        check(not shows(isa, released, wanted, memory), f"MP on {isa} with a store-release and a load-acquire")
    sb, wanted, memory = WELL_KNOWN["SB"]
    marked = [[write("x", 1, "release", "sc"), read("y", "acquire", "sc")], [write("y", 1, "release", "sc"), read("x", "acquire", "sc")]]  # fmt: skip
    weaker = [[write("x", 1, "release"), read("y", "acquire")], [write("y", 1, "release"), read("x", "acquire")]]
    check(not shows("aarch64", marked, wanted, memory), "SB with stlr and ldar")
    check(shows("aarch64", weaker, wanted, memory), "SB with stlr and ldapr")
    tso = [between(thread, Fence(ACQUIRE | WW)) for thread in sb]
    check(shows("riscv64", tso, wanted, memory), "SB with fence.tso")


# translate/memory_order.cpp's table: what stands before and behind each access of x86-64.
TABLE = {"R": (0, ACQUIRE), "W": (RELEASE, 0), "X": (FULL, FULL)}


def mapped(thread, table):
    made = []
    for operation in thread:
        if isinstance(operation, Fence):
            made.append(Fence(table.get("fence", FULL)))
            continue
        before, after = table[operation.kind]
        # What the exchange itself keeps in order is not counted on.
        made += [Fence(before), Access(operation.kind, operation.place, operation.value), Fence(after)]
    return made


def small_threads(first_value, length):
    """All threads of so many accesses to two places, with and without a full fence between any two."""
    kinds = [(k, p) for k in "RWX" for p in "xy"]
    for accesses in itertools.product(kinds, repeat=length):
        for fences in itertools.product((False, True), repeat=length - 1):
            thread = []
            for n, (kind, place) in enumerate(accesses):
                value = first_value + n
                thread.append(read(place) if kind == "R" else write(place, value) if kind == "W" else exchange(place, value))
                if n + 1 < length and fences[n]:
                    thread.append(Fence(FULL))
            yield thread


def forbidden_outcomes(isa, source, target):
    """What the target shows and the source, on x86-64, never does."""
    return outcomes(isa, target) - outcomes("x86-64", source)


def table_keeps(isa, table, programs):
    return all(not forbidden_outcomes(isa, p, [mapped(thread, table) for thread in p]) for p in programs)


def mapping():
    pairs = list(itertools.product(small_threads(1, 2), small_threads(11, 2)))
    chosen = random.Random(SEED).sample(pairs, 900)
    chosen += [threads for threads, _, _ in WELL_KNOWN.values()]
    long_threads = list(small_threads(1, 3))
    draw = random.Random(SEED + 1)
    chosen += [[draw.choice(long_threads), draw.choice(pairs)[1]] for _ in range(150)]
    for isa in ISAS:
        for program in chosen:
            wrong = forbidden_outcomes(isa, program, [mapped(thread, TABLE) for thread in program])
            check(not wrong, f"{isa}: {program}: {wrong}")
    # Each entry is needed: with any part of any fence left out some program shows what x86-64 does not.
    for isa in ISAS:
        for kind, side, bit in (("R", 1, RR), ("R", 1, RW), ("W", 0, RW), ("W", 0, WW), ("fence", 0, WR)):
            weaker = dict(TABLE)
            if kind == "fence":
                weaker["fence"] = FULL & ~WR
            else:
                weaker[kind] = tuple(f & ~bit if n == side else f for n, f in enumerate(TABLE[kind]))
            # A load's fence behind it and a store's before it both keep a load and a later store apart.
            if bit == RW:
                weaker["R"] = (0, ACQUIRE & ~RW)
                weaker["W"] = (RELEASE & ~RW, 0)
            check(not table_keeps(isa, weaker, chosen), f"{isa}: {kind} without {bit} shows nothing new")


# Targets that are mapped more or less right, before `verify`.

FENCES = {
    "aarch64": {"dmb ish": FULL, "dmb ishld": ACQUIRE, "dmb ishst": WW, "dmb nsh": 0, "dmb sy": FULL},
    "riscv64": {
        "fence rw,rw": FULL, "fence r,rw": ACQUIRE, "fence rw,w": RELEASE, "fence w,w": WW, "fence r,r": RR,
        "fence w,r": WR, "fence.tso": ACQUIRE | WW, "fence r,w": RW,
    },
}  # fmt: skip
LOADS = {
    "aarch64": {"ldr": (), "ldar": ("acquire", "sc"), "ldapr": ("acquire",)},
    "riscv64": {"lwu": ()},
}
STORES = {"aarch64": {"str": (), "stlr": ("release", "sc")}, "riscv64": {"sw": ()}}
POINTERS = {"x86-64": ("%rdi", "%rsi"), "aarch64": ("x0", "x1"), "riscv64": ("a0", "a1")}


def x86_text(thread):
    lines, results = [], iter(("%r8d", "%r9d"))
    for operation in thread:
        if isinstance(operation, Fence):
            lines.append("mfence")
            continue
        pointer = POINTERS["x86-64"]["xy".index(operation.place)]
        if operation.kind == "R":
            lines.append(f"movl ({pointer}), {next(results)}")
        else:
            lines.append(f"movl ${operation.value}, ({pointer})")
    return ["xorl %r8d, %r8d", "xorl %r9d, %r9d", *lines, "shlq $32, %r9", "leaq (%r8,%r9), %rax", "ret"]


def target_text(isa, thread, returned):
    """`thread`: (instruction, operation); `returned`: which reads come back."""
    registers = ("w9", "w10") if isa == "aarch64" else ("a3", "a4")
    lines, count = [], 0
    for instruction, operation in thread:
        if isinstance(operation, Fence):
            lines.append(instruction)
            continue
        pointer = POINTERS[isa]["xy".index(operation.place)]
        address = f"[{pointer}]" if isa == "aarch64" else f"0({pointer})"
        if operation.kind == "R":
            lines.append(f"{instruction} {registers[count]}, {address}")
            count += 1
        else:
            lines.append(f"mov w3, #{operation.value}" if isa == "aarch64" else f"li a5, {operation.value}")
            lines.append(f"{instruction} {'w3' if isa == 'aarch64' else 'a5'}, {address}")
    low, high = (registers[n] if n is not None else None for n in returned)
    if isa == "aarch64":
        lines = ["mov w9, #0", "mov w10, #0", *lines, f"mov w4, {low or 'wzr'}", f"mov w5, {high or 'wzr'}"]
        return [*lines, "orr x0, x4, x5, lsl #32", "ret"]
    lines = ["li a3, 0", "li a4, 0", *lines, f"mv t0, {low or 'zero'}", f"slli t1, {high or 'zero'}, 32"]
    return [*lines, "or a0, t0, t1", "ret"]


def drawn_target(isa, source, draw):
    """A target of the thread, often as the table says, often with something left out or exchanged."""
    thread = []
    spoil = draw.random() < 0.75
    weak_fences, names = list(FENCES[isa]), {bits: name for name, bits in reversed(FENCES[isa].items())}

    def fence(bits):
        if spoil and draw.random() < 0.25:
            return
        name = names.get(bits, names[FULL]) if not spoil or draw.random() < 0.6 else draw.choice(weak_fences)
        thread.append((name, Fence(FENCES[isa][name])))

    for operation in source:
        if isinstance(operation, Fence):
            fence(FULL)
            continue
        forms = LOADS[isa] if operation.kind == "R" else STORES[isa]
        form = draw.choice(list(forms))
        if operation.kind == "W" and not (forms[form] and draw.random() < 0.8):
            fence(RELEASE)
        made = Access(operation.kind, operation.place, operation.value, frozenset(forms[form]))
        thread.append((form, made))
        if operation.kind == "R" and not (forms[form] and draw.random() < 0.8):
            fence(ACQUIRE)
    accesses = [n for n, (_, o) in enumerate(thread) if isinstance(o, Access)]
    if spoil and draw.random() < 0.2:
        a, b = draw.sample(accesses, 2)
        thread[a], thread[b] = thread[b], thread[a]
    return thread


def reads_of(thread):
    return [o for o in thread if isinstance(o, Access) and o.kind == "R"]


def drawn_pair(isa, number, sources, draw):
    source = draw.choice(sources)
    target = drawn_target(isa, source, draw)
    count = len(reads_of(source))
    returned = [n if n < count else None for n in range(2)]
    # Which read a value comes from cannot be told by one thread alone where both are of the same place.
    if count == 2 and draw.random() < 0.3:
        returned = draw.choice([[0, 0], [1, 1], [1, 0]])
    return {
        "name": f"f{number}", "source": source, "target": target, "returned": returned,
        "source_text": x86_text(source), "target_text": target_text(isa, target, returned),
    }  # fmt: skip


def unit_text(pairs, key):
    text = "\t.text\n"
    for pair in pairs:
        name = pair["name"]
        text += f"\t.globl\t{name}\n\t.type\t{name}, @function\n{name}:\n"
        text += "".join(f"\t{line}\n" for line in pair[key]) + f"\t.size\t{name}, .-{name}\n"
    return text


def told(portolan, folder, isa, pairs):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.s").write_text(unit_text(pairs, "source_text"))
    (folder / "target.s").write_text(unit_text(pairs, "target_text"))
    (folder / "f.prototypes").write_text("".join(f"{pair['name']}(ptr, ptr) -> u64\n" for pair in pairs))
    done = subprocess.run(
        [portolan, "verify", folder / "source.s", folder / "target.s", "--from", "x86-64", "--to", isa, "--tests", "0",
         "--prove", "4", "--proto", folder / "f.prototypes", "--memory-order", "tso", "--json"],
        capture_output=True, text=True, timeout=500, check=False)  # fmt: skip
    check(done.stdout.strip(), done.stderr)
    return {f["name"]: f for f in json.loads(done.stdout)["functions"]}


def shown(isa, pair, other):
    """What the target's thread shows beside another thread that is mapped by the table, and x86-64 never does."""
    count = len(reads_of(pair["source"]))
    source = outcomes("x86-64", [pair["source"], other], [range(count), range(len(reads_of(other)))])
    thread = [o for _, o in pair["target"]]
    kept = [n for n in pair["returned"] if n is not None]
    target = outcomes(isa, [thread, mapped(other, TABLE)], [kept, range(len(reads_of(other)))])
    return target - source


def judged(portolan, folder, isa):
    draw = random.Random(f"{SEED} {isa}")
    plain = [t for n in (2, 3) for t in small_threads(1, n) if all(getattr(o, "kind", "") != "X" for o in t)]
    sources = [t for t in plain if len(reads_of(t)) <= 2]
    others = [t for t in small_threads(11, 2) if all(getattr(o, "kind", "") != "X" for o in t)]
    pairs = [drawn_pair(isa, n, sources, draw) for n in range(120)]
    verdicts = told(portolan, folder, isa, pairs)
    kept, caught = 0, 0
    for pair in pairs:
        says = verdicts[pair["name"]]
        wrong = next((w for w in (shown(isa, pair, other) for other in others) if w), None)
        if says["memory_order"] == f"tso: x86-64 to {isa}":
            kept += 1
            check(not wrong, f"{pair['source']}\n{pair['target']}\n{pair['returned']}\nis kept, and shows {wrong}")
        else:
            check(says["memory_order"].startswith("unknown") and says["memory_order_detail"], str(says["memory_order"]))
            caught += wrong is not None
        # What follows the table to the letter is accepted.
        by_table = [o for o in pair["target"] if isinstance(o[1], Access) or o[1].bits]
        literal = [o for o in mapped(pair["source"], TABLE) if isinstance(o, Access) or o.bits]
        if [o for _, o in by_table] == literal and pair["returned"] == sorted(set(pair["returned"]), key=str):
            check(says["memory_order"] == f"tso: x86-64 to {isa}", f"{pair['target']}: {says.get('memory_order_detail')}")
    print(f"{isa}: {len(pairs)} pairs, {kept} kept, {caught} not kept that show what x86-64 does not", file=sys.stderr)
    check(kept >= 10 and caught >= 10, f"too few of either kind: {kept} kept, {caught} caught")


def main():
    options = harness.options()
    cases = {"models": models, "mapping": mapping}
    for isa in ISAS:
        cases[f"verify {isa}"] = lambda i=isa: judged(options.portolan, options.work / i, i)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

"""A small axiomatic checker for litmus tests without dependencies: x86-TSO, Armv8 and RVWMO.

The models, as relations over the events of an execution:
  x86-TSO  Owens, Sarkar, Sewell, "A better x86 memory model: x86-TSO" (TPHOLs 2009), in the axiomatic form of Alglave,
           Maranget, Tautschnig, "Herding cats" (TOPLAS 2014)
  Armv8    Arm ARM B2.3, "ordered-before" (Pulte et al., "Simplifying ARM concurrency", POPL 2018)
  RVWMO    RISC-V unprivileged spec, chapter "RVWMO", rules 1, 2 and 4 to 7
Left out are dependencies and pairs of load-reserved and store-conditional: without them a model allows more, so what it
forbids is forbidden.

A thread is a list of operations: Access("R" or "W", place, value, marks) or Fence(bits). Marks: "acquire", "release",
"sc" (both of a pair in a single order: ldar with stlr), "full" (an atomic exchange that orders everything: both "R" and
"W" at once is written as kind "X").
"""
from dataclasses import dataclass
from itertools import permutations, product

RR, RW, WW, WR = 1, 2, 4, 8
FULL, ACQUIRE, RELEASE = 15, RR | RW, RW | WW


@dataclass(frozen=True)
class Access:
    kind: str  # R, W, X: reads and writes
    place: str
    value: int = 0  # of what is written
    marks: frozenset = frozenset()


@dataclass(frozen=True)
class Fence:
    bits: int


@dataclass(frozen=True)
class Event:
    thread: int
    index: int  # in the thread
    access: Access

    @property
    def reads(self):
        return self.access.kind in "RX"

    @property
    def writes(self):
        return self.access.kind in "WX"


def acyclic(edges):
    follow = {}
    for a, b in edges:
        follow.setdefault(a, set()).add(b)
    state = {}

    def visit(node):
        state[node] = 1
        for other in follow.get(node, ()):
            if state.get(other) == 1 or (other not in state and not visit(other)):
                return False
        state[node] = 2
        return True

    return all(node in state or visit(node) for node in list(follow))


def fenced(threads, a, b):
    """The bits of the fences between two events of a thread, all together."""
    bits = 0
    for operation in threads[a.thread][a.index + 1 : b.index]:
        bits |= operation.bits if isinstance(operation, Fence) else 0
    return bits


def kept_by_fence(bits, a, b):
    return bool(
        (a.reads and b.reads and bits & RR)
        or (a.reads and b.writes and bits & RW)
        or (a.writes and b.writes and bits & WW)
        or (a.writes and b.reads and bits & WR)
    )


def x86_order(threads, a, b, reads_from):
    locked = "full" in a.access.marks or "full" in b.access.marks
    only_write_read = not a.reads and not b.writes
    return locked or not only_write_read or bool(fenced(threads, a, b) & WR)


def arm_order(threads, a, b, reads_from):
    marks_a, marks_b = a.access.marks, b.access.marks
    if "acquire" in marks_a or "release" in marks_b:
        return True
    if {"sc"} <= marks_a & marks_b and a.writes and b.reads:
        return True
    return kept_by_fence(fenced(threads, a, b), a, b)


def riscv_order(threads, a, b, reads_from):
    if a.access.place == b.access.place:
        between = [
            o
            for o in threads[a.thread][a.index + 1 : b.index]
            if isinstance(o, Access) and o.place == a.access.place and o.kind in "WX"
        ]
        if b.writes or (a.reads and b.reads and not between and reads_from[a] != reads_from[b]):
            return True
    if "acquire" in a.access.marks or "release" in b.access.marks:
        return True
    return kept_by_fence(fenced(threads, a, b), a, b)


MODELS = {"x86-64": x86_order, "aarch64": arm_order, "riscv64": riscv_order}


def outcomes(isa, threads, results=None):
    """All (values that the threads return, final memory). `results`: by thread, which of its reads it returns."""
    order = MODELS[isa]
    events = [Event(t, i, o) for t, thread in enumerate(threads) for i, o in enumerate(thread) if isinstance(o, Access)]
    places = sorted({e.access.place for e in events})
    reads = [e for e in events if e.reads]
    writes = {p: [e for e in events if e.writes and e.access.place == p] for p in places}
    found = set()
    for sources in product(*([None, *writes[r.access.place]] for r in reads)):
        reads_from = dict(zip(reads, sources))
        if any(source == read for read, source in reads_from.items()):
            continue
        for orders in product(*(permutations(writes[p]) for p in places)):
            after = {p: list(o) for p, o in zip(places, orders)}
            if consistent(order, threads, events, reads_from, after):
                found.add(result_of(threads, events, reads_from, after, results))
    return found


def consistent(order, threads, events, reads_from, after):
    position = {w: n for chain in after.values() for n, w in enumerate(chain)}
    rf = {(w, r) for r, w in reads_from.items() if w is not None}
    co = {(a, b) for chain in after.values() for n, a in enumerate(chain) for b in chain[n + 1 :]}
    fr = set()
    for read, write in reads_from.items():
        at = -1 if write is None else position[write]
        fr |= {(read, w) for w in after[read.access.place][at + 1 :] if w != read}
        # Nothing comes between what an exchange reads and what it writes.
        if read.writes and position[read] != at + 1:
            return False
    po = {(a, b) for a in events for b in events if a.thread == b.thread and a.index < b.index}
    same_place = {(a, b) for a, b in po if a.access.place == b.access.place}
    if not acyclic(same_place | rf | co | fr):
        return False
    kept = {(a, b) for a, b in po if order(threads, a, b, reads_from)}
    external = {(a, b) for a, b in rf if a.thread != b.thread}
    return acyclic(kept | external | co | fr)


def result_of(threads, events, reads_from, after, results):
    values = []
    for t in range(len(threads)):
        mine = [reads_from[e] for e in events if e.reads and e.thread == t]
        mine = [w.access.value if w else 0 for w in mine]
        values.append(tuple(mine if results is None else (mine[n] for n in results[t])))
    memory = tuple((p, chain[-1].access.value if chain else 0) for p, chain in sorted(after.items()))
    return tuple(values), memory

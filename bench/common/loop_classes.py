"""Which functions have loops that copy or hash byte by byte: read off the lifted IR (`portolan lift`), by one rule.

A function is
  loop-free   if its control flow has no cycle and no repeated string instruction;
  byte-loops  if some cycle of blocks loads a byte from an address that neither a symbol nor the stack pointer alone
              leads to, and either stores a byte to such an address (copying), or puts something into a register of 16
              bits or more that a multiplication, an exclusive or, a rotation or a shift made out of loaded bytes
              (hashing); a repeated string instruction on bytes counts as such a cycle;
  loops       otherwise.
Flags are no registers here: what only they need (the exclusive or behind the auxiliary carry) does not count.
"""

import re

CLASSES = ("loop-free", "loops", "byte-loops")
RULE = (
    "`byte-loops`: some cycle of the lifted IR loads a byte from an address that is made neither of a symbol nor of the "
    "stack pointer alone, and stores a byte to such an address, or multiplies, xors, rotates or shifts what comes of it "
    "into a register (bench/common/loop_classes.py)."
)

_STACK_POINTER = {"x86-64": 4, "aarch64": 31, "riscv64": 2}
_MIXING = {"mul", "bit_xor", "shl", "rotl", "rotr"}
_VALUE = re.compile(r"%(\d+)(?!\d)")
_DEFINITION = re.compile(r"^%(\d+):b(\d+) = (\w+)(.*)$")


class _Block:
    def __init__(self):
        self.lines, self.successors = [], []


def functions(text):
    """(name, blocks by number) of each function of a lifted text."""
    name, blocks, block = None, {}, None
    for line in text.splitlines():
        if start := re.match(r'function "(.*)" \{$', line):
            name, blocks = start[1], {}
        elif line == "}" and name is not None:
            yield name, blocks
            name = None
        elif head := re.match(r"b(\d+)\(.*\)", line):
            block = blocks.setdefault(int(head[1]), _Block())
        elif block is not None and line.startswith("  "):
            code = line.strip()
            block.lines.append(code)
            if re.match(r"(jump|branch|jump_indirect)\b", code):
                block.successors = [int(n) for n in re.findall(r"\bb(\d+)\(", code.split("->", 1)[-1])]


def cycles(blocks):
    """Strongly connected components that have an edge inside (Tarjan, without recursion)."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in blocks:
        if root in index:
            continue
        work = [(root, iter(blocks[root].successors))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for successor in rest:
                if successor not in blocks:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(blocks[successor].successors)))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] != index[node]:
                    continue
                component = set()
                while node not in component:
                    component.add(stack.pop())
                on_stack -= component
                if len(component) > 1 or node in blocks[node].successors:
                    found.append(component)
    return found


def _operands(rest):
    return [int(n) for n in _VALUE.findall(rest)]


class _Cycle:
    """What one cycle does with the bytes that it loads."""

    def __init__(self, lines, stack_pointer):
        self.lines, self.stack_pointer = lines, stack_pointer
        self.definitions = {}
        for line in lines:
            if made := _DEFINITION.match(line):
                self.definitions[int(made[1])] = (int(made[2]), made[3], made[4])

    def unknown_region(self, value):
        """The address depends on a register that is not the stack pointer, and on no symbol."""
        seen, work, other = set(), [value], False
        while work:
            v = work.pop()
            if v in seen:
                continue
            seen.add(v)
            _, op, rest = self.definitions.get(v, (0, "outside", ""))
            if op == "symbol_address":
                return False
            if op == "get_slot":
                other |= int(re.search(r"slot=(\d+)", rest)[1]) != self.stack_pointer
            elif op in ("load", "outside"):
                other = True
            else:
                work += _operands(rest)
        return other

    def stores_byte(self):
        for line in self.lines:
            if store := re.match(r"store %(\d+), (%(\d+)|0x[0-9a-f]+:b8\b)", line):
                width = self.definitions.get(int(store[3]), (0,))[0] if store[3] else 8
                if width == 8 and self.unknown_region(int(store[1])):
                    return True
        return False

    def loaded_bytes(self):
        return {
            v
            for v, (width, op, rest) in self.definitions.items()
            if op == "load" and width == 8 and self.unknown_region(_operands(rest)[0])
        }

    def kept(self):
        """Values that some register of 16 bits or more, or memory, is made of."""
        work, kept = [], set()
        for line in self.lines:
            made = re.match(r"set_slot slot=\d+ %(\d+)", line) or re.match(r"store %\d+, %(\d+)", line)
            if made and self.definitions.get(int(made[1]), (0,))[0] >= 16:
                work.append(int(made[1]))
        while work:
            v = work.pop()
            if v in kept:
                continue
            kept.add(v)
            _, op, rest = self.definitions.get(v, (0, "outside", ""))
            if op not in ("load", "get_slot"):
                work += _operands(rest)
        return kept

    def hashes(self):
        values, slots = self.loaded_bytes(), set()
        kept, grown = self.kept(), True
        while grown:
            grown = False
            for line in self.lines:
                if put := re.match(r"set_slot slot=(\d+) %(\d+)", line):
                    if int(put[2]) in values and put[1] not in slots:
                        slots.add(put[1])
                        grown = True
            for v, (_, op, rest) in self.definitions.items():
                if v in values or op == "load":
                    continue
                slot = re.search(r"slot=(\d+)", rest) if op == "get_slot" else None
                if (slot and slot[1] in slots) or any(o in values for o in _operands(rest)):
                    values.add(v)
                    grown = True
        return any(
            v in values and v in kept and op in _MIXING and width >= 16 for v, (width, op, _) in self.definitions.items()
        )


def classify(blocks, isa):
    lines = [line for block in blocks.values() for line in block.lines]
    repeats = [line for line in lines if re.match(r"memory_(copy|set)\b", line)]
    if any(re.search(r"\bbytes=1\b", line) for line in repeats):
        return "byte-loops"
    found = cycles(blocks)
    for component in found:
        cycle = _Cycle([line for number in sorted(component) for line in blocks[number].lines], _STACK_POINTER[isa])
        if cycle.loaded_bytes() and (cycle.stores_byte() or cycle.hashes()):
            return "byte-loops"
    return "loops" if found or repeats else "loop-free"


def classes(text, isa):
    """The class of each function of a lifted text, by name."""
    return {name: classify(blocks, isa) for name, blocks in functions(text)}

"""Holes punched into assembler text at random: each takes a part of an instruction away that is known to be right."""

import dataclasses
import re

CONDITIONS = {
    "aarch64": "eq ne hs lo mi pl vs vc hi ls ge lt gt le cs cc".split(),
    "riscv64": "eq ne lt ge ltu geu eqz nez lez gez ltz gtz".split(),
    "x86-64": "e ne b ae be a l ge le g s ns o no p np".split(),
}
# Operations that are easily taken for one another. A hole lists its own class, in the order of the table.
CLASSES = {
    "aarch64": [
        "add sub and orr eor bic orn mul lsl lsr asr sdiv udiv", "adds subs ands", "cmp cmn tst", "csel csinc csinv csneg",
        "ldr ldur ldrb ldrh ldrsb ldrsh ldrsw", "str stur strb strh", "ubfx sbfx ubfiz sbfiz", "sxtw sxth sxtb uxth uxtb",
        "fadd fsub fmul fdiv", "cbz cbnz", "neg mvn rev rbit clz",
    ],
    "riscv64": [
        "add sub and or xor mul sll srl sra slt sltu", "addw subw mulw sllw srlw sraw", "addi andi ori xori slti sltiu",
        "beq bne blt bge bltu bgeu", "beqz bnez blez bgez bltz bgtz", "lb lbu lh lhu lw lwu ld", "sb sh sw sd",
        "slli srli srai slliw srliw sraiw", "div divu rem remu", "divw divuw remw remuw", "seqz snez neg not",
        "fadd.d fsub.d fmul.d fdiv.d", "sext.w mv negw",
    ],
    "x86-64": [
        *(" ".join(stem + size for stem in ("add", "sub", "and", "or", "xor", "cmp", "test", "imul")) for size in "lqbw"),
        *(" ".join(stem + size for stem in ("shl", "shr", "sar", "rol", "ror")) for size in "lqbw"),
        *(" ".join(stem + size for stem in ("neg", "not", "inc", "dec")) for size in "lqbw"),
        "movzbl movzwl movsbl movswl", "movzbq movzwq movsbq movswq movslq", "addsd subsd mulsd divsd", "movb movw movl movq",
    ],
}
REGISTERS = {
    "aarch64": re.compile(r"\b(?:[xw](?:[12]?\d|30)|[dsvq]\d+|[xw]zr)\b"),
    "riscv64": re.compile(r"\b(?:zero|ra|a[0-7]|s1[01]|s\d|t[0-6]|f[ast]\d+)\b"),
    "x86-64": re.compile(r"%(?!rsp|rip|esp)[a-z]+\d*[a-z]?"),
}
IMMEDIATES = {
    "aarch64": re.compile(r"#(-?\d+)\b"),
    "riscv64": re.compile(r"(?<=[ ,\t])(-?\d+)(?=$|[,(])"),
    "x86-64": re.compile(r"\$(-?\d+)|(?<=[ ,\t])(-?\d+)(?=\()"),
}
LABEL = re.compile(r"(?<=[ ,\t])(\.L[\w$.]+)$")
SHIFTS = {
    "aarch64": [re.compile(r"\b((?:lsl|lsr|asr|ror|sxtw|uxtw|uxtb|uxth|sxtb|sxth|uxtx|sxtx)(?: #\d+)?)\b(?=\]?$)")],
    "riscv64": [re.compile(r"^(sll|srl|sra|slli|srli|srai|slliw|srliw|sraiw)(?=\s)")],
    "x86-64": [re.compile(r"^((?:shl|shr|sar|rol|ror)[bwlq])(?=\s)"), re.compile(r",(2|4|8)(?=\))")],
}
LANE = re.compile(r"\[(\d+)\]")
KINDS = ("imm", "reg", "cond", "op", "shift", "lane", "label", "seq")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a hole may stand: characters [begin, end) of an instruction, and what the hole is."""

    line: int
    begin: int
    end: int
    kind: str
    hole: str


def touches_memory_or_flags(isa, instruction):
    """Loads, stores, and what writes or reads flags (RISC-V, which has none: branches)."""
    name = instruction.split()[0]
    if isa == "aarch64":
        return "[" in instruction or name.startswith(("cmp", "cmn", "tst", "ccmp", "cs", "b.", "adds", "subs", "ands", "cinc", "cneg", "fcmp"))
    if isa == "riscv64":
        return "(" in instruction or name.startswith("b")
    return not name.startswith(("mov", "lea", "jmp", "not", "cvt")) or ("(" in instruction and not name.startswith("lea"))


def conditions(isa, instruction):
    """(begin, end) of condition codes."""
    found = []
    names = "|".join(sorted(CONDITIONS[isa], key=len, reverse=True))
    if isa == "aarch64":
        found += [m.span(1) for m in re.finditer(rf"^b\.({names})\s", instruction)]
        if instruction.startswith(("cs", "cinc", "cneg", "cinv", "ccmp", "fcsel")):
            found += [m.span(1) for m in re.finditer(rf",\s*({names})$", instruction)]
    elif isa == "riscv64":
        found += [m.span(1) for m in re.finditer(rf"^b({names})\s", instruction)]
    else:
        found += [m.span(1) for m in re.finditer(rf"^(?:j|set)({names})\s", instruction)]
        found += [m.span(1) for m in re.finditer(rf"^cmov({names})[lqw]?\s", instruction)]
    return found


def places(isa, lines):
    """All places in the instructions of `lines`, a list of (line number, text)."""
    all_places = []
    for number, text in lines:
        def add(span, kind, hole, number=number):
            all_places.append(Place(number, *span, kind, hole))

        name = text.split()[0]
        for match in IMMEDIATES[isa].finditer(text):
            span = match.span(1) if match.group(1) is not None else match.span(2)
            add(span, "imm", "?imm")
        for match in REGISTERS[isa].finditer(text, len(name)):
            if isa == "aarch64" and match.group()[0] == "v" and not re.match(r"v\d", match.group()):
                continue
            add(match.span(), "reg", "?reg")
        for span in conditions(isa, text):
            touches = text[span[1] : span[1] + 1].isalpha()  # the size behind cmov's condition
            add(span, "cond", "?cond{" + ",".join(CONDITIONS[isa]) + "}" if touches else "?cond")
        for row in CLASSES[isa]:
            if name in row.split():
                add((0, len(name)), "op", "?op{" + ",".join(row.split()) + "}")
        for pattern in SHIFTS[isa]:
            for match in pattern.finditer(text):
                add(match.span(1), "shift", "?shift")
        if isa == "aarch64":
            for match in LANE.finditer(text):
                add(match.span(1), "lane", "?lane")
        if name[0] in "bjct" and not name.startswith(("call", "bl", "tail")):
            for match in LABEL.finditer(text):
                add(match.span(1), "label", "?label")
        simple = {"aarch64": r"(add|sub|and|orr|eor|mul|lsl|lsr|asr|neg|mvn|mov|cmp) [xw]\d+, [xw]?#?-?\d+(, [xw]?#?-?\d+)?$",
                  "riscv64": r"(add|sub|and|or|xor|mul|sll|srl|sra|slt|sltu|addw|subw|addi|addiw|andi|slli|srli|srai|mv) [^(%]*$",
                  "x86-64": r"(add|sub|and|or|xor|imul|neg|not|cmp|test|mov)[lq] [^(]*$"}[isa]
        if re.match(simple, re.sub(r"\s+", " ", text)):
            add((0, len(text)), "seq", "?seq:1")
    return all_places


def punch(places_to_punch, text):
    """The instruction with these holes; places must not overlap."""
    for place in sorted(places_to_punch, key=lambda p: -p.begin):
        text = text[: place.begin] + place.hole + text[place.end :]
    return text

"""The single mistakes that mutants.py makes, by instruction set: rules over one line of assembly in the dialect that
LLVM and GCC write (AT&T for x86-64)."""

import re

KINDS = (
    "register",
    "operand-order",
    "condition",
    "swapped-branches",
    "width",
    "extension",
    "offset",
    "constant",
    "dropped-store",
    "dropped-callee-save",
    "rounding",
)


def split(line):
    """(indent, mnemonic, operands), or None if this is no instruction."""
    code = re.split(r"\s*(?://|#\s|@\s)", line, maxsplit=1)[0]
    parts = re.match(r"(\s+)([a-z][a-z0-9_.]*)(?:\s+(.*?))?\s*$", code)
    if not parts:
        return None
    operands, depth, current = [], 0, ""
    for c in parts[3] or "":
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            operands.append(current.strip())
            current = ""
        else:
            current += c
    if current.strip():
        operands.append(current.strip())
    return parts[1], parts[2], operands


def join(indent, mnemonic, operands):
    return f"{indent}{mnemonic}\t{', '.join(operands)}".rstrip()


def renamed(mnemonic, pairs):
    """What a mnemonic becomes by two-way pairs."""
    return [b if mnemonic == a else a for a, b in pairs if mnemonic in (a, b)]


def swapped(operands, i, j):
    made = list(operands)
    made[i], made[j] = made[j], made[i]
    return made


class Dialect:
    """Rules that all instruction sets share; a subclass gives the tables."""

    registers = ()  # patterns, one for each class and width
    ordered = re.compile("$^")  # mnemonics whose last two operands may not change places
    extensions = ()
    widths = ()
    roundings = ()
    store = re.compile("$^")
    number = re.compile(r"(?<![\w.$])(-?\d+)(?![\w.:])")

    def of_line(self, line, body):
        parsed = split(line)
        if parsed is None:
            return
        indent, mnemonic, operands = parsed
        for kind, name, new in self.all(mnemonic, operands, body):
            made = join(indent, name, new)
            if made != join(indent, mnemonic, operands):
                yield kind, made
        if self.is_store(mnemonic, operands):
            yield "dropped-store", None

    def all(self, mnemonic, operands, body):
        yield from (("register", mnemonic, new) for new in self.other_registers(mnemonic, operands, body))
        if self.ordered.fullmatch(mnemonic) and len(operands) >= 2:
            yield "operand-order", mnemonic, self.in_other_order(mnemonic, operands)
        for name, new in self.other_conditions(mnemonic, operands):
            yield "condition", name, new
        for name, new in self.inverted_branch(mnemonic, operands):
            yield "swapped-branches", name, new
        for name, new in self.other_widths(mnemonic, operands):
            yield "width", name, new
        for name in renamed(mnemonic, self.extensions):
            yield "extension", name, operands
        for name, new in self.other_roundings(mnemonic, operands):
            yield "rounding", name, new
        yield from self.other_numbers(mnemonic, operands)

    def other_registers(self, mnemonic, operands, body):
        for pattern in self.registers:
            used = sorted({name for line in body for name in re.findall(pattern, line)})
            for i, operand in enumerate(operands):
                for at in re.finditer(pattern, operand):
                    for name in used:
                        if name != at[0]:
                            yield [*operands[:i], operand[: at.start()] + name + operand[at.end() :], *operands[i + 1 :]]

    def in_other_order(self, mnemonic, operands):
        return swapped(operands, -1, -2)

    def other_conditions(self, mnemonic, operands):
        return ()

    def inverted_branch(self, mnemonic, operands):
        return ()

    def other_widths(self, mnemonic, operands):
        return [(name, operands) for name in renamed(mnemonic, self.widths)]

    def other_roundings(self, mnemonic, operands):
        return [(name, operands) for name in renamed(mnemonic, self.roundings)]

    def is_memory(self, operand):
        return operand.startswith("[")

    def other_numbers(self, mnemonic, operands):
        for i, operand in enumerate(operands):
            for at in self.number.finditer(operand):
                memory = self.is_memory(operand)
                for step in (8, -8, 1, -1) if memory else (1, -1):
                    new = operand[: at.start()] + str(int(at[1]) + step) + operand[at.end() :]
                    yield "offset" if memory else "constant", mnemonic, [*operands[:i], new, *operands[i + 1 :]]

    def is_store(self, mnemonic, operands):
        return bool(self.store.fullmatch(mnemonic))


class Aarch64(Dialect):
    registers = (r"\bx\d+\b", r"\bw\d+\b", r"\bd\d+\b", r"\bs\d+\b", r"\bv\d+\b", r"\bq\d+\b")
    ordered = re.compile(r"subs?|sbcs?|cmp|cmn|bics?|orn|eon|lsl|lsr|asr|ror|[us]div|fsub|fdiv|fcmpe?")
    extensions = (
        ("ldrsb", "ldrb"), ("ldrsh", "ldrh"), ("ldrsw", "ldr"), ("sxtb", "uxtb"), ("sxth", "uxth"), ("sxtw", "uxtw"),
        ("asr", "lsr"), ("sbfx", "ubfx"), ("sbfiz", "ubfiz"), ("smull", "umull"), ("smulh", "umulh"), ("sdiv", "udiv"),
        ("smaddl", "umaddl"), ("scvtf", "ucvtf"), ("fcvtzs", "fcvtzu"),
    )  # fmt: skip
    widths = (("ldrb", "ldrh"), ("strb", "strh"), ("ldrsb", "ldrsh"), ("ldurb", "ldurh"), ("sturb", "sturh"),
              ("sxtb", "sxth"))  # fmt: skip
    roundings = (
        ("fcvtzs", "fcvtns"), ("fcvtzs", "fcvtms"), ("fcvtzu", "fcvtpu"), ("frintm", "frintp"), ("frintz", "frintn"),
        ("frinta", "frintn"), ("frintx", "frintz"),
    )  # fmt: skip
    store = re.compile(r"st(p|r|rb|rh|ur|urb|urh|lr|lrb|lrh)")
    conditions = ("eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")
    close = {"hs": ("hi", "ge"), "lo": ("ls", "lt"), "hi": ("hs", "gt"), "ls": ("lo", "le"), "ge": ("gt", "hs"),
             "lt": ("le", "lo"), "gt": ("ge", "hi"), "le": ("lt", "ls"), "eq": ("ls", "ge"), "ne": ("hi", "lt"),
             "mi": ("lt",), "pl": ("ge",)}  # fmt: skip

    def in_other_order(self, mnemonic, operands):
        shifted = re.match(r"(lsl|lsr|asr|ror|[us]xt[bhwx]) ?", operands[-1]) if len(operands) > 2 else None
        return swapped(operands, -2, -3) if shifted and len(operands) > 3 else swapped(operands, -1, -2)

    def all(self, mnemonic, operands, body):
        yield from super().all(mnemonic, operands, body)
        if mnemonic in ("csel", "csinc", "csinv", "csneg", "fcsel"):
            yield "operand-order", mnemonic, swapped(operands, 1, 2)
        if mnemonic in ("msub", "mneg") and len(operands) == 4:
            yield "operand-order", mnemonic, swapped(operands, 1, 3)
        for i, operand in enumerate(operands):
            for a, b in (("sxtw", "uxtw"), ("lsl", "lsr"), ("asr", "lsr"), ("sxtb", "uxtb"), ("sxth", "uxth")):
                for old, new in ((a, b), (b, a)):
                    if re.search(rf"\b{old}\b", operand):
                        yield "extension", mnemonic, [*operands[:i], re.sub(rf"\b{old}\b", new, operand), *operands[i + 1 :]]

    def other_numbers(self, mnemonic, operands):
        yield from super().other_numbers(mnemonic, operands)
        for i, operand in enumerate(operands):
            if re.fullmatch(r"\[(x\d+|sp)\]", operand) and i + 1 == len(operands):
                for step in (8, 1):
                    yield "offset", mnemonic, [*operands[:i], f"{operand[:-1]}, #{step}]"]

    def other_conditions(self, mnemonic, operands):
        branch = re.fullmatch(r"b\.(\w+)", mnemonic)
        if branch:
            return [(f"b.{new}", operands) for new in self.close.get(branch[1], ())]
        if operands and operands[-1] in self.close and re.fullmatch(r"f?c(sel|set|setm|inc|inv|neg|cmp|cmn)|cs\w+", mnemonic):
            return [(mnemonic, [*operands[:-1], new]) for new in self.close[operands[-1]]]
        return ()

    def inverted_branch(self, mnemonic, operands):
        for name in renamed(mnemonic, (("cbz", "cbnz"), ("tbz", "tbnz"))):
            return [(name, operands)]
        branch = re.fullmatch(r"b\.(\w+)", mnemonic)
        if branch and branch[1] in self.conditions:
            return [(f"b.{self.conditions[self.conditions.index(branch[1]) ^ 1]}", operands)]
        return ()

    def other_widths(self, mnemonic, operands):
        yield from super().other_widths(mnemonic, operands)
        if mnemonic in ("b", "bl", "blr", "br", "ret", "adrp", "stp", "ldp") or mnemonic.startswith("b."):
            return
        for old, new in (("x", "w"), ("w", "x")):
            made = [o if self.is_memory(o) else re.sub(rf"\b{old}(\d+|zr)\b", rf"{new}\1", o) for o in operands]
            yield mnemonic, made


class Riscv64(Dialect):
    registers = (r"\b(?:a\d|t\d|s\d+)\b", r"\b(?:fa\d|ft\d+|fs\d+)\b")
    ordered = re.compile(r"subw?|sllw?|srlw?|sraw?|divu?w?|remu?w?|sltu?|fsub\.[sd]|fdiv\.[sd]|b(lt|ge|gt|le)u?")
    extensions = (
        ("lb", "lbu"), ("lh", "lhu"), ("lw", "lwu"), ("srli", "srai"), ("srliw", "sraiw"), ("srl", "sra"),
        ("srlw", "sraw"), ("div", "divu"), ("rem", "remu"), ("divw", "divuw"), ("remw", "remuw"), ("mulh", "mulhu"),
        ("sext.w", "mv"),
    )  # fmt: skip
    widths = (
        ("add", "addw"), ("sub", "subw"), ("addi", "addiw"), ("mul", "mulw"), ("slli", "slliw"), ("srli", "srliw"),
        ("srai", "sraiw"), ("lw", "ld"), ("sw", "sd"), ("lb", "lh"), ("lbu", "lhu"), ("sb", "sh"), ("sh", "sw"),
        ("lh", "lw"), ("sll", "sllw"), ("srl", "srlw"), ("sra", "sraw"),
    )  # fmt: skip
    store = re.compile(r"s[bhwd]|fs[wd]")
    close = {"blt": ("bltu", "ble"), "bge": ("bgeu", "bgt"), "bltu": ("blt", "bleu"), "bgeu": ("bge", "bgtu"),
             "blez": ("bltz",), "bgtz": ("bgez",), "bltz": ("blez",), "bgez": ("bgtz",), "beq": ("bgeu",),
             "bne": ("bltu",), "slt": ("sltu",), "sltu": ("slt",), "slti": ("sltiu",), "sltiu": ("slti",),
             "seqz": ("snez",), "snez": ("seqz",), "beqz": ("bgez",), "bnez": ("bltz",)}  # fmt: skip
    opposite = (("beq", "bne"), ("blt", "bge"), ("bltu", "bgeu"), ("beqz", "bnez"), ("blez", "bgtz"), ("bltz", "bgez"),
                ("bgt", "ble"), ("bgtu", "bleu"))  # fmt: skip

    def in_other_order(self, mnemonic, operands):
        return swapped(operands, 0, 1) if mnemonic.startswith("b") else swapped(operands, -1, -2)

    def other_conditions(self, mnemonic, operands):
        return [(name, operands) for name in self.close.get(mnemonic, ())]

    def inverted_branch(self, mnemonic, operands):
        return [(name, operands) for name in renamed(mnemonic, self.opposite)]

    def other_roundings(self, mnemonic, operands):
        modes = ("rne", "rtz", "rdn", "rup", "rmm")
        if operands and operands[-1] in modes:
            return [(mnemonic, [*operands[:-1], mode]) for mode in modes if mode != operands[-1]]
        return ()

    def is_memory(self, operand):
        return operand.endswith(")")


X86_REGISTERS = (
    *((f"r{n}", f"e{n}", n, f"{n[0]}l") for n in ("ax", "bx", "cx", "dx")),
    *((f"r{n}", f"e{n}", n, f"{n}l") for n in ("si", "di", "bp")),
    *((f"r{n}", f"r{n}d", f"r{n}w", f"r{n}b") for n in range(8, 16)),
)  # fmt: skip


class X86(Dialect):
    registers = tuple("%(?:" + "|".join(row[i] for row in X86_REGISTERS) + r")\b" for i in range(4)) + (r"%xmm\d+\b",)
    number = re.compile(r"(?<![\w.%])(?<=\$)(-?\d+)\b|^(-?\d+)(?=\()")
    ordered = re.compile(r"(sub|sbb|cmp|mov|xchg|add|imul|adc)[bwlq]|v?(sub|div|ucomi|comi|mov)[sp][sd]|movap[sd]")
    extensions = (
        ("movzbl", "movsbl"), ("movzwl", "movswl"), ("movzbq", "movsbq"), ("movzwq", "movswq"), ("divq", "idivq"),
        ("divl", "idivl"), ("mulq", "imulq"), ("shrq", "sarq"), ("shrl", "sarl"), ("cltd", "cqto"),
    )  # fmt: skip
    widths = (("movzbl", "movzwl"), ("movsbl", "movswl"), ("movsbq", "movslq"), ("movss", "movsd"), ("movzbl", "movl"),
              ("cvtsi2sdl", "cvtsi2sdq"))  # fmt: skip
    roundings = (
        ("cvttsd2si", "cvtsd2si"), ("cvttss2si", "cvtss2si"), ("cvttsd2siq", "cvtsd2siq"), ("cvttpd2dq", "cvtpd2dq"),
        ("cvttps2dq", "cvtps2dq"), ("vcvttsd2si", "vcvtsd2si"), ("vcvttss2si", "vcvtss2si"),
    )  # fmt: skip
    close = {"g": ("ge", "a"), "ge": ("g", "ae"), "l": ("le", "b"), "le": ("l", "be"), "a": ("ae", "g"),
             "ae": ("a", "ge"), "b": ("be", "l"), "be": ("b", "le"), "e": ("be", "ge"), "ne": ("a", "l"), "s": ("l",),
             "ns": ("ge",)}  # fmt: skip
    opposite = (("g", "le"), ("ge", "l"), ("a", "be"), ("ae", "b"), ("e", "ne"), ("s", "ns"), ("p", "np"), ("o", "no"))

    def other_conditions(self, mnemonic, operands):
        found = re.fullmatch(r"(j|set|cmov)([a-z]+?)([wlq]?)", mnemonic)
        if not found or found[2] not in self.close:
            return ()
        return [(found[1] + new + found[3], operands) for new in self.close[found[2]]]

    def inverted_branch(self, mnemonic, operands):
        found = re.fullmatch(r"j([a-z]+)", mnemonic)
        return [("j" + name, operands) for name in renamed(found[1], self.opposite)] if found else ()

    def other_widths(self, mnemonic, operands):
        yield from super().other_widths(mnemonic, operands)
        found = re.fullmatch(r"(add|sub|and|or|xor|cmp|test|mov|shl|shr|sar|imul|neg|not|inc|dec|lea)([wlq])", mnemonic)
        for suffix in "wlq" if found else "":
            if suffix == found[2]:
                continue
            column = {"q": 0, "l": 1, "w": 2}
            old, new = column[found[2]], column[suffix]
            names = {f"%{row[old]}": f"%{row[new]}" for row in X86_REGISTERS}
            yield found[1] + suffix, [o if self.is_memory(o) else names.get(o, o) for o in operands]

    def other_roundings(self, mnemonic, operands):
        yield from super().other_roundings(mnemonic, operands)
        if re.fullmatch(r"v?round[sp][sd]", mnemonic):
            for mode in ("$8", "$9", "$10", "$11"):
                yield mnemonic, [mode, *operands[1:]]

    def is_memory(self, operand):
        return operand.endswith(")")

    def other_numbers(self, mnemonic, operands):
        for i, operand in enumerate(operands):
            memory = self.is_memory(operand)
            at = re.match(r"(-?\d+)(?=\()" if memory else r"(?<=)\$(-?\d+)$", operand)
            base = int(at[1]) if at else 0
            if not at and not (memory and operand.startswith("(")):
                continue
            for step in (8, -8, 1, -1) if memory else (1, -1):
                new = f"{base + step}{operand[at.end():] if at else operand}" if memory else f"${base + step}"
                yield "offset" if memory else "constant", mnemonic, [*operands[:i], new, *operands[i + 1 :]]

    def is_store(self, mnemonic, operands):
        return bool(re.fullmatch(r"v?mov(?!z|s[bwl])\w*", mnemonic)) and len(operands) == 2 and (
            self.is_memory(operands[1]) or "(%rip)" in operands[1])


DIALECTS = {"x86-64": X86(), "aarch64": Aarch64(), "riscv64": Riscv64()}


def of_line(line, isa, body):
    """(kind, new line or None for none) for every mistake that can be made in one line; `body` is the function's."""
    return list(DIALECTS[isa].of_line(line, body))


# How x86-64 and RISC-V save a register on the stack and get it back, and what then stands there (the stack pointer must
# still move).
SAVES = {
    "x86-64": (
        (r"\s+pushq\s+%(rbx|rbp|r1[2-5])", "\tleaq\t-8(%rsp), %rsp"),
        (r"\s+popq\s+%(rbx|rbp|r1[2-5])", "\tleaq\t8(%rsp), %rsp"),
    ),
    "riscv64": ((r"\s+f?[sl]d\s+(s\d+|fs\d+),\s*-?\d+\(sp\)", None),),
}
AARCH64_SAVE = re.compile(r"\s+(?P<op>st|ld)[rp]\s+(?P<a>[xd]\d+)(?:,\s*(?P<b>[xd]\d+))?,\s*(?P<place>\[sp.*)")
AARCH64_KEPT = re.compile(r"x(19|2\d)|d([89]|1[0-5])")


def _saves_of_line(line, isa):
    """(register, the line without its saving or restoring, or None for none)."""
    code = re.split(r"\s*(?://|#\s)", line, maxsplit=1)[0]
    for pattern, rest in SAVES.get(isa, ()):
        if at := re.fullmatch(pattern, code):
            yield at[1], rest
    at = AARCH64_SAVE.fullmatch(code) if isa == "aarch64" else None
    if not at:
        return
    for kept, other in ((at["a"], at["b"]), (at["b"], at["a"])):
        if not kept or not AARCH64_KEPT.fullmatch(kept):
            continue
        moved = re.fullmatch(r"\[sp(?:\],|,) #(-?\d+)(?:\]!)?", at["place"])
        moves = moved and (at["place"].endswith("!") or at["place"].startswith("[sp],"))
        if other:
            yield kept, f"\t{at['op']}r\t{other}, {at['place']}"
        elif moves:
            yield kept, f"\tadd\tsp, sp, #{moved[1]}"
        else:
            yield kept, None


def of_saves(lines, body, isa):
    """For each callee-saved register, the function without its saving and restoring."""
    found = {}
    for i in body:
        for register, rest in _saves_of_line(lines[i], isa):
            found.setdefault(register, {})[i] = rest
    # A place where it is stored and one where it comes back.
    return [("dropped-callee-save", change) for change in found.values() if len(change) >= 2]

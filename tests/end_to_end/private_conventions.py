"""Code that passes values as no calling convention says: programs under private_conventions/, whose originals run under
their own instruction set's QEMU (or natively). A translation prints the same, or the functions that must be are refused,
by name; those that need not be are called from a main of their own.
"""
import re
import sys

import harness
from harness import check

import crossing
from common import toolchain

FOLDER = harness.ROOT / "tests" / "end_to_end" / "private_conventions"
# What has to be refused: who reads what nobody passed, and who changes what calls keep.
SCRATCH = {
    "scratch_registers.aarch64": {"reads_v4", "takes_x9", "reads_flags", "gives_x20", "reads_x20", "hands_on_x9",
                                  "returns_x9", "returns_x30", "forgets_x21"},
    "scratch_registers.x86-64": {"reads_carry", "reads_rcx", "gives_rbx", "reads_rbx", "takes_xmm9", "hands_on_rcx",
                                 "returns_rcx", "forgets_r12", "finds_caller"},
    "short_call.x86-64": {"short", "bytes"},
}


class PrivateConventions:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def translate(self, source, target, stem):
        outcome, _ = crossing.translate(self.portolan, source, target, f"{stem}.s", f"{stem}.json", "--require", "none")
        refused = set(re.findall(r"cannot translate function '([^']+)'", outcome.stderr))
        check(outcome.status == (2 if refused else 0), f"status {outcome.status}\n{outcome.stderr}")
        return refused, outcome.stderr

    def output(self, isa, program, *inputs):
        linked = crossing.link(isa, program, *inputs)
        check(linked.ok, linked.stderr)
        ran = crossing.execute(isa, program)
        check(ran.status == 0 and ran.stdout, f"status {ran.status}\n{ran.stderr}")
        return ran.stdout

    def scratch(self, name, target):
        path = FOLDER / f"{name}.s"
        stem = self.work / f"{name}.to.{target.name}"
        source = crossing.ISAS[name.split(".")[1]]
        self.output(source, stem.with_name(stem.name + ".original"), path)
        refused, text = self.translate(path, target, stem)
        check(refused == SCRATCH[name], f"refused: {sorted(refused)}\n{text}")

    # The refused ones gone, what is left prints what it printed before.
    def allowed(self, name, target):
        text = (FOLDER / f"{name}.s").read_text()
        stem = self.work / f"{name}.allowed.to.{target.name}"
        source = crossing.ISAS[name.split(".")[1]]
        path = stem.with_name(stem.name + ".source.s")
        for function in SCRATCH[name] | {"passes_x9", "passes_xmm9"}:
            text = re.sub(rf"(?ms)^\t\.type\t{function},.*?\.size\t{function}.*?\n", "", text)
            text = re.sub(rf"(?m)^\tshow\t{function}\n", "", text)
            text = re.sub(rf"(?m)^\tbl\t{function}\n", "", text)
        path.write_text(text)
        expected = self.output(source, stem.with_name(stem.name + ".original"), path)
        refused, messages = self.translate(path, target, stem)
        check(not refused, messages)
        got = self.output(target, stem, f"{stem}.s")
        check(got == expected, f"expected:\n{expected.decode()}got:\n{got.decode()}")

    def vectors(self, compiler, isa, target):
        source = crossing.ISAS[isa]
        stem = self.work / f"vectors.{compiler}.{isa}.to.{target.name}"
        assembly = stem.with_name(stem.name + ".source.s")
        made = crossing.compile_to_assembly(source, compiler, "O2", FOLDER / "vectors.c", assembly)
        check(made.ok, made.stderr)
        expected = self.output(source, stem.with_name(stem.name + ".original"), FOLDER / "vectors.c")
        refused, messages = self.translate(assembly, target, stem)
        if target.name == "riscv64":  # has no vector register to pass them in
            check({"crossed", "main"} <= refused and not {"scaled", "apply"} & refused, messages)
            return
        check(not refused, messages)
        got = self.output(target, stem, f"{stem}.s")
        check(got == expected, f"expected:\n{expected.decode()}got:\n{got.decode()}")


def main():
    options = harness.options()
    suite = PrivateConventions(options)
    cases = {}
    for name in SCRATCH:
        for target in crossing.ISAS.values():
            if target.name != name.split(".")[1]:
                cases[f"{name} to {target.name}"] = lambda n=name, t=target: suite.scratch(n, t)
                cases[f"{name} to {target.name}, the rest"] = lambda n=name, t=target: suite.allowed(n, t)
    for compiler in ("gcc", "clang"):
        for isa, target in (("x86-64", "aarch64"), ("x86-64", "riscv64"), ("aarch64", "x86-64"), ("aarch64", "riscv64")):
            name = f"vectors, {compiler} {isa} to {target}"
            cases[name] = lambda c=compiler, i=isa, t=target: suite.vectors(c, i, crossing.ISAS[t])
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

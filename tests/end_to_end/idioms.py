"""What compilers write that once came out wrong: small programs in assembly, NAME.ISA.s under idioms/. The original runs
under its own instruction set's QEMU (or natively); each translation, of the text and of the object that it assembles
to, must print the same and end the same way.
"""
import itertools
import sys

import harness
from harness import check

import crossing
from common import toolchain

SOURCES = harness.ROOT / "tests" / "end_to_end" / "idioms"


# What a target's convention cannot say is refused instead.
REFUSED = {
    ("variadic_pointer.x86-64", "riscv64"): "it may be variadic",
    ("variadic_pointer.aarch64", "riscv64"): "it may be variadic",
    ("three_floats.x86-64", "riscv64"): "a whole vector register",
}
# Objects for x86-64 do not mark what is data between functions.
REFUSED_AS_OBJECT = {"type_hashes.x86-64": "these bytes are no instruction"}


class Idiom:
    def __init__(self, options, path):
        self.portolan, self.work, self.path = options.portolan, options.work, path
        self.name, isa, _ = path.name.split(".")
        self.source = crossing.ISAS[isa]

    def run(self, isa, program):
        ran = crossing.execute(isa, program)
        return ran.status, ran.stdout

    def case(self, target, form):
        stem = self.work / f"{self.path.stem}.{form}.to.{target.name}"
        original = stem.with_name(stem.name + ".original")
        linked = crossing.link(self.source, original, self.path)
        check(linked.status == 0, linked.stderr)
        status, expected = self.run(self.source, original)
        check(status == 0 and expected, f"the original ends with {status}")
        given = self.path
        if form == "object":
            given = stem.with_name(stem.name + ".o")
            assembled = crossing.assemble(self.source, given, self.path)
            check(assembled.status == 0, assembled.stderr)
        outcome, _ = crossing.translate(
            self.portolan, given, target, f"{stem}.s", f"{stem}.json", "--require", "none"
        )
        refusal = REFUSED.get((self.path.stem, target.name))
        if form == "object" and self.path.stem in REFUSED_AS_OBJECT:
            refusal = REFUSED_AS_OBJECT[self.path.stem]
        if refusal:
            check(outcome.status == 2 and refusal in outcome.stderr, f"translate: {outcome.status}\n{outcome.stderr}")
            return
        check(outcome.status == 0, f"translate: status {outcome.status}\n{outcome.stderr}")
        # Where the machine can have it, at addresses that 32 bits do not hold.
        if self.name == "short_addresses" and target.name == "aarch64":
            linked = toolchain.run([target.gcc, "-static-pie", "-o", stem, f"{stem}.s"])
        else:
            linked = crossing.link(target, stem, f"{stem}.s")
        check(linked.status == 0, f"link: {linked.stderr}")
        got = self.run(target, stem)
        check(got == (0, expected), f"expected:\n{expected.decode()}got, with status {got[0]}:\n{got[1].decode()}")


def main():
    options = harness.options()
    cases = {}
    for path in sorted(SOURCES.glob("*.s")):
        idiom = Idiom(options, path)
        for target, form in itertools.product(crossing.ISAS.values(), ("text", "object")):
            if target is not idiom.source:
                name = f"{path.stem} to {target.name}, {form}"
                cases[name] = lambda idiom=idiom, target=target, form=form: idiom.case(target, form)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

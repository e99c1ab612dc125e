"""corpus/assembly: what `./dev demo` shows must hold. Each file, translated, prints what the original prints natively,
every function of it is tested, and the numbers that the evidence states are right.
"""
import re
import sys

import harness
from harness import ROOT, check

import crossing

CORPUS = ROOT / "corpus" / "assembly"
SOURCE = crossing.ISAS["x86-64"]


def functions_in(source):
    """The functions of a file by its own `.type NAME, @function` lines, read without any of our code."""
    return set(re.findall(r"\.type\s+(\w+),\s*@function", source.read_text(encoding="utf-8")))


def case(portolan, work, source, target):
    driver = [path for path in [source.with_name(source.stem + "_main.c")] if path.exists()]
    native, stem = work / f"{source.stem}.{target.name}.native", work / f"{source.stem}.{target.name}"
    linked = crossing.link(SOURCE, native, source, *driver)
    check(linked.status == 0, linked.stderr)
    expected = crossing.execute(SOURCE, native)
    outcome, evidence = crossing.translate(
        portolan, source, target, f"{stem}.s", f"{stem}.json", "--proto", source.with_suffix(".h")
    )
    # 2: all is translated, but not everything reached the level `tested`; the evidence says what.
    check(outcome.status in (0, 2), f"translate: status {outcome.status}\n{outcome.stderr}")
    linked = crossing.link(target, stem, f"{stem}.s", *driver)
    check(linked.status == 0, f"link: {linked.stderr}")
    ran = crossing.execute(target, stem)
    check(ran.status == expected.status, f"exit status {ran.status}, expected {expected.status}")
    check(ran.stdout == expected.stdout, f"expected:\n{expected.stdout.decode()}got:\n{ran.stdout.decode(errors='replace')}")
    check(evidence is not None, "no evidence was written")
    named = {function["name"] for function in evidence["functions"]}
    check(named == functions_in(source), f"the evidence names {sorted(named)}")
    for function in evidence["functions"]:
        check(function["instructions_in"] > 0 and function["instructions_out"] > 0, f"empty: {function}")
        check(function["verdict"]["level"] in ("tested", "unknown"), f"verdict: {function['verdict']}")


def main():
    options = harness.options()
    cases = {
        f"{source.stem} to {target}": lambda source=source, target=target: case(
            options.portolan, options.work, source, crossing.ISAS[target]
        )
        for source in sorted(CORPUS.glob("*.s"))
        for target in ("aarch64", "riscv64")
    }
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

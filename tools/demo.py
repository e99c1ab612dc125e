"""`./dev demo`: translates corpus/assembly from x86-64 to AArch64 and RISC-V 64 and runs the results.

NAME.s is the assembly, NAME.h its prototypes, NAME_main.c (where there is one) a C program that calls it. The original
runs natively, each translation under QEMU with the same C program compiled for its target, and what they print must be
the same. Exit status: 0 all of it is, 1 a program printed something else, 2 something was refused.
"""
import argparse
import pathlib
import sys
import time

import crossing

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "assembly"
SOURCE = crossing.ISAS["x86-64"]
TARGETS = [crossing.ISAS["aarch64"], crossing.ISAS["riscv64"]]


def verdict_text(function):
    """The verdict of one function as the evidence states it."""
    verdict = function.get("verdict") or {}
    level = verdict.get("level", "none")
    detail = []
    if "tests" in verdict:
        detail.append(f"{verdict['tests']} inputs")
    coverage = verdict.get("coverage") or {}
    if level == "tested" and coverage.get("target_size"):
        detail.append(f"{100 * coverage['target_bytes'] // coverage['target_size']} % of the code run")
    if verdict.get("detail"):
        detail.append(verdict["detail"])
    for refusal in function.get("refusals", [])[:1]:
        detail.append(f"line {refusal['line']}: {refusal['reason']}")
    return f"{level} ({', '.join(detail)})" if detail else level


def text(outcome):
    return outcome.stdout.decode(errors="replace")


def rows_of(source, target, evidence):
    for function in (evidence or {}).get("functions", []):
        yield (
            source.name,
            function.get("name", "?"),
            target.name,
            function.get("instructions_in", "-"),
            function.get("instructions_out", "-"),
            verdict_text(function),
        )


def print_table(rows):
    heading = ("file", "function", "to", "instructions", "out", "verdict")
    table = [heading, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[column]) for row in table) for column in range(5)]
    for row in table:
        cells = [
            row[column].rjust(widths[column]) if column in (3, 4) else row[column].ljust(widths[column])
            for column in range(5)
        ]
        print("  ".join([*cells, row[5]]).rstrip())


def cross(portolan, source, target, work, expected):
    """Translates one file; (rows of the table, what went wrong or None, exit status)."""
    stem = work / f"{source.stem}.{target.name}"
    header = source.with_suffix(".h")
    driver = [path for path in [source.with_name(source.stem + "_main.c")] if path.exists()]
    outcome, evidence = crossing.translate(
        portolan, source, target, f"{stem}.s", f"{stem}.json", *(["--proto", header] if header.exists() else [])
    )
    rows = list(rows_of(source, target, evidence))
    refused = [f["name"] for f in (evidence or {}).get("functions", []) if f["verdict"]["level"] == "refused"]
    # Status 2 without a refusal: all is translated, and some function could not be tested, as the table says.
    if outcome.status not in (0, 2) or refused or evidence is None:
        return rows, f"portolan translate: status {outcome.status}\n{outcome.stderr.rstrip()}", outcome.status or 1
    linked = crossing.link(target, stem, f"{stem}.s", *driver)
    if linked.status != 0:
        return rows, f"linking failed\n{linked.stderr.rstrip()}", 1
    ran = crossing.execute(target, stem)
    if (ran.status, ran.stdout) != (expected.status, expected.stdout):
        return rows, f"runs differently (status {ran.status}), expected:\n{text(expected)}got:\n{text(ran)}", 1
    return rows, None, 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--portolan", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    started, rows, problems, same, status = time.monotonic(), [], [], 0, 0
    for source in sorted(CORPUS.glob("*.s")):
        driver = [path for path in [source.with_name(source.stem + "_main.c")] if path.exists()]
        native = options.work / source.stem
        linked = crossing.link(SOURCE, native, source, *driver)
        if linked.status != 0:
            sys.exit(f"{source}: {linked.stderr}")
        expected = crossing.execute(SOURCE, native)
        for target in TARGETS:
            new_rows, problem, code = cross(options.portolan, source, target, options.work, expected)
            rows.extend(new_rows)
            same += problem is None
            status = 1 if 1 in (status, code) else max(status, code)
            if problem:
                problems.append(f"{source.name} to {target.name}: {problem}")
    print_table(rows)
    total = same + len(problems)
    print(f"\n{same} of {total} translated programs print what the original prints, in {time.monotonic() - started:.0f} s;")
    print(f"assembly, evidence and programs are in {options.work}/")
    for problem in problems:
        print(problem, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())

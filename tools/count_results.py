"""Adds up a ctest JUnit file into one closing line, "N passed, N failed[, N skipped]".

A runner that holds many cases (tests/end_to_end) ends its output with such a line of its own; its cases are counted
instead of the one ctest entry. An entry that fails without such a line counts as one failure.
"""
import re
import sys
import xml.etree.ElementTree as ET

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


def count(case):
    """(passed, failed, skipped) of one <testcase>."""
    status = case.get("status")
    if status in ("notrun", "disabled") or case.find("skipped") is not None:
        return 0, 0, 1
    lines = CLOSING.findall(case.findtext("system-out") or "")
    failed = status != "run"
    if lines:
        passed, inner_failed, skipped = (int(number or 0) for number in lines[-1])
        return passed, max(inner_failed, int(failed)), skipped
    return int(not failed), int(failed), 0


def main(path):
    try:
        cases = ET.parse(path).getroot().iter("testcase")
        totals = [sum(column) for column in zip(*map(count, cases))] or [0, 0, 0]
    except (OSError, ET.ParseError) as error:
        print(f"no test results: {error}", file=sys.stderr)
        totals = [0, 1, 0]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

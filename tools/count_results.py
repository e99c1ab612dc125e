"""Adds up a ctest JUnit file into one closing line, "N passed, N failed[, N skipped]".

A runner that holds many cases (tests/end_to_end) ends its output with such a line of its own; its cases are counted
instead of the one ctest entry. An entry that fails without such a line counts as one failure. Above it stands what was
skipped, by reason; a skip that gives none counts as a failure.
"""
import collections
import re
import sys
import xml.etree.ElementTree as ET

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)

SKIPPED_CASE = re.compile(r"^skipped (\S+) \(.*\)(?:\n {4}(.*))?$", re.MULTILINE)  # of a runner
SKIPPED_TEST = re.compile(r": Skipped\n(?!\[)(.*)$", re.MULTILINE)  # GoogleTest's


def skips(case):
    """[(name, reason)] of one <testcase>, the reason empty where none is printed."""
    output = case.findtext("system-out") or ""
    name = case.get("name").split("  # ")[0]
    if case.find("skipped") is not None:
        reason = SKIPPED_TEST.search(output)
        return [(name, reason.group(1).strip() if reason else "")]
    return [(f"{name}: {inner}", reason) for inner, reason in SKIPPED_CASE.findall(output)] if CLOSING.search(output) else []


def list_skips(cases):
    """Prints each reason with how many gave it and the first; the number of skips without a reason."""
    by_reason = collections.defaultdict(list)
    for case in cases:
        for name, reason in skips(case):
            by_reason[reason].append(name)
    for reason, names in sorted(by_reason.items()):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        print(f"skipped: {reason or 'NO REASON IS GIVEN'}: {names[0]}{more}")
    return len(by_reason.get("", []))


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
        cases = list(ET.parse(path).getroot().iter("testcase"))
        totals = [sum(column) for column in zip(*map(count, cases))] or [0, 0, 0]
        totals[1] += list_skips(cases)
    except (OSError, ET.ParseError) as error:
        print(f"no test results: {error}", file=sys.stderr)
        totals = [0, 1, 0]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

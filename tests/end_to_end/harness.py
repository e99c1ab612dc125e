"""What the runners share: options, a work folder, a count of cases, the closing line."""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


class Skip(Exception):
    """Raised by a case that cannot run here, with the reason."""


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--portolan", required=True, type=os.path.abspath)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    chosen = parser.parse_args()
    chosen.work = chosen.work.absolute()
    shutil.rmtree(chosen.work, ignore_errors=True)
    chosen.work.mkdir(parents=True)
    return chosen


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def attempt(name, case):
    """("passed" | "failed" | "skipped", report) of one case."""
    started = time.monotonic()
    try:
        case()
        word, reason = "passed", ""
    except Skip as skip:
        word, reason = "skipped", str(skip)
    except AssertionError as failure:
        word, reason = "failed", str(failure) or traceback.format_exc()
    except Exception:  # a defect of the case itself must not hide the others
        word, reason = "failed", traceback.format_exc()
    report = f"{word:8}{name} ({time.monotonic() - started:.2f} s)"
    if reason:
        report += "\n    " + reason.rstrip().replace("\n", "\n    ")
    return word, report


def run_cases(cases, workers=1, only="", last=None):
    """Runs {name: callable}, then those of last one by one; prints a line for each and the closing line; the exit status."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    chosen = {name: case for name, case in cases.items() if only in name}
    with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
        for word, report in pool.map(lambda item: attempt(*item), chosen.items()):
            counts[word] += 1
            print(report, flush=True)
    for name, case in (last or {}).items():
        word, report = attempt(name, case)
        counts[word] += 1
        print(report, flush=True)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] or not counts["passed"] else 0

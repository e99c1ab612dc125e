"""tests/traps: pairs whose verdict is known beforehand, before `portolan verify`; the format stands in its README.

Also what every answer of the command must hold, whatever the pair: the exit status follows from the verdicts, the
evidence says what was printed, a refutation replays, and the reports can be read by those they are made for.
"""
import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import harness
from harness import ROOT, check

TRAPS = ROOT / "tests" / "traps"
LEVELS = ("refused", "not-run", "unknown", "tested", "bounded", "proved", "refuted")
NEVER_PROVED = [level for level in LEVELS if level not in ("proved", "bounded")]
KEYS = ("isa", "proto", "expect", "with-prover", "reason", "options", "not-claimed", "claimed", "obligations", "held", "violated")


def parse(path):
    """Yields (name, {key: text}) of one file."""
    name, trap, part = None, {}, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("=== "):
            if name:
                yield name, trap
            name, trap, part = line[4:].split(":")[0], {"source": "", "target": ""}, None
        elif line in ("--- source", "--- target"):
            part = line[4:]
        elif part:
            trap[part] += line + "\n"
        elif line.strip() and not line.startswith("#"):
            key, _, value = line.partition(":")
            check(key in KEYS, f"{path}:{number}: unknown key '{key}'")
            trap[key] = value.strip()
    yield name, trap


def function_text(body):
    return f"\t.text\n\t.globl\tf\n\t.type\tf, @function\nf:\n{body}\t.size\tf, .-f\n"


def verify(portolan, folder, trap, *options):
    """Runs the command on a trap; (exit status, evidence, folder of its files)."""
    folder.mkdir(parents=True, exist_ok=True)
    source, target = trap["isa"].split()
    for side in ("source", "target"):
        (folder / f"{side}.s").write_text(function_text(trap[side]))
    (folder / "f.prototypes").write_text(trap["proto"] + "\n")
    command = [portolan, "verify", folder / "source.s", folder / "target.s", "--from", source, "--to", target]
    command += ["--proto", folder / "f.prototypes", "--evidence", folder / "e.json", "--junit", folder / "e.xml"]
    command += ["--sarif", folder / "e.sarif", "--json", *trap.get("options", "").split(), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    check(done.stdout.strip(), f"status {done.returncode}\n{done.stderr}")
    evidence = json.loads((folder / "e.json").read_text())
    check(json.loads(done.stdout) == evidence, "--json and --evidence differ")
    return done, evidence


def check_reports(folder, level, status):
    wanted = {"refuted": 1, "tested": 0, "bounded": 0, "proved": 0}.get(level, 2)
    check(status == wanted, f"{level}, but exit status {status}")
    suite = ET.parse(folder / "e.xml").getroot().find("testsuite")
    check((suite.get("failures") == "0") == (status == 0), "the JUnit report counts otherwise")
    log = json.loads((folder / "e.sarif").read_text())
    check(log["version"] == "2.1.0" and len(log["runs"]) == 1, "no SARIF 2.1.0 log")
    driver = log["runs"][0]["tool"]["driver"]
    for result in log["runs"][0]["results"]:
        check(driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"], "the rule's index is wrong")
        check(result["kind"] == "fail" or result["level"] == "none", "SARIF 3.27.10: level is none unless kind is fail")
        check(result["message"]["text"] and result["locations"], "a result without message or place")


def replay(portolan, folder):
    done = subprocess.run(
        [portolan, "replay", folder / "e.json"], capture_output=True, text=True, timeout=100, check=False
    )
    check(done.returncode == 1, f"replay: status {done.returncode}\n{done.stdout}{done.stderr}")
    check("they differ" in done.stdout, done.stdout)


def case(portolan, folder, trap, prover):
    done, evidence = verify(portolan, folder, trap, "--prove", "10" if prover else "0")
    verdict = evidence["functions"][0]["verdict"]
    level = verdict["level"]
    expect = trap.get("with-prover", trap["expect"]) if prover else trap["expect"]
    allowed = NEVER_PROVED if expect == "never-proved" else expect.split()
    check(all(word in LEVELS for word in allowed), f"unknown level in: {expect}")
    check(level in allowed, f"{verdict['word']}: {verdict['claim']}\nexpected: {expect}\n{done.stderr}")
    if level == "unknown":
        check(verdict["reason"] == trap.get("reason", verdict["reason"]), f"reason: {verdict['reason']}")
    if level in ("proved", "bounded") and "not-claimed" in trap:
        check(trap["not-claimed"] not in verdict["claim"], verdict["claim"])
    if level in ("tested", "bounded", "proved"):
        claimed = trap.get("claimed", "")
        check(claimed in verdict["claim"], f"not in the claim: {claimed}\n{verdict['claim']}")
        for report in ("e.xml", "e.sarif"):
            check(claimed in (folder / report).read_text(), f"not in {report}: {claimed}")
    if level == "proved" and "obligations" in trap:
        made, stored = len(verdict["proof"]["obligations"]), int(trap["obligations"])
        check(made <= 3 * stored, f"the proof needs {made} obligations, three times the {stored} that it once needed")
    if prover:
        how = {a["id"]: a["discharged"] for a in verdict["assumptions"]}
        for key, word in (("held", "runtime-check"), ("violated", "violated")):
            for name in trap.get(key, "").split():
                check(how.get(name) == word, f"{name}: {how}")
                check(word != "violated" or "under an assumption that a run breaks" in verdict["proof"]["detail"], str(verdict))
    check_reports(folder, level, done.returncode)
    check(len(evidence["build"]) >= 16, "the evidence does not say which build of the tool made it")
    if level == "refuted":
        trace = verdict["counterexample"]["trace"]
        check(all(trace[side]["steps"] for side in ("source", "target")), f"a side without a trace: {trace}")
        replay(portolan, folder)


def alone(portolan, folder, trap):
    """The prover without tests, which would hide what it believes: what may not be proved it must not prove."""
    done, evidence = verify(portolan, folder, trap, "--prove", "10", "--tests", "0")
    verdict = evidence["functions"][0]["verdict"]
    check(verdict["level"] not in ("proved", "bounded", "refuted"), f"{verdict['word']}: {verdict['claim']}\n{done.stderr}")


def may_be_proved(trap):
    expect = trap.get("with-prover", trap["expect"]).split()
    return "proved" in expect or "bounded" in expect


def main():
    options = harness.options()
    cases = {}
    for path in sorted(TRAPS.glob("*.trap")):
        for name, trap in parse(path):
            # Where the tests refute nobody asks the prover.
            alike = trap["expect"] == "refuted" and "with-prover" not in trap
            for prover in (False,) if alike else (False, True):
                label = f"{path.stem}: {name}{' (prover)' if prover else ''}"
                folder = options.work / path.stem / name.replace("/", "_") / ("prover" if prover else "tests")
                cases[label] = lambda f=folder, t=trap, p=prover: case(options.portolan, f, t, p)
            # What breaks an assumption only runs can tell.
            if not may_be_proved(trap) and trap.get("reason") != "vacuous" and "violated" not in trap:
                folder = options.work / path.stem / name.replace("/", "_") / "alone"
                cases[f"{path.stem}: {name} (prover alone)"] = lambda f=folder, t=trap: alone(options.portolan, f, t)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

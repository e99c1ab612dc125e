"""tests/constant_time: functions of which it is known whether they show a secret; the format stands in its README."""
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import harness
from harness import ROOT, Skip, check

FOLDER = ROOT / "tests" / "constant_time"
WORDS = ("constant-time", "leaks", "unknown")
KEYS = ("proto", "secret", "expect", "at", "preserved", "by", "options")
COMPILERS = {"x86-64": "gcc", "aarch64": "aarch64-linux-gnu-gcc", "riscv64": "riscv64-linux-gnu-gcc"}
STATUS = {"constant-time": 0, "leaks": 1, "unknown": 2}


def parse(path):
    """Yields (name, {key: text}, {part: text}) of one file."""
    name, keys, parts, part = None, {}, {}, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("=== "):
            if name:
                yield name, keys, parts
            name, keys, parts, part = line[4:].split(":")[0], {}, {}, None
        elif line.startswith("--- "):
            part = line[4:]
            parts[part] = ""
        elif part:
            parts[part] += line + "\n"
        elif line.strip():
            key, _, value = line.partition(":")
            check(key in KEYS, f"{path}:{number}: unknown key '{key}'")
            keys[key] = value.strip()
    yield name, keys, parts


def function_text(body):
    return f"\t.text\n\t.globl\tf\n\t.type\tf, @function\nf:\n{body}"


def compiled(folder, isa, level, text):
    compiler = COMPILERS[isa]
    if not shutil.which(compiler):
        raise Skip(f"{compiler} is not installed")
    (folder / "f.c").write_text(text)
    subprocess.run([compiler, level, "-fno-tree-vectorize", "-S", folder / "f.c", "-o", folder / "source.s"], check=True)


def check_reports(folder, word, status):
    suite = ET.parse(folder / "e.xml").getroot().find("testsuite")
    names = [case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None]
    check(("f (constant time)" in names) == (word != "constant-time"), f"the JUnit report lists as failures: {names}")
    log = json.loads((folder / "e.sarif").read_text())
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    rule = {"unknown": "constant-time-unknown"}.get(word, word)
    results = [r for r in log["runs"][0]["results"] if rules[r["ruleIndex"]]["name"] == rule]
    check(len(results) == 1 and results[0]["kind"] == ("pass" if status == 0 else "fail"), f"SARIF: {results}")


def case(portolan, folder, keys, isa, target, suffix=".s"):
    (folder / "f.prototypes").write_text(keys["proto"] + "\n")
    files = [folder / f"source{suffix}"] + ([folder / f"target{suffix}"] if target else [])
    command = [portolan, "verify", *files, "--from", isa, "--proto", folder / "f.prototypes", "--function", "f"]
    command += ["--to", target] if target else []
    command += ["--constant-time", "secret=" + keys["secret"], "--evidence", folder / "e.json", "--junit"]
    command += [folder / "e.xml", "--sarif", folder / "e.sarif", *keys.get("options", "").split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    check(done.returncode in (0, 1, 2) and (folder / "e.json").exists(), f"status {done.returncode}\n{done.stdout}{done.stderr}")
    function = json.loads((folder / "e.json").read_text())["functions"][0]
    result = function["constant_time"]
    side = result["target" if target else "source"]
    check(result["level"] == side["level"], "the pair's verdict is not the target's")
    allowed = keys["expect"].split()
    check(all(word in WORDS for word in allowed), f"unknown word in: {allowed}")
    check(side["level"] in allowed, f"{side['word']}\nexpected: {allowed}\n{done.stdout}{done.stderr}")
    if side["level"] == "leaks":
        check(side["findings"], "a leak of which the analysis knew nothing")
        check(side["witness"]["first"] != side["witness"]["second"], "the two inputs are the same")
        check(side["witness"]["kind"] == keys.get("at", side["witness"]["kind"]), side["witness"]["kind"])
        again = subprocess.run([portolan, "replay", folder / "e.json"], capture_output=True, text=True, timeout=100, check=False)
        check(again.returncode == 1 and "the two runs part" in again.stdout, f"replay: {again.stdout}{again.stderr}")
    if "by" in keys:
        check(side["findings"] and side["proof"]["holds"], f"not by a proof: {side.get('proof')}")
        check((side["proof"]["by_solvers"] > 0) == (keys["by"] == "solvers"), f"not by {keys['by']}: {side['proof']}")
    if "preserved" in keys:
        check(result["preserved"] == keys["preserved"], f"preserved: {result['preserved']}")
        check(function["verdict"]["level"] in ("proved", "tested"), function["verdict"]["word"])
    check(done.returncode == STATUS[side["level"]], f"{side['level']}, but exit status {done.returncode}")
    check_reports(folder, side["level"], done.returncode)


def make(portolan, folder, keys, parts, part, isa, level=None):
    folder.mkdir(parents=True, exist_ok=True)
    if level:
        compiled(folder, isa, level, parts[part])
    else:
        (folder / "source.s").write_text(function_text(parts[part]))
    target = next((name[7:] for name in parts if name.startswith("target ")), None)
    if target:
        (folder / "target.s").write_text(function_text(parts["target " + target]))
    case(portolan, folder, keys, isa, target)
    if level is None and not target and shutil.which(COMPILERS[isa]):
        subprocess.run([COMPILERS[isa], "-c", folder / "source.s", "-o", folder / "source.o"], check=True)
        case(portolan, folder, keys, isa, target, ".o")


def bad_options(portolan, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f.s").write_text(function_text("\tret\n"))
    for text in ("arg1", "secret=", "secret=arg0", "secret=key", "secret=arg1,", "secret=**arg1", "secret=arg99999999999"):
        done = subprocess.run([portolan, "verify", folder / "f.s", "--from", "x86-64", "--constant-time", text],
                              capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
        check(done.returncode == 3, f"{text}: status {done.returncode}")
    done = subprocess.run([portolan, "verify", folder / "f.s"], capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 3 and "target" in done.stderr, "one file without --constant-time")


def main():
    options = harness.options()
    cases = {"bad options": lambda: bad_options(options.portolan, options.work / "bad")}

    def add(label, *arguments):
        folder = options.work / label.replace(" ", "_").replace(":", "")
        cases[label] = lambda: make(options.portolan, folder, *arguments)

    for path in sorted(FOLDER.glob("*.cases")):
        for name, keys, parts in parse(path):
            for part in parts:
                if part in COMPILERS:
                    add(f"{path.stem}: {name} {part}", keys, parts, part, part)
            if "c" in parts:
                for isa in COMPILERS:
                    for level in ("-O0", "-O2"):
                        add(f"{path.stem}: {name} {isa} {level}", keys, parts, "c", isa, level)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

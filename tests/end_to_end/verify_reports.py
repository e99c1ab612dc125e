"""What stands around a verdict: stored queries asked again, translations of which only the proved part is written, reports
that other programs read, the example workflow run as it stands, and solvers that fail in every way."""
import copy
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import harness
import sarif_shape
from harness import ROOT, check

HEADER = """\t.text
\t.globl\t{0}
\t.type\t{0}, {1}function
{0}:
"""

# a + b as the carries of a half adder: nothing that a normaliser sees.
SUM_SOURCE = "\tleaq\t(%rdi,%rsi), %rax\n\tret\n"
SUM_TARGET = "\teor\tx2, x0, x1\n\tand\tx3, x0, x1\n\tadd\tx0, x2, x3, lsl #1\n\tret\n"
SUM_WRONG = "\teor\tx2, x0, x1\n\tand\tx3, x0, x1\n\tadd\tx0, x2, x3, lsl #2\n\tret\n"


def function(name, body, at="@"):
    return HEADER.format(name, at) + body + f"\t.size\t{name}, .-{name}\n"


class Reports:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def run(self, *words, cwd=None, env=None, timeout=200):
        return subprocess.run(
            [str(w) for w in (self.portolan, *words)], capture_output=True, text=True, timeout=timeout, cwd=cwd, env=env, check=False
        )

    def folder(self, name):
        path = self.work / name
        path.mkdir()
        return path

    def pair(self, name, target=SUM_TARGET):
        folder = self.folder(name)
        (folder / "sum.s").write_text(function("sum", SUM_SOURCE))
        (folder / "sum.aarch64.s").write_text(function("sum", target, "%"))
        (folder / "sum.prototypes").write_text("sum(u64, u64) -> u64\n")
        return folder

    def verify(self, folder, *words, env=None):
        done = self.run("verify", "sum.s", "sum.aarch64.s", "--from", "x86-64", "--to", "aarch64", "--proto", "sum.prototypes",
                        "--evidence", "e.json", *words, cwd=folder, env=env)  # fmt: skip
        check((folder / "e.json").exists(), f"status {done.returncode}\n{done.stderr}")
        return done, json.loads((folder / "e.json").read_text())

    # --- replay --recheck

    def recheck(self, folder, status, *patterns):
        done = self.run("replay", "e.json", "--recheck", cwd=folder)
        said = f"status {done.returncode}\n{done.stdout}{done.stderr}"
        check(done.returncode == status, f"expected {status}; {said}")
        for pattern in patterns:
            check(re.search(pattern, said), f"no {pattern!r}; {said}")

    def proved_with_queries(self, name):
        folder = self.pair(name)
        _, evidence = self.verify(folder)
        verdict = evidence["functions"][0]["verdict"]
        check(verdict["level"] == "proved", verdict["word"])
        asked = [o for o in verdict["proof"]["obligations"] if "query" in o]
        check(asked, "the proof needs no solver: another pair is wanted")
        return folder, evidence, asked[0]

    def recheck_confirms(self):
        folder, _, _ = self.proved_with_queries("confirmed")
        self.recheck(folder, 0, r"[1-9]\d* stored queries confirmed, 0 not")

    def recheck_notices_a_changed_query(self):
        folder, _, asked = self.proved_with_queries("changed")
        path = folder / "e.json.queries" / asked["query"]
        path.write_text(path.read_text().replace("(check-sat)", "(assert true)\n(check-sat)", 1))
        self.recheck(folder, 2, r"is missing, or not what it was", r", 1 not")

    def recheck_notices_a_missing_query(self):
        folder, _, asked = self.proved_with_queries("missing")
        (folder / "e.json.queries" / asked["query"]).unlink()
        self.recheck(folder, 2, r"is missing, or not what it was")

    def recheck_notices_an_answer_that_is_not_true(self):
        folder, evidence, asked = self.proved_with_queries("false_answer")
        text = "(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (= x #x01))\n(check-sat)\n"
        name = hashlib.sha256(text.encode()).hexdigest()[:16] + ".smt2"
        (folder / "e.json.queries" / name).write_text(text)
        asked["query"] = name
        (folder / "e.json").write_text(json.dumps(evidence))
        self.recheck(folder, 2, r"sat in")

    def recheck_notices_obligations_that_do_not_hold(self):
        folder, evidence, asked = self.proved_with_queries("incomplete")
        for change in (lambda o: o.update(answer="unknown"), lambda o: o.update(cross_checked=False), lambda o: o.pop("query")):
            changed = copy.deepcopy(evidence)
            obligations = changed["functions"][0]["verdict"]["proof"]["obligations"]
            change(next(o for o in obligations if o.get("query") == asked["query"]))
            (folder / "e.json").write_text(json.dumps(changed))
            self.recheck(folder, 2, r"does not say that every obligation of the proof holds")
        changed = copy.deepcopy(evidence)
        changed["functions"][0]["verdict"]["proof"]["obligations"] = []
        (folder / "e.json").write_text(json.dumps(changed))
        self.recheck(folder, 2, r"does not say that every obligation of the proof holds")

    # --- --require proved

    def two_functions(self, folder):
        """One that is proved and one that nobody can prove: it calls what nobody knows."""
        unknown = "\tsubq\t$8, %rsp\n\tcall\tnobody_knows_me@PLT\n\taddq\t$8, %rsp\n\tret\n"
        (folder / "two.s").write_text(function("sum", SUM_SOURCE) + function("unknown", unknown))
        (folder / "two.prototypes").write_text("sum(u64, u64) -> u64\nunknown(u64) -> u64\nnobody_knows_me(u64) -> u64\n")

    def translate_writes_only_what_is_proved(self):
        folder = self.folder("translate_proved")
        self.two_functions(folder)
        common = ("translate", "two.s", "--to", "aarch64", "--proto", "two.prototypes", "--prove", "5")
        done = self.run(*common, "--require", "none", "-o", "all.s", cwd=folder)
        check("unknown:" in (folder / "all.s").read_text(), f"it is not translated at all\n{done.stderr}")
        done = self.run(*common, "--require", "proved", "-o", "out.s", "--evidence", "e.json", cwd=folder)
        levels = {f["name"]: f["verdict"]["level"] for f in json.loads((folder / "e.json").read_text())["functions"]}
        check(levels["sum"] == "proved", str(levels))
        text = (folder / "out.s").read_text()
        check(re.search(r"(?m)^sum:", text), f"what was proved is not there\n{done.stderr}")
        for name, level in levels.items():
            check((level == "proved") == bool(re.search(rf"(?m)^{name}:", text)), f"{name} is {level}\n{text}")
        wanted = 0 if set(levels.values()) == {"proved"} else 2
        check(done.returncode == wanted, f"{levels}: status {done.returncode}\n{done.stderr}")
        if wanted == 2:
            check("left out because it is not proved" in done.stderr, done.stderr)

    def translate_of_nothing_proved_writes_no_code(self):
        folder = self.folder("nothing_proved")
        self.two_functions(folder)
        done = self.run("translate", "two.s", "--to", "riscv64", "--proto", "two.prototypes", "--require", "proved", "--prove", "0",
                        "-o", "out.s", "--evidence", "e.json", cwd=folder)  # fmt: skip
        check(done.returncode == 2, f"status {done.returncode}\n{done.stderr}")
        check("sum:" not in (folder / "out.s").read_text(), (folder / "out.s").read_text())

    def batch_requires_as_translate_does(self):
        folder = self.folder("batch_proved")
        (folder / "in").mkdir()
        self.two_functions(folder / "in")
        (folder / "in" / "good.s").write_text(function("sum", SUM_SOURCE))
        done = self.run("batch", "in", "--to", "aarch64", "--out", "out", "--proto", "in/two.prototypes", "--require", "proved",
                        "--prove", "5", "--junit", "report.xml", cwd=folder)  # fmt: skip
        evidence = {path.name.split(".")[0]: json.loads(path.read_text()) for path in (folder / "out").rglob("*.json")}
        check(set(evidence) == {"two", "good"}, f"{sorted(evidence)}\n{done.stderr}")
        levels = [f["verdict"]["level"] for e in evidence.values() for f in e["functions"]]
        check(done.returncode == (0 if set(levels) == {"proved"} else 2), f"{levels}: status {done.returncode}\n{done.stderr}")
        check(levels.count("proved") >= 2, f"{levels}\n{done.stderr}")
        cases = ET.parse(folder / "report.xml").getroot().iter("testcase")
        failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
        check(failed == len(levels) - levels.count("proved"), f"{failed} failures for {levels}")

    # --- reports

    def junit(self, path):
        root = ET.parse(path).getroot()
        check(root.tag == "testsuites", root.tag)
        for suite in root:
            check(suite.tag == "testsuite" and suite.get("name"), "a suite without name")
            cases = suite.findall("testcase")
            check(int(suite.get("tests")) == len(cases), "the suite counts other tests than it has")
            check(int(suite.get("failures")) == sum(c.find("failure") is not None for c in cases), "failures")
            for case in cases:
                check(case.get("name") and case.get("classname"), "a case without name or class")
        return root

    def reports_of_every_level(self):
        """Names of files that XML and URIs have to escape, and every level that a run can end with."""
        levels = set()
        for name, target, words in (("proved", SUM_TARGET, ()), ("tested", SUM_TARGET, ("--prove", "0")),
                                    ("refuted", SUM_WRONG, ()), ("unknown", SUM_TARGET, ("--prove", "0", "--tests", "0"))):  # fmt: skip
            folder = self.pair(f"reports <{name}> & 100%", target)
            done, evidence = self.verify(folder, "--junit", "r.xml", "--sarif", "r.sarif", *words)
            level = evidence["functions"][0]["verdict"]["level"]
            levels.add(level)
            log = json.loads((folder / "r.sarif").read_text())
            found = sarif_shape.problems(log)
            check(not found, "\n".join(found))
            result = log["runs"][0]["results"][0]
            check(result["kind"] == ("pass" if done.returncode == 0 else "fail"), f"{level}: {result['kind']}")
            check(result["ruleId"] == f"portolan/{level}", result["ruleId"])
            check(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sum.aarch64.s", str(result))
            root = self.junit(folder / "r.xml")
            case = next(root.iter("testcase"))
            bad = case.find("failure") is not None or case.find("error") is not None
            check(bad == (done.returncode != 0), f"{level}: the case {'fails' if bad else 'passes'}")
        check({"proved", "tested", "refuted"} <= levels, str(levels))

    def names_that_have_to_be_escaped(self):
        folder = self.pair("escaped")
        (folder / "sum.s").rename(folder / "a b & <c> 100%.s")
        (folder / "sum.aarch64.s").rename(folder / "d é\".s")
        done = self.run("verify", "a b & <c> 100%.s", "d é\".s", "--from", "x86-64", "--to", "aarch64", "--proto", "sum.prototypes",
                        "--junit", "r.xml", "--sarif", "r.sarif", "--prove", "0", cwd=folder)  # fmt: skip
        check(done.returncode == 0, f"status {done.returncode}\n{done.stderr}")
        self.junit(folder / "r.xml")
        found = sarif_shape.problems(json.loads((folder / "r.sarif").read_text()))
        check(not found, "\n".join(found))

    def one_source_against_several_targets(self):
        """Each pair has the verdict of its own target, whatever the others have."""
        for order in (("right", "wrong"), ("wrong", "right"), ("wrong", "right", "wrong2")):
            bodies = {"right": SUM_TARGET, "wrong": SUM_WRONG, "wrong2": SUM_WRONG}
            folder = self.folder("several_" + "_".join(order))
            (folder / "sum.s").write_text(function("sum", SUM_SOURCE))
            (folder / "sum.aarch64.s").write_text("".join(function(name, bodies[name], "%") for name in order))
            (folder / "sum.prototypes").write_text("sum(u64, u64) -> u64\n")
            for tests in ("0", "100"):
                words = [word for name in order for word in ("--function", f"sum={name}")]
                _, evidence = self.verify(folder, "--tests", tests, *words)
                levels = {f["target_name"]: f["verdict"]["level"] for f in evidence["functions"]}
                for name, level in levels.items():
                    wanted = "proved" if name == "right" else "unknown" if tests == "0" else "refuted"
                    check(level == wanted, f"{order}, {tests} tests: {levels}")

    def text_with_debug_information(self):
        """gcc -g writes line directives and labels of views that LLVM's assembler does not take; the prototype stands there."""
        folder = self.folder("debug_information")
        (folder / "f.c").write_text("long f(int a, long b) { return a > b ? a * 3L : b / 5 + a; }\n")
        done = subprocess.run(["x86_64-linux-gnu-gcc", "-O2", "-g", "-S", "f.c"], cwd=folder, capture_output=True, text=True, check=False)
        check(done.returncode == 0, done.stderr)
        check(" view " in (folder / "f.s").read_text(), "gcc writes no views: another case is wanted")
        done = self.run("translate", "f.s", "--to", "riscv64", "-o", "f.riscv64.s", cwd=folder)
        check(done.returncode == 0, done.stderr)
        done = self.run("verify", "f.s", "f.riscv64.s", "--evidence", "e.json", cwd=folder)
        verdict = json.loads((folder / "e.json").read_text())["functions"][0]["verdict"]
        check(verdict["level"] == "proved", f"{verdict['word']}\n{done.stderr}")
        texts = [assumption["text"] for assumption in verdict["assumptions"]]
        check(any("debug information" in text for text in texts), str(texts))

    # --- docs/examples/verify.yml

    def workflow_steps(self):
        """(name, script) of the steps with run:, and the environment. The file is the plain YAML that is read here: two
        spaces an indentation, block scalars by |."""
        lines = (ROOT / "docs" / "examples" / "verify.yml").read_text().splitlines()
        environment, steps, name, at = {}, [], "", 0
        while at < len(lines):
            line = lines[at]
            at += 1
            if variable := re.fullmatch(r"  ([A-Z_]+): (.*?)(?:  #.*)?", line):
                environment[variable[1]] = variable[2]
            elif step := re.fullmatch(r"      - name: (.*)", line):
                name = step[1]
            elif script := re.fullmatch(r"        run: (.*)", line):
                body = script[1]
                if body == "|":
                    block = []
                    while at < len(lines) and (lines[at].startswith("          ") or not lines[at].strip()):
                        block.append(lines[at][10:])
                        at += 1
                    body = "\n".join(block)
                steps.append((name, body))
        return environment, steps

    def example_workflow(self):
        environment, steps = self.workflow_steps()
        check([name for name, _ in steps] == ["git and certificates", "Portolan", "verify"], str([n for n, _ in steps]))
        folder, temporary = self.folder("workflow"), self.folder("runner_temp")
        checkout = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
        if checkout.returncode != 0:
            raise harness.Skip("this is no clone: the workflow has nothing to clone from")
        # The caller's repository: what SOURCE and PROTOTYPES name, and a TARGET that was made once.
        for variable in ("SOURCE", "PROTOTYPES"):
            place = folder / environment[variable]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((ROOT / environment[variable]).read_bytes())
        target = folder / environment["TARGET"]
        target.parent.mkdir(parents=True)
        made = self.run("translate", folder / environment["SOURCE"], "--to", "aarch64", "--proto", folder / environment["PROTOTYPES"],
                        "--require", "none", "-o", target)  # fmt: skip
        check(made.returncode == 0, made.stderr)
        env = {**os.environ, **environment, "RUNNER_TEMP": str(temporary)}
        # What only GitHub knows: the repository, and where the checkout stands.
        env["PORTOLAN_REPOSITORY"], env["PORTOLAN_REVISION"] = str(ROOT), checkout.stdout.strip()
        for name, script in steps:
            if name == "git and certificates" and os.environ.get("PORTOLAN_WORKFLOW") != "whole":
                print("not run: 'git and certificates' installs packages; PORTOLAN_WORKFLOW=whole runs it")
                continue
            if os.environ.get("PORTOLAN_WORKFLOW") != "whole" and "./dev build" in script:
                print("not built again: './dev build' is replaced by this build; PORTOLAN_WORKFLOW=whole runs it")
                built = temporary / "portolan" / "build" / "release" / "cli"
                here = pathlib.Path(self.portolan).parent
                script = script.replace("./dev build", f"test -x ./dev && mkdir -p {built.parent} && ln -s {here} {built}")
            done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=folder, env=env,
                                  capture_output=True, text=True, timeout=1400, check=False)  # fmt: skip
            check(done.returncode == 0, f"step '{name}': status {done.returncode}\n{done.stdout}{done.stderr}")
        for made in ("evidence.json", "verify.xml", "verify.sarif"):
            check((folder / made).exists(), f"the steps that upload look for {made}")
        text = (ROOT / "docs" / "examples" / "verify.yml").read_text()
        check("sarif_file: verify.sarif" in text, "the upload names another file")

    # --- solvers that fail

    @staticmethod
    def solver(body):
        return "#!/bin/sh\n" + body

    def failing_solvers(self):
        """As both solvers, and as either beside the honest other: nothing is proved and nothing refuted by their failure."""
        liar = """asked=0
while read -r line; do case "$line" in
*check-sat*) asked=$((asked + 1)); case $asked in 1) echo unsat;; 2) echo sat;; *) echo %s;; esac;;
*get-info*) echo '(:version "0")';;
*echo*) line=${line#*\\"}; echo "${line%%\\"*}";;
*get-value*) echo '((a #x00) (b #x00))';;
esac; done
"""
        fakes = {
            "crashes": "kill -SEGV $$\n",
            "hangs": "while :; do sleep 1; done\n",
            "babbles": "while :; do echo '(((unsat'; done\n",
            "says nothing": "cat >/dev/null\n",
            "is not there": None,
            "fills memory": "exec python3 -c 'x = [bytearray(1 << 20) for _ in range(1 << 14)]'\n",
            "says unsat to everything": liar % "unsat",
            "says sat to everything": liar % "sat",
            "says unknown to everything": liar % "unknown",
        }
        for name, body in fakes.items():
            # That both tell the same lie nobody can notice; that they lie differently must be noticed.
            both = () if name == "says unsat to everything" else (("z3", "cvc5"),)
            for who in (*both, ("z3",), ("cvc5",)):
                self.failing_solver(name, body, who)

    def failing_solver(self, name, body, who):
        label = f"{'+'.join(who)} {name}"
        for target, good in ((SUM_TARGET, True), (SUM_WRONG, False)):
            folder = self.pair(f"{label.replace(' ', '_').replace('+', '_')}_{good}", target)
            bin_folder = folder / "bin"
            bin_folder.mkdir()
            for solver in who:
                path = bin_folder / solver
                if body is None:
                    path.write_text("#!/bin/sh\nexit 127\n")
                else:
                    path.write_text(self.solver(body))
                path.chmod(0o755)
            env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
            # Without tests the prover alone speaks.
            done, evidence = self.verify(folder, "--tests", "0", "--prove", "1", env=env)
            verdict = evidence["functions"][0]["verdict"]
            # What a liar says by chance may be true, and the honest one confirms it.
            true = good and name == "says unsat to everything"
            allowed = ("unknown", "proved") if true else ("unknown",)
            check(verdict["level"] in allowed, f"{label}, {'equal' if good else 'wrong'} pair: {verdict['word']}\n{done.stderr}")
            check(done.returncode == (0 if true and verdict["level"] == "proved" else 2), f"{label}: status {done.returncode}")


def main():
    options = harness.options()
    suite = Reports(options)
    names = ("recheck_confirms", "recheck_notices_a_changed_query", "recheck_notices_a_missing_query",
             "recheck_notices_an_answer_that_is_not_true", "recheck_notices_obligations_that_do_not_hold",
             "translate_writes_only_what_is_proved", "translate_of_nothing_proved_writes_no_code",
             "batch_requires_as_translate_does", "reports_of_every_level", "names_that_have_to_be_escaped", "one_source_against_several_targets", "text_with_debug_information", "example_workflow",
             "failing_solvers")  # fmt: skip
    return harness.run_cases({name: getattr(suite, name) for name in names}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

"""The model proposer against servers of the test's own: what a model says is judged, filled, sent back or refused, and a
server that misbehaves ends in a reason, in time, with nothing of it in the output."""
import json
import os
import pathlib
import subprocess
import sys
import time

import harness
import model_server
from harness import check
from sketches import HEADER, SOURCE

# What `keep` is on AArch64, with the source lines that each instruction comes from.
RIGHT = """\tldr\tw8, [x0] @5
\tldr\tw9, [x0, #8] @6
\tadd\tw8, w8, w9 @6
\tstr\tw8, [x0, #12] @7
\tcmp\tw8, w1 @8
\tb.lt\t.Lless @9
\tmov\tw0, #1 @10
\tret @11
.Lless:
\tmov\tw0, #-1 @13
\tret @14
"""
TWICE = "\t.text\n\t.globl\ttwice\n\t.type\ttwice, @function\ntwice:\n\tleal\t(%rdi,%rdi), %eax\n\tret\n\t.size\ttwice, .-twice\n"
DIFFERENCE = ("\t.text\n\t.globl\tdifference\n\t.type\tdifference, @function\ndifference:\n"
              "\tmovdqu\t(%rsi), %xmm0\n\tmovdqu\t(%rdx), %xmm1\n\tmovdqa\t%xmm0, %xmm2\n\tpsubusb\t%xmm1, %xmm0\n"
              "\tpsubusb\t%xmm2, %xmm1\n\tpor\t%xmm1, %xmm0\n\tmovups\t%xmm0, (%rdi)\n\tret\n\t.size\tdifference, .-difference\n"
              "\t.globl\tother\n\t.type\tother, @function\nother:\n\tleal\t(%rdi,%rsi), %eax\n\tret\n\t.size\tother, .-other\n")
RECORDED = pathlib.Path(__file__).parent / "recorded" / "llama_cpp"
HOPELESS = "\tmov\tw0, #7\n\tret\n"
SECRET = "sk-very-secret-0123456789"


def block(text):
    return f"Here it is:\n```asm\n{text}```\nI am sure."


class Run:
    def __init__(self, done, seconds, output, evidence):
        self.status, self.errors, self.seconds = done.returncode, done.stderr.decode(errors="replace"), seconds
        self.output = output.read_text() if output.exists() else ""
        self.evidence = json.loads(evidence.read_text()) if evidence.exists() else None

    def function(self, name="keep"):
        return next(f for f in self.evidence["functions"] if f["name"] == name)


class Runner:
    def __init__(self, options):
        self.options, self.count = options, 0
        self.source = options.work / "source.s"
        self.source.write_text(SOURCE)
        (options.work / "keep.h").write_text(HEADER + "void difference(unsigned char *to, const unsigned char *a, const unsigned char *b);\nint twice(int number);\n")

    def __call__(self, url, *words, source=None, proposers="model", require="tested", environment=(), limit=120, cache=None, prove=10):
        self.count += 1
        work = self.options.work / str(self.count)
        work.mkdir()
        output, evidence = work / "out.s", work / "evidence.json"
        settings = {k: v for k, v in os.environ.items() if not k.startswith("PORTOLAN_") and "proxy" not in k.lower()}
        settings.update({"XDG_CACHE_HOME": str(cache or work / "cache")}, **dict(environment))
        command = [self.options.portolan, "translate", source or self.source, "--to", "aarch64", "--proto", self.options.work / "keep.h",
                   "--proposers", proposers, "--require", require, "--prove", prove, "-o", output, "--evidence", evidence, *words]
        if url:
            command += ["--endpoint", url, "--model", "test"]
        begin = time.monotonic()
        done = subprocess.run([str(word) for word in command], capture_output=True, timeout=limit, env=settings)
        return Run(done, time.monotonic() - begin, output, evidence)


def replies(*texts):
    """Every question gets these answers."""
    return model_server.model(lambda number, request: list(texts) * 8)


def instructions(text):
    return [line.split("@")[0].strip().replace("\t", " ") for line in text.splitlines() if not line.endswith(":") and "b.lt" not in line]


def answers(run):
    """Cases in which the server behaves and the model is more or less right."""

    def right():
        with model_server.serving(replies(block(RIGHT))) as server:
            done = run(server.url, require="proved")
        check(done.status == 0, f"status {done.status}: {done.errors}")
        function = done.function()
        check(function["verdict"]["level"] == "proved" and function["proposer"] == "model", str(function))
        check(all(i in done.output.replace("\t", " ") for i in instructions(RIGHT)), done.output)
        check("@5" not in done.output and "Here it is" not in done.output, done.output)
        check(done.errors.count("sending the source of 'keep'") == len(server.questions()) == 1, done.errors)
        prompt = model_server.text_of(server.questions()[0])
        check(all(line in prompt for line in SOURCE.splitlines()[4:8]), "the prompt lacks the source")
        check('function "keep"' in prompt and "w0" not in prompt.split("understood")[0].split("border")[0], "the prompt lacks the IR")

    def filled(text, require="proved"):
        def case():
            with model_server.serving(replies(block(text))) as server:
                done = run(server.url, "--rounds", 0, require=require)
            check(done.status == 0, f"status {done.status}: {done.errors}")
            function = done.function()
            check(function["guess"]["filled"] and function["verdict"]["level"] == "proved", str(function["guess"]))
            check("[x0, #8]" in done.output and "b.lt" in done.output, done.output)
        return case

    def disagreement():
        one, other = RIGHT.replace("#8]", "#4]"), RIGHT.replace("b.lt", "b.gt")
        with model_server.serving(replies(block(one), block(other))) as server:
            done = run(server.url, "--rounds", 0, "--samples", 2, require="proved")
        check(done.status == 0, f"status {done.status}: {done.errors}")
        guess = done.function()["guess"]
        check(guess["filled"] and guess["sketches"] == 1 and guess["drafts"] == 2, str(guess))

    # The server says how likely each word was, and it is the wrong one of which it is not sure.
    def improbable():
        text = RIGHT.replace("#-1", "#-3").replace("w9 @6", "w10 @6")

        def chances(answer):
            words = [word for line in answer.splitlines(keepends=True) for word in line.replace(",", " , ").split()]
            return [{"token": word, "logprob": -1.5 if word in ("#-3", "w10") else -0.001} for word in words]

        with model_server.serving(model_server.model(lambda n, r: [block(text)] * 4, chances=chances)) as server:
            done = run(server.url, "--rounds", 0, require="proved")
        check(done.status == 0, f"status {done.status}: {done.errors}")
        guess = done.function()["guess"]
        check(guess["filled"] and guess["sketches"] == 1, str(guess))

    def second_round():
        script = model_server.model(lambda number, request: [block(HOPELESS if number == 0 else RIGHT)] * 4)
        with model_server.serving(script) as server:
            done = run(server.url)
        check(done.status == 0, f"status {done.status}: {done.errors}")
        questions = server.questions()
        check(len(questions) == 2, f"{len(questions)} questions")
        objection = questions[1]["messages"][-1]["content"]
        check("keep(" in objection and "mov w0, #7" in questions[1]["messages"][-2]["content"].replace("\t", " "), objection)

    def bounded_rounds():
        with model_server.serving(replies(block(HOPELESS))) as server:
            done = run(server.url, "--rounds", 3)
        check(done.status == 2 and len(server.questions()) == 4, f"status {done.status}, {len(server.questions())} questions")
        check("keep" not in done.output and "#7" not in done.output, done.output)
        check("'keep' is left out" in done.errors, done.errors)

    # More than is required is not asked for, and less is not let through.
    def required():
        with model_server.serving(replies(block(RIGHT))) as server:
            done = run(server.url, "--rounds", 0, prove=0, require="proved")
        check(done.status == 2 and "ldr" not in done.output, f"status {done.status}: {done.errors}{done.output}")
        check("tested" in done.errors, done.errors)

    # Wrong for one number of 128: the first twenty inputs do not show it.
    def rarely_wrong():
        source = run.options.work / "rare.s"
        source.write_text(TWICE)
        rare = "\tubfx w8, w0, #3, #7\n\tcmp w8, #77\n\tb.eq .Lodd\n\tlsl w0, w0, #1\n\tret\n.Lodd:\n\tmov w0, #1\n\tret\n"
        with model_server.serving(replies(block(rare))) as server:
            done = run(server.url, "--rounds", 0, source=source, prove=0)
        reasons = done.function("twice")["guess"].get("reasons", [])
        check(any("source 0x" in reason and "target 0x1" in reason for reason in reasons), f"{reasons}\n{done.output}")

    def unrequired():
        with model_server.serving(replies(block(HOPELESS))) as server:
            done = run(server.url, "--rounds", 0, prove=0, require="none")
        check(done.status in (0, 2) and server.questions() and "#7" not in done.output, f"status {done.status}: {done.errors}{done.output}")

    # Where LLVM has made something, only what is cheaper counts.
    def beside_llvm():
        longer = RIGHT.replace("\tldr\tw8", "\tmov\tx10, x0\n\tmov\tx11, x0\n\tmov\tx12, x0\n\tldr\tw8")
        with model_server.serving(replies(block(longer))) as server:
            done = run(server.url, proposers="llvm,rules,model")
        check(done.status == 0 and done.function()["proposer"] == "llvm" and "x11" not in done.output, done.errors + done.output)

    def better_than_llvm():
        source = run.options.work / "difference.s"
        source.write_text(DIFFERENCE)
        short = "\tldr q0, [x1]\n\tldr q1, [x2]\n\tuabd v0.16b, v0.16b, v1.16b\n\tstr q0, [x0]\n\tret\n"

        def reply(number, request):
            return [block(short if "Write difference " in model_server.text_of(request) else HOPELESS)] * 4

        with model_server.serving(model_server.model(reply)) as server:
            done = run(server.url, "--rounds", 0, source=source, proposers="llvm,model")
        check(done.status == 0, done.errors)
        check([done.function(name)["proposer"] for name in ("difference", "other")] == ["model", "llvm"], str(done.evidence["functions"]))
        check("uabd" in done.output and "uqsub" not in done.output and "#7" not in done.output, done.output)

    # No model: the instruction that LLVM does not see is found by search, the second time in the cache.
    def found_by_search():
        source, cache = run.options.work / "search.s", run.options.work / "search-cache"
        source.write_text(DIFFERENCE)
        for _ in range(2):
            done = run("", source=source, proposers="llvm,enumerate", cache=cache)
            check(done.status == 0 and "uabd" in done.output and "uqsub" not in done.output, done.errors + done.output)
            check(done.function("difference")["rules"][0].startswith("enumerated_") and not done.function("other")["rules"], str(done.evidence))
        check(list((cache / "portolan" / "enumerated").iterdir()), "nothing was remembered")

    def concurrent():
        source = run.options.work / "atomic.s"
        source.write_text("\t.text\n\t.globl\tbump\n\t.type\tbump, @function\nbump:\n\tlock addl\t$1, (%rdi)\n\tret\n\t.size\tbump, .-bump\n")
        with model_server.serving(replies(block(RIGHT))) as server:
            done = run(server.url, source=source)
        check(done.status == 2 and not server.requests, f"status {done.status}, {len(server.requests)} requests")
        check("other threads" in done.errors, done.errors)

    return {
        "right": right, "wrong immediate": filled(RIGHT.replace("#8]", "#4]")), "wrong condition": filled(RIGHT.replace("b.lt", "b.gt")),
        "holes of its own": filled(RIGHT.replace("#8]", "#?imm]").replace("b.lt", "b.?cond")), "disagreement": disagreement,
        "improbable words": improbable, "second round": second_round, "bounded rounds": bounded_rounds, "less than required": required,
        "nothing required": unrequired, "rarely wrong": rarely_wrong, "beside llvm": beside_llvm, "better than llvm": better_than_llvm, "found by search": found_by_search, "concurrent": concurrent,
    }


# Ways to bring in what nobody judged: each is an answer that is right but for this.
SMUGGLED = {
    "include": ("\t.include\t\"/etc/passwd\"\n", ".include"),
    "incbin": ("\t.incbin\t\"/etc/passwd\"\n", ".incbin"),
    "capitals": ("\t.INCBIN\t\"/etc/passwd\"\n", ".INCBIN"),
    "pushsection": ("\t.pushsection\t.init_array\n\t.quad\tkeep\n\t.popsection\n", ".pushsection"),
    "section": ("\t.section\t.text.evil\n", ".section"),
    "macro": ("\t.macro\tevil\n\tnop\n\t.endm\n\tevil\n", ".macro"),
    "data": ("\t.word\t0xd65f03c0\n", ".word"),
    "raw instruction": ("\t.inst\t0xd65f03c0\n", ".inst"),
    "second statement": ("\tnop; .incbin \"/etc/passwd\"\n", "';'"),
    "assignment": ("\tevil = 5\n", "'='"),
    "literal pool": ("\tldr\tx0, =evil\n", "'='"),
    "register alias": ("\tadd\t.req x0\n", ".req"),
    "alias name": ("\tevil\t.req x0\n", "'evil'"),
    "unknown callee": ("\tbl\tsystem\n", "'system'"),
    "string": ("\tnop \"evil\"\n", "'\"'"),
    "block comment": ("\tnop /* .incbin */\n", "'/'"),
    "numbered label": ("1:\tb\t1b\n", "numbered"),
    "hole with a directive": ("\t?op{.pushsection .evil,nop}\n", "'.pushsection .evil'"),
    "carriage return": ("\tnop\r.incbin \"/etc/passwd\"\n", "0x0d"),
    "line separator": ("\tnop\u2028.incbin\n", "0xe2"),
    "other name": ("keep2:\n\tb\tkeep3\n", "'keep3'"),
    "own label twice": (".Lx:\n\tnop\n.Lx:\n", "twice"),
}


def smuggled(run):
    def case_of(lines, reason):
        def case():
            with model_server.serving(replies(block(lines + RIGHT))) as server:
                done = run(server.url, "--rounds", 0)
            check(done.status == 2, f"status {done.status}: {done.errors}")
            check(reason in json.dumps(done.function()["guess"]["reasons"]).replace('\\"', '"'), str(done.function()["guess"]))
            check("evil" not in done.output and "passwd" not in done.output and "ldr" not in done.output, done.output)
        return case

    return {f"smuggled: {name}": case_of(*what) for name, what in SMUGGLED.items()}


def drills(run):
    """(script, what the reason must hold, seconds that it may take); the model's time is 3 s."""

    def always(send):
        return lambda handler, request: send(handler)

    def busy(status, headers=()):
        return always(lambda handler: handler.send_json({"error": {"message": f"busy with <evil> \x1b[2J {SECRET}"}}, status, headers))

    def once(status, headers=()):
        """Busy at first, then right."""
        good, state = replies(block(RIGHT)), {"count": 0}

        def script(handler, request):
            state["count"] += 1
            if state["count"] == 1:
                return handler.send_json({"error": "later"}, status, headers)
            return good(handler, request)
        return script

    def slow(handler):
        time.sleep(20)

    nonsense = {"choices": [{"message": {"content": "evil " * 30}}]}
    # Everything that the probes ask is answered well; what holds source is not.
    def then(send):
        good = replies("yes")
        return lambda handler, request: good(handler, request) if model_server.is_probe(request) else send(handler)

    cases = {
        "slow": (always(slow), "within 3 s", 8),
        "slow later": (then(slow), "within 3 s", 8),
        "endless": (then(lambda h: h.send_endless(b" " * 64, 0.05)), "within", 8),
        "endless and fast": (then(lambda h: h.send_endless(b" " * 65536, 0)), "more than", 15),
        "10 MB": (then(lambda h: h.send(200, b'{"evil": "' + b"x" * 10_000_000 + b'"}')), "more than 4194304 bytes", 15),
        "cut": (then(lambda h: h.cut(b'{"choices": [', 5000)), "cut", 12),
        "no answer": (always(lambda h: h.hang_up()), "cut", 12),
        "429": (busy(429), "429", 8),
        "429 for an hour": (busy(429, [("Retry-After", "3600")]), "as the server asks", 8),
        "500": (busy(500), "500", 8),
        "401": (busy(401), "401", 8),
        "redirect": (always(lambda h: h.send_json({}, 302, [("Location", "http://127.0.0.1:9/evil")])), "302", 8),
        "no JSON": (then(lambda h: h.send(200, "<html>evil</html>")), "no JSON", 8),
        "no UTF-8": (then(lambda h: h.send(200, b'{"choices": [{"text": "\xff\xfe evil"}]}')), "no JSON", 8),
        "deep": (then(lambda h: h.send(200, b"[" * 100000 + b"]" * 100000)), "no JSON", 8),
        "empty object": (then(lambda h: h.send_json({})), "choices", 8),
        "other types": (then(lambda h: h.send_json({"choices": {"text": 5}})), "choices", 8),
        "no text": (then(lambda h: h.send_json({"choices": [{"message": {"content": None}}]})), "no text", 8),
        "null numbers": (then(lambda h: h.send(200, b'{"choices": [{"text": "evil", "logprobs": {"tokens": [1], "token_logprobs": [null, 1e999]}}]}')), "no JSON", 8),
        "nonsense": (then(lambda h: h.send_json(nonsense)), "'evil'", 12),
        "nonsense that is no ASCII": (then(lambda h: h.send_json({"choices": [{"text": "\u200b\ud83d\ude00 evil"}]})), "ASCII", 12),
    }

    def case_of(script, reason, seconds):
        def case():
            with model_server.serving(script) as server:
                done = run(server.url, "--model-time", 3, "--rounds", 0, "--samples", 1, environment={"PORTOLAN_API_KEY": SECRET})
            check(done.status == 2, f"status {done.status}: {done.errors}")
            check(done.seconds < seconds + 5, f"{done.seconds:.1f} s")
            check("'keep' is left out" in done.errors and reason in done.errors, done.errors)
            check("evil" not in done.output and "keep" not in done.output, done.output)
            check("\x1b" not in done.errors and SECRET not in done.errors, done.errors)
        return case

    def recovers(status, headers=()):
        def case():
            with model_server.serving(once(status, headers)) as server:
                done = run(server.url)
            check(done.status == 0 and done.function()["proposer"] == "model", f"status {done.status}: {done.errors}")
        return case

    def nobody_there():
        done = run("http://127.0.0.1:9/v1", "--model-time", 3)
        check(done.status == 2 and "is left out" in done.errors, f"status {done.status}: {done.errors}")

    return {**{f"drill: {name}": case_of(*what) for name, what in cases.items()},
            "drill: 429 once": recovers(429, [("Retry-After", "1")]), "drill: 500 once": recovers(500), "drill: nobody there": nobody_there}


def endpoint(run):
    """What the server can do, who is asked, and what is kept."""

    def plain_completion():
        with model_server.serving(model_server.model(lambda n, r: [RIGHT] * 4, chat=False, several=False)) as server:
            done = run(server.url, "--samples", 2)
        check(done.status == 0, f"status {done.status}: {done.errors}")
        origin = done.function()["guess"]["origin"]
        check("plain completion, one sample at a time, no log-probabilities, grammar: none" in origin, origin)
        check(len(server.questions()) == 2 and {path for path, request, _ in server.requests if "prompt" in request} == {"/v1/completions"}, "")

    def grammar():
        with model_server.serving(model_server.model(lambda n, r: [block(RIGHT)] * 4, grammar="grammar")) as server:
            done = run(server.url)
        check(done.status == 0 and "grammar (GBNF)" in done.function()["guess"]["origin"], done.errors)
        check(server.questions()[0]["grammar"].startswith("root ::= "), "no grammar in the question")
        check("n" in server.questions()[0], "not several samples at once")

    def key():
        record = run.options.work / "recorded-key"
        cache = run.options.work / "cache-key"
        with model_server.serving(replies(block(RIGHT) + SECRET)) as server:
            done = run(server.url, "--record", record, environment={"PORTOLAN_API_KEY": SECRET}, cache=cache)
        check(done.status == 0, f"status {done.status}: {done.errors}")
        check(all(headers.get("Authorization") == f"Bearer {SECRET}" for _, _, headers in server.requests), "no key was sent")
        check(not any(SECRET in json.dumps(request) for _, request, _ in server.requests), "the key is in a request")
        kept = [path for folder in (record, cache) for path in folder.rglob("*.json")]
        check(kept and not any(SECRET in path.read_text() for path in kept), "the key was kept")
        check(SECRET not in json.dumps(done.evidence) + done.errors + done.output, "the key was shown")
        check(all(path.stat().st_mode & 0o077 == 0 for path in kept), "others may read what was asked")

    def key_in_the_open():
        done = run("http://example.org/v1", environment={"PORTOLAN_API_KEY": SECRET})
        check(done.status == 3 and "https" in done.errors and SECRET not in done.errors, f"status {done.status}: {done.errors}")

    def cached():
        cache = run.options.work / "cache"
        with model_server.serving(replies(block(RIGHT))) as server:
            first = run(server.url, cache=cache)
            count = len(server.requests)
            second = run(server.url, cache=cache)
        check(first.output == second.output and len(server.requests) == count > 0, f"{count} and {len(server.requests)} requests")
        check("sending" not in second.errors, second.errors)

    def recorded():
        record = run.options.work / "record"
        with model_server.serving(replies(block(RIGHT.replace("#8]", "#4]")))) as server:
            first = run(server.url, "--record", record)
        second = run("", "--replay", record, "--model", "test")
        check(first.status == second.status == 0 and first.output == second.output, first.errors + second.errors)
        check("sending" not in second.errors, second.errors)
        short = run("", "--replay", run.options.work / "nothing", "--model", "test")
        check(short.status == 2 and "no recorded reply" in short.errors, short.errors)

    # What a llama.cpp server said once, with small public weights (docs/model.md): whatever that is worth, it is read.
    def llama_cpp():
        source = run.options.work / "twice.s"
        source.write_text(TWICE)
        done = run("", "--replay", RECORDED, "--model", "SmolLM2-135M-Instruct.Q4_1", "--samples", 1, "--rounds", 0, source=source)
        function = done.function("twice")
        check("chat, one sample at a time, log-probabilities, grammar: grammar (GBNF)" in function["guess"]["origin"], str(function))
        check("no recorded reply" not in done.errors, done.errors)
        good = function["verdict"]["level"] in ("tested", "bounded", "proved")
        check(done.status == (0 if good else 2) and ("twice:" in done.output) == good, f"status {done.status}: {done.errors}{done.output}")

    def budget():
        with model_server.serving(replies(block(RIGHT))) as server:
            done = run(server.url, "--model-tokens", 300)
        check(done.status == 2 and "token budget" in done.errors and not server.questions(), done.errors)

    def nobody_named():
        done = run("")
        check(done.status == 3 and "--endpoint" in done.errors, f"status {done.status}: {done.errors}")

    # An endpoint in the environment alone sends nothing.
    def not_chosen():
        with model_server.serving(replies(block(RIGHT))) as server:
            done = run("", proposers="llvm,rules", environment={"PORTOLAN_ENDPOINT": server.url, "PORTOLAN_MODEL": "test"})
        check(done.status == 0 and not server.requests, f"status {done.status}, {len(server.requests)} requests")

    def unknown_proposer():
        done = run("", proposers="oracle")
        check(done.status == 3 and "oracle" in done.errors, done.errors)

    return {"plain completion": plain_completion, "grammar": grammar, "key": key, "key in the open": key_in_the_open, "cache": cached,
            "record and replay": recorded, "llama.cpp": llama_cpp, "token budget": budget, "no endpoint": nobody_named, "model not chosen": not_chosen,
            "unknown proposer": unknown_proposer}


def main():
    run = Runner(harness.options())
    return harness.run_cases({**answers(run), **smuggled(run), **drills(run), **endpoint(run)}, only=run.options.only)


if __name__ == "__main__":
    sys.exit(main())

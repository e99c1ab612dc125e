#!/usr/bin/env python3
"""`./dev bench gpu`: corpus/kernels to AMD's processors, and how many mutants of kernels the generated tests catch.

Every kernel is compiled by clang, ported and judged for each processor. Mutants are made from the kernels' PTX, one change each (a
barrier dropped, `<` for `<=`, another member mask, another lane distance, a guard dropped, another stride), and judged against
the unchanged PTX by the launches of the manifest: caught are those that are not `tested`. `--through gfx942` ports each mutant first.
A survivor of which our compiler makes the machine code of the original, for both widths of waves, changes nothing: it is dropped, and
another one drawn. So is one that the prover shows to be the same for a dozen launches (docs/verdicts.md): these are listed apart. Verdicts are kept beside the work files: a run that was stopped (`--seconds`) goes on with the same build.

`--prover-mutants N` asks the prover of kernels instead: N mutants of the AMD code of kernels that it proves. What it claims of one that it
calls proved is kept, and each launch that the claim names is tested by itself: a difference there is a wrong proof, and the exit status
is 1. The launches of the manifest beyond the claim are tested apart: a difference there says nothing of the proof.
"""

import argparse
import collections
import datetime
import hashlib
import json
import pathlib
import random
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "corpus" / "kernels"
TARGETS = ("gfx1100", "gfx942", "gfx90a", "gfx1030")
UNREFUTED = ("tested", "proved-of-numbers", "proved")
OPPOSITE = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "lo": "ls", "ls": "lo", "hi": "hs", "hs": "hi"}


def run(*words, seconds=1200):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=seconds)


def bodies(lines):
    """(kernel, first line, last line) of a PTX file."""
    name, first = None, None
    for n, line in enumerate(lines):
        started = re.match(r"\s*\.visible \.entry (\w+)", line)
        if started:
            name, first = started[1], n
        if line.startswith("}") and name:
            yield name, first, n
            name = None


def changes(line):
    """(kind, changed line); None: the line goes away."""
    if re.search(r"\bbar(rier)?\.sync", line):
        yield "barrier", None
    found = re.search(r"\bsetp\.(lt|le|gt|ge|lo|ls|hi|hs)\.([su]\d+)", line)
    if found:
        yield "comparison", line.replace(f"setp.{found[1]}.", f"setp.{OPPOSITE[found[1]]}.")
    if re.match(r"\s*@!?%p\d+ bra", line):
        yield "guard", None
    # Distance, clamp and members of a shuffle; members of a vote.
    found = re.match(r"(\s*shfl\.sync\.\w+\.b32\s+[^,]+, [^,]+, )(\d+)(, \d+, )(-?\d+)(;.*)", line)
    if found:
        yield "lane distance", f"{found[1]}{(int(found[2]) * 2) % 32 if int(found[2]) != 16 else 8}{found[3]}{found[4]}{found[5]}"
        yield "mask", f"{found[1]}{found[2]}{found[3]}65535{found[5]}"
    found = re.match(r"(\s*vote\.sync\.\w+\.(?:b32|pred)\s+[^,]+, [^,]+, )(-?\d+)(;.*)", line)
    if found:
        yield "mask", f"{found[1]}65535{found[3]}"
    found = re.match(r"(\s*(?:mul\.wide|mul\.lo|mad\.lo|mad\.wide)\.\w+\s+%\w+, %\w+, )(\d+)(.*;.*)", line)
    if found:
        yield "stride", f"{found[1]}{int(found[2]) * 2}{found[3]}"
    found = re.match(r"(\s*shl\.b(?:32|64)\s+%\w+, %\w+, )(\d+)(;.*)", line)
    if found:
        yield "stride", f"{found[1]}{int(found[2]) + 1}{found[3]}"


AMD_CHANGES = (
    ("barrier", r"^\s*s_barrier\b.*", ""),
    ("comparison", r"\b([vs]_cmpx?_)(lt|le|gt|ge)_", lambda m: f"{m[1]}{ {'lt': 'le', 'le': 'lt', 'gt': 'ge', 'ge': 'gt'}[m[2]] }_"),
    ("arithmetic", r"\b(v_(?:pk_)?)add(_(?:f16|f32|f64))", r"\1mul\2"),
    ("arithmetic", r"\b(v_dual_)add_f32", r"\1mul_f32"),
    ("arithmetic", r"\bv_(max|min)_([iu]32)", lambda m: f"v_{'min' if m[1] == 'max' else 'max'}_{m[2]}"),
    ("arithmetic", r"\b(v_add|v_sub)_(nc_)?u32", lambda m: f"{'v_sub' if m[1] == 'v_add' else 'v_add'}_{m[2] or ''}u32"),
    ("place", r"\boffset:(\d+)", lambda m: f"offset:{int(m[1]) ^ 4}"),
    ("place", r"^(\s*(?:global|ds)_(?:load|store|read|write)_\S+ .*[^0-9])$", r"\1 offset:4"),
    ("shift", r"\b(v_lshlrev_b32\S* v\d+, )(\d+)(, v\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}"),
    ("lane", r"\b(v_xor_b32\S* v\d+, )(\d+)(, v\d+)", lambda m: f"{m[1]}{int(m[2]) ^ 6}{m[3]}"),
    ("mask", r"\b(v_and_b32\S* v\d+, )(\d+)(, v\d+)", lambda m: f"{m[1]}{int(m[2]) >> 1}{m[3]}"),
    ("product", r"\b(v_fma(?:c)?)_f32(\S*) (v\d+), (\S+), ", r"\1_f32\2 \3, 1.0, "),
)


def amd_mutants(text, kernel):
    """Of one kernel of an assembly file, one change each."""
    lines = text.split("\n")
    first = lines.index(f"{kernel}:")
    last = next(n for n in range(first, len(lines)) if lines[n].strip().startswith("s_endpgm"))
    for n in range(first + 1, last):
        for kind, pattern, change in AMD_CHANGES:
            changed = re.sub(pattern, change, lines[n], count=1)
            if changed != lines[n]:
                yield kind, n + 1, "\n".join(lines[:n] + [changed] + lines[n + 1:])


def claimed_launch(manifest, kernel, launch, without_large):
    """A manifest's text with nothing but one launch of one kernel: the sizes that a claim names; `without_large`: and no input that may be
    a denominator of 2^126 or more."""
    tables = [t for t in re.split(r"(?m)^(?=\[\[kernel\]\])", manifest) if re.search(rf'(?m)^name = "{kernel}"$', t)]
    if len(tables) != 1:
        raise ValueError(f"{kernel} stands {len(tables)} times in the manifest")
    sizes = {name: int(value) for name, value in re.findall(r"(\w+)=(-?\d+)", launch)}
    line = re.search(r"(?m)^sizes = .*$", tables[0])
    if not line and not sizes:
        return tables[0]
    if not line or set(sizes) != set(re.findall(r"(\w+) = ", line[0][len("sizes = "):])):
        raise ValueError(f"the claim's sizes of {kernel} are not the manifest's: {launch}")
    stated = "sizes = { " + ", ".join(f"{name} = {value}" for name, value in sizes.items()) + " }"
    if without_large and not re.search(r"(?m)^inputs = ", tables[0]):
        stated += '\ninputs = ["small", "random", "ramp", "cancelling"]'
    return tables[0].replace(line[0], stated)


def test_claim(args, ptx, mutant, kernel, verdict, folder):
    """Differences at the launches that the claim names, one after the other; launches that could not be compared."""
    manifest, differing, silent = (KERNELS / "port.toml").read_text(), [], 0
    for launch in verdict["proof"]["launches"]:
        only = folder / "claimed.toml"
        only.write_text(claimed_launch(manifest, kernel, launch["launch"], "2^126" in verdict["claim"]))
        done = run(args.portolan, "verify", ptx, mutant, "--function", kernel, "--manifest", only, "--json", "--kernel-time", "0", "--proof-time", "0", "--tests", "16",
                   "--require", "none")
        found = json.loads(done.stdout)["functions"][0]["verdict"]
        if found["level"] == "refuted" or found.get("reason") == "race":
            differing.append(f"{launch['launch']}: {found['word']}: {found.get('detail')}")
        elif found["level"] != "tested":
            silent += 1
    return differing, silent


def prove_mutants(args):
    """How many mutants of AMD code the prover takes for the original, and whether a test tells any of these apart where it claims it."""
    folder, drawn, counts, record = args.work / "prover", [], {}, []
    for target in ("gfx1100", "gfx942"):
        out = folder / target
        run(args.portolan, "port", KERNELS, "--to", f"amdgcn:{target}", "--out", out, "--compiler", "clang", "--tests", "8")
        for f in json.loads((out / "report.json").read_text())["files"]:
            for k in f["kernels"]:
                if k["verdict"]["level"] == "proved":
                    ptx, assembly = (out / (pathlib.Path(f["file"]).name + ending) for ending in (".ptx", ".s"))
                    drawn += [(ptx, k["name"], target, *m) for m in amd_mutants(assembly.read_text(), k["name"])]
    print(f"{len(drawn)} mutants that there are", flush=True)
    judged, mutant, start = 0, folder / "mutant.s", time.monotonic()
    words = ("--manifest", KERNELS / "port.toml", "--json", "--kernel-time", "0", "--require", "none")
    for ptx, kernel, target, kind, line, text in random.Random(args.seed).sample(drawn, len(drawn)):
        if judged == args.prover_mutants or (args.seconds and time.monotonic() - start > args.seconds):
            break
        mutant.write_text(text)
        done = run(args.portolan, "verify", ptx, mutant, "--function", kernel, "--tests", "0", *words)
        if not done.stdout.startswith("{"):
            continue
        judged += 1
        verdict = json.loads(done.stdout)["functions"][0]["verdict"]
        counts[verdict["word"]] = counts.get(verdict["word"], 0) + 1
        if verdict["level"] != "proved":
            continue
        differing, silent = test_claim(args, ptx, mutant, kernel, verdict, folder)
        tested = run(args.portolan, "verify", ptx, mutant, "--function", kernel, "--tests", "60", "--proof-time", "0", *words)
        beyond = json.loads(tested.stdout)["functions"][0]["verdict"]
        record.append({"mutant": f"{target} {kernel}, {kind}, line {line}: {text.splitlines()[line - 1].strip()}", "claim": verdict["claim"],
                       "launches": [launch["launch"] for launch in verdict["proof"]["launches"]], "differing": differing, "not_compared": silent,
                       "beyond": beyond["word"], "beyond_detail": beyond.get("detail")})  # fmt: skip
        (folder / f"claims-{args.seed}.json").write_text(json.dumps(record, indent=1) + "\n")
        print(json.dumps({key: record[-1][key] for key in ("mutant", "differing", "not_compared", "beyond", "beyond_detail")}), flush=True)
    wrong = [r for r in record if r["differing"]]
    for r in wrong:
        print("PROVED, AND TESTS DIFFER WHERE IT IS CLAIMED:", r["mutant"], r["differing"], r["claim"])
    counted = {"judged": judged, "of": len(drawn), "words": counts, "proved": len(record), "wrong": len(wrong),
               "launches": sum(len(r["launches"]) for r in record), "not_compared": sum(r["not_compared"] for r in record),
               "beyond": [f"{r['mutant']}: {r['beyond']}" for r in record if not r["differing"] and r["beyond"].startswith(("REFUTED", "refuted"))]}  # fmt: skip
    print(json.dumps(counted))
    if args.docs:
        sys.path.insert(0, str(ROOT / "bench"))
        from common import report

        report.replace_section(args.docs, "prover_mutants", prover_section(args, counted))
    return 1 if wrong else 0


def prover_section(args, c):
    words = ", ".join(f"{n} {word}" for word, n in sorted(c["words"].items(), key=lambda item: -item[1]))
    return "\n".join([
        "## Mutants that the prover of kernels is asked about", "",
        f"Command: `./dev bench gpu --prover-mutants {args.prover_mutants} --seed {args.seed}`, {datetime.date.today().isoformat()}, sources of {args.build}.", "",
        f"{c['judged']} mutants of the AMD code of proved kernels (gfx1100 and gfx942), of {c['of']}: {words}. Of the {c['proved']} proved, each launch that its claim names was "
        f"tested by itself ({c['launches']} launches, 16 fillings each; at {c['not_compared']} nothing could be compared): {c['wrong']} differ.", "",
        "Launches of the manifest beyond the claim tell these apart, which is no fault of a proof:" if c["beyond"] else "Launches of the manifest beyond the claims tell none apart.", "",
        *[f"- `{b}`" for b in c["beyond"]], ""])  # fmt: skip


def mutants(folder):
    """Of every kernel of a folder of PTX: (file, kernel, kind, line, text of the file)."""
    for path in sorted(folder.glob("*.ptx")):
        lines = path.read_text().split("\n")
        for kernel, first, last in bodies(lines):
            for n in range(first, last):
                for kind, changed in changes(lines[n]):
                    yield path, kernel, kind, n + 1, "\n".join(lines[:n] + [changed if changed is not None else ""] + lines[n + 1:])


def port(portolan, work, target):
    out = work / target
    done = run(portolan, "port", KERNELS, "--to", f"amdgcn:{target}", "--out", out, "--compiler", "clang", "--kernel-time", "120000", seconds=7200)
    report = json.loads((out / "report.json").read_text())
    kernels = [k for f in report["files"] for k in f["kernels"]]
    for k in kernels:
        if k["verdict"]["level"] not in UNREFUTED:
            print(f"{target}: {k['name']}: {k['verdict']['word']}: {k['verdict'].get('detail', '')}")
    levels = {level: sum(k["verdict"]["level"] == level for k in kernels) for level in ("proved", "proved-of-numbers", "tested", "refused", "refuted", "unknown")}
    words = collections.Counter(k["verdict"]["word"] for k in kernels if k["verdict"]["level"] == "proved-of-numbers")
    why = collections.Counter(k["verdict"]["proof"]["reason"] for k in kernels if k["verdict"]["level"] == "tested" and "proof" in k["verdict"])
    return {"files": len(report["files"]), "kernels": len(kernels), **levels, "words": dict(words), "why": dict(why), "status": done.returncode}


def judge(portolan, original, kernel, mutant, through, work):
    """Whether the tests catch it, and by which word."""
    target = work / "mutant.ptx"
    target.write_text(mutant)
    if through:
        assembly = work / "mutant.s"
        assembly.unlink(missing_ok=True)
        run(portolan, "translate", target, "--to", f"amdgcn:{through}", "--function", kernel, "--require", "none", "-o", assembly)
        if not assembly.exists():
            return None, "refused"
        target = assembly
    try:
        done = run(portolan, "verify", original, target, "--function", kernel, "--manifest", KERNELS / "port.toml", "--tests", "30",
                   "--kernel-time", "0", "--proof-time", "15000", "--json")
    except subprocess.TimeoutExpired:  # says more of this machine than of the mutant
        return None, "not judged in 20 minutes"
    if not done.stdout.startswith("{"):
        return None, done.stderr.strip()[:200]
    verdict = json.loads(done.stdout)["functions"][0]["verdict"]
    return verdict["level"] not in UNREFUTED, verdict["word"]


def same_code(portolan, original, kernel, mutant, work):
    """Whether the mutant becomes the same machine code."""
    changed = work / "mutant.ptx"
    changed.write_text(mutant)
    for target in TARGETS[:2]:
        texts = []
        for path in (original, changed):
            out = work / "same.s"
            out.unlink(missing_ok=True)
            run(portolan, "translate", path, "--to", f"amdgcn:{target}", "--function", kernel, "--require", "none", "-o", out)
            texts.append(out.read_text().replace(str(path), "") if out.exists() else None)
        if texts[0] is None or texts[0] != texts[1]:
            return False
    return True


class Verdicts:
    """What was found of each mutant by this build, by its text."""

    def __init__(self, portolan, work, through):
        digest = hashlib.sha256(portolan.read_bytes() + (KERNELS / "port.toml").read_bytes()).hexdigest()[:16]
        self.path = work / f"verdicts-{digest}-{through}.json"
        self.known = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.portolan, self.work, self.through = portolan, work, through

    def target(self, name):
        if name not in self.known:
            self.known[name] = port(self.portolan, self.work, name)
            self.path.write_text(json.dumps(self.known))
        return self.known[name]

    def of(self, path, kernel, kind, line, text):
        key = hashlib.sha256(f"{path.name} {kernel} {kind} {text}".encode()).hexdigest()
        if key not in self.known:
            caught, word = judge(self.portolan, path, kernel, text, self.through, self.work)
            if caught is False and word != "proved" and same_code(self.portolan, path, kernel, text, self.work):
                word = "same code"
            self.known[key] = [caught, word]
            self.path.write_text(json.dumps(self.known))
        return self.known[key]


def section(record):
    words = sorted({word for r in record["targets"].values() for word in r["words"]})
    rows = [f"| {t} | {r['kernels']} | {r['proved']} | {''.join(str(r['words'].get(word, 0)) + ' | ' for word in words)}{r['tested']} | {r['refused']} | {r['refuted']} | {r['unknown']} |" for t, r in record["targets"].items()]
    dropped = f", of {record['drawn']} drawn; {record['same']} became the original's machine code and were dropped, as were {len(record['equal'])} that the prover shows to be the same for a dozen launches"
    kinds = [f"| {kind} | {caught} of {all_} |" for kind, (caught, all_) in sorted(record["kinds"].items())]
    caught, total = record["caught"], record["mutants"]
    stopped = "" if total == record["wanted"] else f" (the run was stopped: these are the first of {record['wanted']} in a random order)"
    through = f", each ported to {record['through']} first" if record["through"] else ""
    return "\n".join([
        "## Kernels to AMD's processors", "", f"Command: `./dev bench gpu --mutants {record['wanted']} --seed {record['seed']}`, {record['date']}, sources of {record['build']}.", "",
        f"The {record['targets'][TARGETS[0]]['kernels']} kernels of corpus/kernels ({record['targets'][TARGETS[0]]['files']} files), CUDA source "
        "through clang to PTX, ported and judged by 20 launches each on our SIMT engine:", "",
        f"| to | kernels | proved | {''.join(word + ' | ' for word in words)}tested | refused | refuted | unknown |",
        f"| {'--- | ' * (7 + len(words))}".rstrip(), *rows, "",
        *[f"Not proved for {t}: " + ", ".join(f"{count} {reason}" for reason, count in sorted(r["why"].items(), key=lambda item: -item[1])) + "."
          for t, r in record["targets"].items()], "",
        f"Mutants (one change of a kernel's PTX{through}), against the unchanged PTX by 30 launches: {caught} of {total} caught{stopped} "
        f"({100 * caught / max(1, total):.1f} %){dropped}. Survivors are counted as missed, whether they differ or not:", "",
        *[f"- `{s}`" for s in record["survivors"]], "",
        "Proved the same, and dropped:", "", *[f"- `{e}`" for e in record["equal"]], "",
        "| change | caught |", "| --- | --- |", *kinds, ""])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--through", choices=TARGETS)
    parser.add_argument("--prover-mutants", type=int, metavar="N")
    parser.add_argument("--seconds", type=float, help="stop after this time; the next run goes on")
    parser.add_argument("--build", default="this build", help="what the record calls the sources of the command")
    parser.add_argument("--docs", type=pathlib.Path, help="record the result in this file")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.prover_mutants:
        return prove_mutants(args)
    verdicts = Verdicts(args.portolan, args.work, args.through)
    sources = args.work / "sources"  # the PTX of all, nothing judged
    if not (sources / "report.json").exists():
        run(args.portolan, "port", KERNELS, "--to", f"amdgcn:{TARGETS[0]}", "--out", sources, "--compiler", "clang", "--require", "none")
    everything = list(mutants(sources))
    drawn = random.Random(args.seed).sample(everything, len(everything))
    kinds, survivors, equal, unjudged, same, tried, start = {}, [], [], 0, 0, 0, time.monotonic()
    for path, kernel, kind, line, text in drawn:
        if sum(c[1] for c in kinds.values()) == args.mutants:
            break
        if args.seconds and time.monotonic() - start > args.seconds:
            print("stopped: the time is over")
            break
        tried += 1
        caught, word = verdicts.of(path, kernel, kind, line, text)
        if word == "same code":
            same += 1
            continue
        if word == "proved":
            equal.append(f"{path.name}:{line} {kernel}, {kind}: {path.read_text().splitlines()[line - 1].strip()}")
            continue
        if caught is None:
            unjudged += 1
            print(f"not judged: {path.name}:{line} {kernel}, {kind}: {word}")
            continue
        counts = kinds.setdefault(kind, [0, 0])
        counts[0] += caught
        counts[1] += 1
        if not caught:
            survivors.append(f"{path.name}:{line} {kernel}, {kind}: {path.read_text().splitlines()[line - 1].strip()}")
    targets = {t: verdicts.target(t) for t in TARGETS}
    for t, r in targets.items():
        print(t, json.dumps(r))
    for survivor in survivors:
        print("survives:", survivor)
    for e in equal:
        print("proved the same:", e)
    caught, total = (sum(c[n] for c in kinds.values()) for n in range(2))
    print(f"seed {args.seed}: {caught} of {total} mutants caught ({100 * caught / max(1, total):.1f} %), {same} that change nothing, {len(equal)} proved the same and {unjudged} not judged, "
          f"of {len(everything)} that there are")
    if args.docs:
        sys.path.insert(0, str(ROOT / "bench"))
        from common import report

        record = {"targets": targets, "kinds": kinds, "caught": caught, "mutants": total, "through": args.through, "wanted": args.mutants,
                  "drawn": tried, "same": same, "equal": equal, "survivors": survivors,
                  "date": datetime.date.today().isoformat(), "seed": args.seed, "build": args.build}  # fmt: skip
        report.replace_section(args.docs, "gpu", section(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())

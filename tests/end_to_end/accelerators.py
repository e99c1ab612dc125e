"""Described accelerators through the command: recorded runs of other simulators, golden words of another assembler,
descriptions with a mistake in them, and how programs end.

The recorded runs in vectors/ are the first of each family of ../shared/oracles/*.jsonl (its README says whose they are);
where that folder is found, above this repository or by PORTOLAN_ORACLES, all of them run.
"""
import collections
import html.parser
import json
import math
import os
import pathlib
import re
import struct
import sys

import harness
from harness import ROOT, Skip, check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

CHIPS = ROOT / "corpus" / "accelerators"
SAMPLES = ROOT / "tests" / "end_to_end" / "vectors"
RECORDED = ("vta", "gemmini")

# Words that PLENA's own assembler gave.
GOLDEN = (
    ("S_ADDI_INT gp1,gp0,128", 0x00200062),
    ("M_MM 0,gp2,gp4", 0x00010801),
    ("M_MM_WO gp1,gp0,0", 0x00000046),
    ("V_SUB_VF gp2,gp1,f0,0,1", 0x00400490),
    ("V_RED_SUM f3,gp2", 0x000008D5),
    ("H_PREFETCH_M gp2,gp3,a1,1,0", 0x00044CA8),
    ("C_SET_ADDR_REG a1,gp0,gp1", 0x0000406B),
    ("C_LOOP_START gp4,8", 0x0000212F),
    ("C_LOOP_END gp4", 0x00000130),
)

# A mistake in a description, each of a kind that the traps of the chips invite, that recorded runs must notice.
MISTAKES = (
    ("vta", "u8.wrap(acc_mem", "u8.saturate(acc_mem"),
    ("vta", "acc_mem[d][j] := s32.wrap(acc_mem[d][j] + sum", "acc_mem[d][j] := s32.wrap(sum"),
    ("vta", "(y - y_pad_0) * x_stride", "y * x_stride"),
    ("vta", "waits g2s if pop_prev", "waits g2s if pop_prev and x_size != 0"),
    ("vta", "imm        [127:112] : signed", "imm        [127:112]"),
    ("gemmini", "s8.saturate(round_even(f32(x) * scale))", "s8.saturate(round_zero(f32(x) * scale))"),
    ("gemmini", "together i in 0 .. DIM, j in 0 .. DIM {\n      write_result", "for i in 0 .. DIM, j in 0 .. DIM {\n      write_result"),
    ("gemmini", "let row = address.row + i + j / DIM * DIM", "let row = address.row + i"),
    ("gemmini", "else if swapped then spad[preload_address + j][i]", "else if swapped then spad[preload_address + i][j]"),
    ("gemmini", "if overwrite == 1 and k == 0 then 0 else ADDING", "ADDING"),
    ("gemmini", "127.0 / f32(stat_sum[s])", "1.0 / f32(stat_sum[s])"),
    ("gemmini", "st_activation == IGELU then igelu(v)", "st_activation == IGELU then v"),
)

TOKENLESS = "load.uop 0, 0, 1 x 1 stride 1 pop_prev\nfinish\n"


def oracles():
    named = os.environ.get("PORTOLAN_ORACLES")
    places = [pathlib.Path(named)] if named else [folder / "shared" / "oracles" for folder in ROOT.parents]
    for place in places:
        if place.is_dir():
            return place
    raise Skip("no shared/oracles above the repository; PORTOLAN_ORACLES names another place")


def single(value):
    """To a float32."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def brain(value):
    """To the nearest bfloat16, ties to even."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000))[0]


Said = collections.namedtuple("Said", "status stdout stderr")


class Accelerators:
    def __init__(self, options):
        self.portolan = options.portolan
        self.work = options.work

    def run(self, *arguments, status=0, timeout=300):
        outcome = toolchain.run([self.portolan, "isa", *arguments], timeout=timeout)
        outcome = Said(outcome.status, outcome.stdout.decode(), outcome.stderr)
        check(outcome.status in (status if isinstance(status, tuple) else (status,)),
              f"isa {arguments}: status {outcome.status}, not {status}\n{outcome.stdout}{outcome.stderr}")
        return outcome

    def write(self, name, text):
        path = self.work / name
        path.write_text(text)
        return path

    def agree(self, chip, vectors):
        total = sum(1 for line in vectors.read_text().splitlines() if line.strip())
        counts = json.loads(self.run("run", chip, "--vectors", vectors, "--json").stdout)
        said = {key: counts[key] for key in ("agreeing", "differing", "refused")}
        check(total > 0 and said == {"agreeing": total, "differing": 0, "refused": 0}, f"{total} vectors: {said}")

    def sample(self, chip):
        self.agree(chip, SAMPLES / f"{chip}.jsonl")

    def everything(self, chip):
        self.agree(chip, oracles() / f"{chip}.jsonl")

    def mistake(self, number):
        chip, right, wrong = MISTAKES[number]
        text = (CHIPS / f"{chip}.isa").read_text()
        check(right in text, f"{chip}.isa has no {right!r}")
        path = self.write(f"mistake{number}.isa", text.replace(right, wrong))
        self.run("run", path, "--vectors", SAMPLES / f"{chip}.jsonl", status=(1, 2))

    def exit_status(self):
        line = json.loads((SAMPLES / "vta.jsonl").read_text().splitlines()[0])
        changed = dict(line, dram_out=[dict(line["dram_out"][0], hex="00" + line["dram_out"][0]["hex"][2:])])
        outcome = self.run("run", "vta", "--vectors", self.write("changed.jsonl", json.dumps(changed)), status=1)
        check(f"address {line['dram_out'][0]['addr']}: recorded 00" in outcome.stdout, outcome.stdout)
        other = dict(line, config=dict(line["config"], batch=2))
        outcome = self.run("run", "vta", "--vectors", self.write("other.jsonl", json.dumps(other)), status=2)
        check("0 agreeing, 0 differing, 1 refused" in outcome.stdout and "batch" in outcome.stdout, outcome.stdout)
        outcome = self.run("run", "vta", "--vectors", self.write("broken.jsonl", json.dumps(line) + "\n{\n"), status=3)
        check("broken.jsonl:2: error: " in outcome.stderr, outcome.stderr)
        self.run("run", "vta", "--vectors", self.write("empty.jsonl", ""), status=2)
        self.run("run", "nosuchchip", "--vectors", SAMPLES / "vta.jsonl", status=3)

    def golden_words(self):
        source = self.write("golden.s", "".join(text + "\n" for text, _ in GOLDEN))
        words = [int(line, 16) for line in self.run("asm", "plena", source).stdout.split()]
        check(words == [word for _, word in GOLDEN], " ".join(f"{word:08x}" for word in words))

    def there_and_back(self, chip):
        outcome = self.run("fuzz", chip, "--count", "300", "--seed", "7")
        check("read back" in outcome.stdout and re.search(r"come to the same; [1-9]\d* meanings compiled", outcome.stdout), outcome.stdout)
        # As bytes and as text, through files.
        if chip not in RECORDED:
            return
        program = json.loads((SAMPLES / f"{chip}.jsonl").read_text().splitlines()[-1])["program"]
        if not isinstance(program[0], str):
            return
        raw = self.work / f"{chip}.bin"
        raw.write_bytes(bytes.fromhex("".join(program)))
        text = self.write(f"{chip}.s", self.run("disasm", chip, raw, "--bytes").stdout)
        check(".word" not in text.read_text(), text.read_text())
        self.run("asm", chip, text, "--bytes", "-o", self.work / f"{chip}.again")
        check((self.work / f"{chip}.again").read_bytes() == raw.read_bytes(), "the bytes differ")
        words = self.write(f"{chip}.words", self.run("asm", chip, text).stdout)
        check(self.run("disasm", chip, words).stdout == text.read_text(), "the texts differ")

    def page(self, chip):
        class Reader(html.parser.HTMLParser):
            open, seen = [], set()

            def handle_starttag(self, tag, attributes):
                self.seen.update(value for key, value in attributes if key == "id")
                if tag not in ("meta", "br"):
                    self.open.append(tag)

            def handle_endtag(self, tag):
                check(self.open and self.open.pop() == tag, f"</{tag}> closes something else")

        reader = Reader()
        reader.open, reader.seen = [], set()
        reader.feed(self.run("doc", chip).stdout)
        check(not reader.open, f"left open: {reader.open}")
        names = re.findall(r"^instruction (\w+)", (CHIPS / f"{chip}.isa").read_text(), re.MULTILINE)
        check(names and {f"i-{name}" for name in names} <= reader.seen, "instructions are missing")

    def deadlock(self):
        outcome = self.run("run", "vta", self.write("deadlock.s", TOKENLESS), status=2)
        check("deadlock" in outcome.stdout and "deadlock.s:1: error: instruction 0 (load_uop) waits for a token of l2g" in outcome.stderr,
              outcome.stdout + outcome.stderr)

    def endless(self):
        loop = "S_ADDI_INT gp1, gp0, 1\n" + "C_LOOP_START gp2, 4000000\n" * 3 + "C_LOOP_END gp2\n" * 3
        outcome = self.run("run", "plena", self.write("endless.s", loop), "--steps", "100000", status=2)
        check("endless" in outcome.stdout, outcome.stdout + outcome.stderr)

    def hardware_loop(self):
        loop = "C_LOOP_START gp2, 5\nC_LOOP_START gp3, 7\nS_ADDI_INT gp1, gp1, 2\nC_LOOP_END gp3\nC_LOOP_END gp2\n"
        outcome = self.run("run", "plena", self.write("loop.s", loop), "--dump", "gp:1:1")
        check("gp 1: 00000046" in outcome.stdout, outcome.stdout)  # 2 * 5 * 7

    def silu(self):
        """x / (1 + exp(-x)) over MX blocks, against bfloat16 arithmetic in Python."""
        elements = [(37 * n + 11) % 256 for n in range(64)]
        elements = [e if e & 0x7F != 0x7F else 0x40 for e in elements]
        powers = [120 + n for n in range(8)]
        values = []
        for n, e in enumerate(elements):
            exponent, fraction = (e >> 3) & 15, e & 7
            magnitude = fraction * 2.0**-10 if exponent == 0 else (8 + fraction) * 2.0 ** (exponent - 10)
            values.append(brain((-magnitude if e & 0x80 else magnitude) * 2.0 ** (powers[n // 8] - 127)))
        expected = []
        for x in values:
            t = brain(single(0.0 - x))
            t = brain(single(math.exp(max(-88.0, min(88.0, t)))))
            t = brain(single(t + 1.0))
            t = brain(single(1.0 / t))
            expected.append(brain(single(x * t)))
        program = """S_ADDI_INT gp4, gp0, 0x1000
            C_SET_ADDR_REG a1, gp0, gp4
            S_ADDI_INT gp5, gp0, 0x800
            C_SET_SCALE_REG gp5
            H_PREFETCH_V gp0, gp0, a1, 0, 0
            S_EXP_FP f1, f0
            S_ADDI_INT gp2, gp0, 64
            V_SUB_VF gp2, gp0, f0, 0, 1
            V_EXP_V gp2, gp2, 0
            V_ADD_VF gp2, gp2, f1, 0
            V_RECI_V gp2, gp2, 0
            V_MUL_VV gp2, gp0, gp2, 0
            """
        rows = bytes(elements * 4).hex(), bytes(powers * 4).hex()
        outcome = self.run("run", "plena", self.write("silu.s", program), "--load", f"0x1000={rows[0]}", "--load",
                           f"0x1800={rows[1]}", "--dump", "vram:64:64")
        got = [struct.unpack("<f", struct.pack("<I", int(bits, 16) << 16))[0] for bits in outcome.stdout.splitlines()[0].split()[2:]]
        wrong = [(v, g, e) for v, g, e in zip(values, got, expected) if g != e]
        check(len(got) == 64 and not wrong, f"(x, here, expected): {wrong[:4]}")

    def bad_description(self):
        text = (CHIPS / "vta.isa").read_text()
        path = self.write("overlap.isa", text.replace("encoding opcode = 3", "encoding opcode = 2"))
        outcome = self.run("check", path, status=3)
        check(re.search(r"overlap\.isa:\d+:\d+: error: the encodings of gemm \(line \d+\) and finish overlap", outcome.stderr), outcome.stderr)
        self.run("check", self.work / "nothing.isa", status=3)
        self.run("check", "gemmini", "--set", "DIM=5", status=3)
        self.run("check", "gemmini", "--set", "DIM=8")
        self.run("fuzz", "vta", "--count", "-1", status=3)  # not 2^64 - 1 of them

    def documented(self):
        """The chip that docs/add-an-accelerator.md builds up works as it says."""
        page = (ROOT / "docs" / "add-an-accelerator.md").read_text()
        blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
        chip = self.write("tally.isa", "".join(re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in blocks))
        self.run("check", chip)
        self.run("fuzz", chip, "--count", "100")
        values = [n / 2 for n in range(8)]
        memory = b"".join(struct.pack("<f", value)[2:] for value in values).hex()
        program = "set v1, 16\nload v2, v1, -16\nset v3, 1\nadd v3, v2, v2\n"
        outcome = self.run("run", chip, self.write("tally.s", program), "--load", f"0={memory}", "--dump", "pad:8:8")
        got = [struct.unpack("<f", bytes(2) + bytes.fromhex(bits)[::-1])[0] for bits in outcome.stdout.splitlines()[0].split()[2:]]
        check(got == [2 * value for value in values] and "7 cycles" in outcome.stdout, outcome.stdout)
        odd = self.run("run", chip, self.write("odd.s", "set v1, 3\nload v2, v1\n"), status=2)
        check("odd.s:2: error: an odd address" in odd.stderr and "tally.isa:" in odd.stderr, odd.stderr)

    def no_chip_in_sources(self):
        """A chip is one file; nothing else knows of it."""
        names = "|".join(path.stem for path in CHIPS.glob("*.isa"))
        check("vta" in names, "no descriptions")
        found = []
        for folder in ("ir", "frontends", "emulate", "verify", "translate", "gpu", "cli"):
            for path in (ROOT / folder).rglob("*"):
                if path.suffix in (".cpp", ".h", ".def") and re.search(rf"(?<![a-z])({names})(?![a-z])", path.read_text(), re.IGNORECASE):
                    found.append(path)
        check(not found, f"{found}")

    def cases(self):
        cases = {"exit_status": self.exit_status, "golden_words": self.golden_words, "deadlock": self.deadlock, "endless": self.endless,
                 "hardware_loop": self.hardware_loop, "silu": self.silu, "bad_description": self.bad_description,
                 "documented": self.documented,
                 "no_chip_in_sources": self.no_chip_in_sources}
        for path in sorted(CHIPS.glob("*.isa")):
            cases[f"check.{path.stem}"] = lambda path=path: self.run("check", path.stem)
            cases[f"there_and_back.{path.stem}"] = lambda path=path: self.there_and_back(path.stem)
            cases[f"page.{path.stem}"] = lambda path=path: self.page(path.stem)
        for chip in RECORDED:
            cases[f"sample.{chip}"] = lambda chip=chip: self.sample(chip)
            cases[f"all.{chip}"] = lambda chip=chip: self.everything(chip)
        for number, (chip, _, wrong) in enumerate(MISTAKES):
            cases[f"mistake.{number}.{chip}"] = lambda number=number: self.mistake(number)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Accelerators(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())

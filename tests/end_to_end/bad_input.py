"""Bad input to the command: each case must end with the exit status of the design, a message that names the place, no
crash, and no output file left behind, whole or partial.

Exit status: 0 as required, 1 refuted, 2 fell short, 3 wrong usage or unreadable input, 4 internal error.
"""
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import time

import harness
from harness import Skip, check

import crossing
from common import toolchain

GOOD = "\t.text\n\t.globl\tf\n\t.type\tf, @function\nf:\n\tleal\t1(%rdi), %eax\n\tret\n\t.size\tf, .-f\n"


class BadInput:
    def __init__(self, options):
        self.portolan = options.portolan
        self.work = options.work

    def folder(self, name):
        path = self.work / name
        path.mkdir()
        return path

    def write(self, name, content):
        """An input file in a folder of its own, so that whatever is left behind shows."""
        path = self.folder(name) / "input.s"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def refuse(self, source, status, *patterns, output=None, extra=()):
        """Translates; checks status, message and what is in the output's folder: the input, and after status 2 the
        output, which holds the functions that could be translated and lacks the others."""
        output = output or source.parent / "out.s"
        before = sorted(os.listdir(output.parent)) if output.parent.is_dir() else None
        outcome = toolchain.run([self.portolan, "translate", source, "--to", "aarch64", "-o", output, *extra], timeout=120)
        said = f"status {outcome.status}, stderr:\n{outcome.stderr}"
        check(outcome.status in (status if isinstance(status, tuple) else (status,)), f"expected {status}; {said}")
        for pattern in patterns:
            check(re.search(pattern, outcome.stderr, re.MULTILINE), f"no {pattern!r} in the message; {said}")
        check("terminate called" not in outcome.stderr and "Assertion" not in outcome.stderr, said)
        if before is not None:
            after = sorted(set(os.listdir(output.parent)) - ({output.name} if outcome.status == 2 else set()))
            check(after == before, f"left behind: {sorted(set(after) - set(before))}; {said}")
        return outcome

    # What is in the file.

    def good_input(self):
        source = self.write("good", GOOD)
        outcome = toolchain.run([self.portolan, "translate", source, "--to", "aarch64", "-o", source.parent / "out.s"])
        check(outcome.status == 0, outcome.stderr)
        check(sorted(os.listdir(source.parent))[-1] == "out.s", "no output")

    def empty_file(self):
        self.refuse(self.write("empty", ""), 3, r"input\.s.*: error: .*empty")

    def only_comments(self):
        self.refuse(self.write("comments", "# nothing\n\n# here\n"), (2, 3), r"input\.s.*: error: ")

    def binary_garbage(self):
        content = bytes((i * 167 + (i >> 3) * 29) & 255 for i in range(20000))
        self.refuse(self.write("garbage", content), 3, r"input\.s.*: error: ")

    def nul_bytes(self):
        self.refuse(self.write("nul", b"\0" * 4096), 3, r"input\.s.*: error: ")

    def unknown_directive(self):
        text = GOOD.replace("\tleal", "\t.frobnicate 1\n\tleal")
        self.refuse(self.write("directive", text), (2, 3), r"input\.s:5:\d+: error: .*directive")

    def unknown_mnemonic(self):
        self.refuse(self.write("mnemonic", GOOD.replace("leal\t1(%rdi), %eax", "frobnicate %eax")), (2, 3), r"input\.s:5:\d+: error: ")

    def label_twice(self):
        self.refuse(self.write("label", GOOD.replace("\tret", "f:\n\tret")), (2, 3), r"input\.s:6:\d+: error: .*\bf\b")

    def missing_label(self):
        self.refuse(self.write("nolabel", GOOD.replace("\tret", "\tjne .Lnowhere\n\tret")), (2, 3), r"input\.s:6:?.*: error: .*\.Lnowhere")

    def one_line_that_is_not_understood(self):
        """The functions around it are translated and judged all the same."""
        text = GOOD + "\t.globl bad\n\t.type bad, @function\nbad:\n\tfrobnicate %eax\n\tret\n"
        source = self.write("oneline", text)
        outcome = self.refuse(source, 2, r"input\.s:\d+: error: .*'bad'")
        check("nothing is claimed" not in outcome.stderr and "REFUTED" not in outcome.stderr, outcome.stderr)
        check(re.search(r"\b1 tested, 1 refused", outcome.stderr), outcome.stderr)

    def output_over_an_input(self):
        source = self.write("over", GOOD)
        before = source.read_text()
        self.refuse(source, 3, r"input\.s: error: .*overwrite", output=source)
        self.refuse(source, 3, r"input\.s: error: .*overwrite", extra=("--evidence", source.parent / ".." / "over" / "input.s"))
        self.refuse(source, 3, r"both -o and --evidence", extra=("--evidence", source.parent / "out.s"))
        check(source.read_text() == before, "the input was overwritten")
        nowhere = toolchain.run([self.portolan, "translate", source, "--to", "aarch64", "-o", "/dev/null", "--evidence", "/dev/null"])
        check(nowhere.status == 0, f"both results to /dev/null: status {nowhere.status}\n{nowhere.stderr}")

    def unsupported_instruction(self):
        # A privileged instruction is read but has no meaning here: its function is refused by name, the others go on.
        text = GOOD + "\t.globl\tg\n\t.type\tg, @function\ng:\n\tinvlpg\t(%rdi)\n\tret\n\t.size\tg, .-g\n"
        source = self.write("privileged", text)
        outcome = toolchain.run([self.portolan, "translate", source, "--to", "aarch64", "-o", source.parent / "out.s"])
        check(outcome.status == 2, f"status {outcome.status}\n{outcome.stderr}")
        check(re.search(r"input\.s:11(:\d+)?: error: .*invlpg", outcome.stderr), outcome.stderr)

    def prefixes_that_change_the_meaning(self):
        # LLVM decodes loop on ecx and leave on 16 bits by the opcodes of the plain forms.
        for name, code, reason in (("loopl", "\t.byte 0x67, 0xe2, 0xfb\n", "ecx"), ("leavew", "\t.byte 0x66, 0xc9\n", "16 bits")):
            source = self.write(name, GOOD.replace("\tret", code + "\tret"))
            assembled = source.with_suffix(".o")
            made = toolchain.run(["gcc", "-c", source, "-o", assembled])
            check(made.status == 0, made.stderr)
            self.refuse(assembled, 2, r"input\.o: error: .*" + reason)

    def code_without_a_function(self):
        self.refuse(self.write("nameless", "f:\n\tleal\t1(%rdi), %eax\n\tret\n"), 2, r"input\.s: error: .*no function.*\.globl")

    def unknown_command(self):
        outcome = toolchain.run([self.portolan, "tranlsate", "input.s"])
        check(outcome.status == 3 and "no command 'tranlsate'" in outcome.stderr, f"{outcome.status}: {outcome.stderr}")

    def address_inside_a_function(self):
        # Nothing in the translation is at that place: the linker must say so, and the status too.
        text = GOOD.replace("\tret", ".Lend:\n\tret") + "\t.data\n\t.globl\tplace\nplace:\n\t.quad\t.Lend\n"
        source = self.write("inside", text)
        self.refuse(source, 2, r"input\.s:12: error: .*no counterpart")
        linked = toolchain.run(["aarch64-linux-gnu-gcc", "-shared", "-Wl,-z,defs", source.parent / "out.s", "-o", source.parent / "out.so"])
        check(linked.status != 0 and ".Lend" in linked.stderr, f"{linked.status}: {linked.stderr}")

    def long_line(self):
        self.refuse(self.write("longline", GOOD.replace("\tret", "\tadd " + "(" * 200000 + "\n\tret")), (2, 3), r"input\.s:6:\d+: error: ")

    def deep_expression(self):
        # Must not overflow the stack of a recursive parser.
        self.refuse(self.write("deep", GOOD + "\t.data\n\t.quad " + "(" * 50000 + "1" + ")" * 50000 + "\n"), (0, 2, 3))

    def endless_macro(self):
        text = ".macro again\nagain\n.endm\nagain\n"
        self.refuse(self.write("macro", text), (2, 3), r"input\.s(:\d+)?.*: error: ")

    def include_itself(self):
        self.refuse(self.write("include", '\t.include "input.s"\n'), (2, 3), r"input\.s:1(:\d+)?: error: ", extra=("--from", "x86-64"))

    # Objects.

    def assembled(self, name, target="x86-64"):
        folder = self.folder(name)
        (folder / "a.s").write_text(GOOD if target == "x86-64" else "\t.text\n\t.globl f\nf:\n\tret\n")
        made = toolchain.run([crossing.ISAS[target].gcc, "-c", "-o", folder / "input.o", folder / "a.s"])
        check(made.status == 0, made.stderr)
        (folder / "a.s").unlink()
        return folder / "input.o"

    def truncated_object(self):
        source = self.assembled("truncated")
        whole = source.read_bytes()
        for length in (4, 16, 63, 64, 65, len(whole) // 2, len(whole) - 1):
            source.write_bytes(whole[:length])
            self.refuse(source, (2, 3), r"input\.o.*: error: ")

    def corrupt_object(self):
        # Every byte of the headers set to 0xff in turn: refused or translated, never a crash.
        source = self.assembled("corrupt")
        whole = source.read_bytes()
        for at in list(range(4, 64)) + list(range(len(whole) - 128, len(whole), 5)):
            source.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
            outcome = toolchain.run([self.portolan, "translate", source, "--to", "riscv64", "--require", "none"], timeout=60)
            check(outcome.status in (0, 2, 3), f"byte {at}: status {outcome.status}\n{outcome.stderr}")

    def branches_of_sixteen_bits(self):
        # An operand-size prefix cuts the target's address on AMD's processors and does nothing on Intel's.
        near = ("eb 00", "e9 00 00 00 00", "74 00", "0f 84 00 00 00 00", "e3 00", "67 e3 00", "2e e3 00", "e2 00")
        for number, code in enumerate((*near, "e8 00 00 00 00", "ff d0", "41 ff d0", "ff e0")):
            folder = self.folder(f"sixteen{number}")
            listed = ", ".join("0x" + byte for byte in ("66 " + code).split())
            (folder / "a.s").write_text(GOOD.replace("\tleal\t1(%rdi), %eax", f"\t.byte {listed}"))
            made = toolchain.run([crossing.ISAS["x86-64"].gcc, "-c", "-o", folder / "input.o", folder / "a.s"])
            check(made.status == 0, made.stderr)
            self.refuse(folder / "input.o", 2, r"input\.o: error: .*'f'.*operand-size prefix")

    def foreign_object(self):
        # An ELF object of a machine that Portolan does not know (IBM S/390).
        source = self.assembled("foreign")
        content = bytearray(source.read_bytes())
        content[18:20] = struct.pack("<H", 22)
        source.write_bytes(content)
        self.refuse(source, 3, r"input\.o.*: error: .*(machine|instruction set|architecture)")

    def wrong_isa_text(self):
        # AArch64 text claimed to be x86-64.
        source = self.write("wrongisa", "\t.text\n\t.globl f\nf:\n\tadd x0, x0, #1\n\tldr x1, [x2, #8]!\n\tret\n")
        self.refuse(source, (2, 3), r"input\.s:4:\d+: error: ", extra=("--from", "x86-64"))

    # Paths.

    def no_such_file(self):
        folder = self.folder("nosuch")
        self.refuse(folder / "input.s", 3, r"input\.s: error: .*[Nn]o such file")

    def input_is_a_folder(self):
        folder = self.folder("isfolder")
        self.refuse(folder, 3, r"isfolder: error: .*directory", output=self.folder("isfolder.out") / "out.s")

    def unreadable_input(self):
        source = self.write("unreadable", GOOD)
        source.chmod(0)
        if os.access(source, os.R_OK):
            raise Skip("root reads every file")
        self.refuse(source, 3, r"input\.s: error: .*[Pp]ermission denied")

    def object_on_standard_input(self):
        """It has no name under which its debug information could be found again."""
        folder = self.folder("stdin")
        (folder / "f.c").write_text("int f(short a) { return a + 1; }\n")
        made = toolchain.run([crossing.ISAS["x86-64"].gcc, "-O2", "-g", "-c", "-o", folder / "f.o", folder / "f.c"])
        check(made.status == 0, made.stderr)
        command = [self.portolan, "translate", "-", "--to", "aarch64", "-o", folder / "out.s", "--evidence", folder / "e.json"]
        with open(folder / "f.o", "rb") as standard_input:
            ran = subprocess.run(list(map(str, command)), stdin=standard_input, capture_output=True, check=False)
        check(ran.returncode == 0 and b"warning" not in ran.stderr, ran.stderr.decode())
        check("debug information" in (folder / "e.json").read_text(), "its prototype is not that of the debug information")

    def output_folder_missing(self):
        source = self.write("nofolder", GOOD)
        self.refuse(source, 3, r"nowhere/out\.s.*: error: ", output=source.parent / "nowhere" / "out.s")

    def output_is_a_folder(self):
        source = self.write("outfolder", GOOD)
        (source.parent / "out").mkdir()
        self.refuse(source, 3, r"out: error: ", output=source.parent / "out")

    def output_without_permission(self):
        source = self.write("noperm", GOOD)
        output = source.parent / "locked"
        output.mkdir()
        output.chmod(0o555)
        if os.access(output, os.W_OK):
            raise Skip("root writes everywhere")
        self.refuse(source, 3, r"out\.s.*: error: .*[Pp]ermission denied", output=output / "out.s")

    def output_to_a_device(self):
        # /dev/full by another name: writing to it fails, and it must still be a device afterwards.
        source = self.write("device", GOOD)
        device = source.parent / "full"
        try:
            os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
            os.close(os.open(device, os.O_WRONLY))
        except OSError as error:
            raise Skip(f"cannot make a device node: {error}") from error
        self.refuse(source, 3, r"full.*: error: ", output=device)
        check(stat.S_ISCHR(os.stat(device).st_mode), "the device was replaced by a file")

    def full_standard_output(self):
        source = self.write("stdoutfull", GOOD)
        for arguments in (("lift", source), ("isa", "show", "x86-64"), ("translate", source, "--to", "aarch64"), ("doctor",)):
            with open("/dev/full", "w", encoding="utf-8") as full:
                ran = subprocess.run([self.portolan, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, check=False)
            check(ran.returncode == 3 and b"No space left" in ran.stderr, f"{arguments}: {ran}")

    def full_disk(self):
        source = self.write("fulldisk", GOOD + "\t.data\n\t.globl d\nd:\n" + "\t.quad 1\n" * 20000)
        disk = source.parent / "disk"
        disk.mkdir()
        mounted = toolchain.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk])
        if mounted.status != 0:
            raise Skip(f"cannot mount a small disk: {mounted.stderr.strip()}")
        try:
            self.refuse(source, 3, r"out\.s.*: error: .*[Nn]o space", output=disk / "out.s")
        finally:
            toolchain.run(["umount", disk])

    def existing_output_survives(self):
        source = self.write("survives", b"\0\1\2\3" * 100)
        output = source.parent / "out.s"
        output.write_text("precious\n")
        self.refuse(source, 3, output=output)
        check(output.read_text() == "precious\n", "the earlier output was overwritten")

    def interrupted(self):
        # Ctrl-C, at several moments of a translation of many functions.
        body = "".join(re.sub(r"\bf\b", f"f{i}", GOOD) for i in range(4000))
        source = self.write("interrupted", body)
        for delay in (0.02, 0.1, 0.4, 1.0):
            child = subprocess.Popen(
                [self.portolan, "translate", source, "--to", "riscv64", "-o", source.parent / "out.s"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            time.sleep(delay)
            child.send_signal(signal.SIGINT)
            status = child.wait(timeout=20)
            left = [name for name in os.listdir(source.parent) if name != "input.s"]
            if status == 0:  # it was done before the signal came
                break
            check(status in (-signal.SIGINT, 130), f"status {status}")
            check(not left, f"left behind after {delay} s: {left}")

    # Usage.

    def usage(self, *arguments):
        outcome = toolchain.run([self.portolan, *arguments])
        check(outcome.status == 3, f"{arguments}: status {outcome.status}\n{outcome.stderr}")
        check(outcome.stderr.strip(), f"{arguments}: no message")

    def wrong_usage(self):
        source = self.write("usage", GOOD)
        self.usage("frobnicate")
        self.usage("translate")
        self.usage("translate", source)
        self.usage("translate", source, "--to", "pdp11")
        self.usage("translate", source, "--to", "aarch64", "--frobnicate")
        self.usage("translate", source, "--to", "aarch64", "--require", "certain")

    def no_such_function(self):
        self.refuse(self.write("nofunction", GOOD), 3, r"nosuchfunction", extra=("--function", "nosuchfunction"))

    def no_such_function_to_lift(self):
        source = self.write("nolift", GOOD)
        outcome = toolchain.run([self.portolan, "lift", source, "--function", "nosuchfunction"])
        check(outcome.status == 3 and re.search(r"input\.s: error: .*nosuchfunction", outcome.stderr), outcome.stderr)

    def batch_of_an_unknown_target(self):
        self.write("unknowntarget", GOOD)
        self.usage("batch", self.work / "unknowntarget", "--to", "pdp11", "--out", self.work / "unknowntarget.out")

    def bad_prototypes(self):
        source = self.write("badproto", GOOD)
        header = source.parent / "f.h"
        header.write_text("int f(;\n")
        self.refuse(source, 3, r"f\.h:1:\d+: error: ", extra=("--proto", header))

    def missing_prototypes(self):
        source = self.write("noproto", GOOD)
        self.refuse(source, 3, r"missing\.h.*: error: ", extra=("--proto", source.parent / "missing.h"))


def main():
    options = harness.options()
    suite = BadInput(options)
    helpers = ("folder", "write", "refuse", "assembled", "usage")
    cases = {
        name: getattr(suite, name)
        for name, value in vars(BadInput).items()
        if callable(value) and not name.startswith("_") and name not in helpers
    }
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

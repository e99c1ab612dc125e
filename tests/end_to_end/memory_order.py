"""`translate --memory-order`: what stands around each access of a translation.

On AArch64 the fences are what gcc makes of C11's. gcc 12 makes full fences of all on RISC-V, so there they are those of
the unprivileged spec's table (appendix A, TSO to RISC-V), written down here once more and independently.
"""
import json
import re
import shutil
import subprocess
import sys

import harness
from harness import Skip, check

COMPILERS = {"aarch64": "aarch64-linux-gnu-gcc", "riscv64": "riscv64-linux-gnu-gcc"}
LOAD = {"aarch64": r"ld[ua]?p?r[bh]?\b", "riscv64": r"l[bhwd]u?\b"}
STORE = {"aarch64": r"st[ul]?u?r[bh]?\b", "riscv64": r"s[bhwd]\b"}
FENCE = {"aarch64": r"dmb\b", "riscv64": r"fence\b"}
SOURCE = """\t.text
\t.globl\tf
\t.type\tf, @function
f:
{body}\tret
\t.size\tf, .-f
"""
# A message passed, a message awaited, two stores and loads as in the litmus test SB, a locked exchange.
BODIES = {
    "send": "\tmovl\t%edx, (%rdi)\n\tmovl\t$1, (%rsi)\n",
    "receive": "1:\tmovl\t(%rsi), %eax\n\ttestl\t%eax, %eax\n\tje\t1b\n\tmovl\t(%rdi), %eax\n",
    "store-then-load": "\tmovl\t$1, (%rdi)\n\tmfence\n\tmovl\t(%rsi), %eax\n",
    "exchange-then-load": "\tmovl\t$1, %eax\n\txchgl\t%eax, (%rdi)\n\tmovl\t(%rsi), %eax\n",
}


def instructions(text):
    """Of function f, comments and directives left out."""
    body = text.split("\nf:", 1)[1]
    lines = [re.split(r"#|//", line)[0].strip().replace(" ", "").replace("\t", " ", 1) for line in body.splitlines()]
    return [line for line in lines if line and not line.startswith(".") and not line.endswith(":")]


SPEC = {"__ATOMIC_ACQUIRE": "fence r,rw", "__ATOMIC_RELEASE": "fence rw,w", "__ATOMIC_SEQ_CST": "fence rw,rw"}


def fence_of(folder, isa, order):
    """What gcc makes of a C11 fence, for example "dmb ishld"."""
    if isa == "riscv64":
        return SPEC[order]
    (folder / "fence.c").write_text(f"void f(void) {{ __atomic_thread_fence({order}); }}\n")
    subprocess.run([COMPILERS[isa], "-O2", "-S", folder / "fence.c", "-o", folder / "fence.s"], check=True)
    found = [i for i in instructions((folder / "fence.s").read_text()) if re.match(FENCE[isa], i)]
    check(len(found) == 1, f"gcc's fence for {order}: {found}")
    return found[0]


def strong_enough(isa, fence, wanted, full):
    """A fence does if it is the one that gcc takes for the order, or the full one."""
    return fence in (wanted, full)


def translate(portolan, folder, isa, body, *options):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f.s").write_text(SOURCE.format(body=body))
    (folder / "f.prototypes").write_text("f(ptr, ptr, u32) -> u32\n")
    done = subprocess.run(
        [portolan, "translate", folder / "f.s", "--from", "x86-64", "--to", isa, "-o", folder / "out.s", "--require", "none",
         "--proto", folder / "f.prototypes", "--evidence", folder / "e.json", *options],
        capture_output=True, text=True, timeout=100, check=False)  # fmt: skip
    check(done.returncode == 0, f"status {done.returncode}\n{done.stderr}")
    function = json.loads((folder / "e.json").read_text())["functions"][0]
    return instructions((folder / "out.s").read_text()), function, done.stderr


def ordered(portolan, folder, isa, body):
    if not shutil.which(COMPILERS[isa]):
        raise Skip(f"{COMPILERS[isa]} is not installed")
    code, function, _ = translate(portolan, folder, isa, body, "--memory-order", "tso")
    check(function["memory_order"] == f"tso: x86-64 to {isa}", function.get("memory_order"))
    acquire, release, full = (
        fence_of(folder, isa, order) for order in ("__ATOMIC_ACQUIRE", "__ATOMIC_RELEASE", "__ATOMIC_SEQ_CST")
    )
    fences = [i for i in code if re.match(FENCE[isa], i)]
    check(fences, f"no fence at all: {code}")
    for n, instruction in enumerate(code):
        if re.match(LOAD[isa], instruction):
            behind = next((i for i in code[n + 1 :] if re.match(f"{FENCE[isa]}|{LOAD[isa]}|{STORE[isa]}|ret", i)), "")
            check(strong_enough(isa, behind, acquire, full), f"behind '{instruction}': '{behind}'\n{code}")
        if re.match(STORE[isa], instruction):
            before = next((i for i in reversed(code[:n]) if re.match(f"{FENCE[isa]}|{LOAD[isa]}|{STORE[isa]}", i)), "")
            check(strong_enough(isa, before, release, full), f"before '{instruction}': '{before}'\n{code}")
    if "mfence" in body or "xchg" in body:
        check(full in fences, f"a full fence is missing: {code}")


def verify(portolan, folder, isa, target, *options):
    done = subprocess.run(
        [portolan, "verify", folder / "f.s", target, "--from", "x86-64", "--to", isa, "--proto", folder / "f.prototypes",
         "--tests", "0", "--json", *options],
        capture_output=True, text=True, timeout=100, check=False)  # fmt: skip
    check(done.stdout.strip(), done.stderr)
    return json.loads(done.stdout)["functions"][0], done.returncode


def verified(portolan, folder, isa, name):
    """What `translate` wrote is judged as it says; with any one fence taken out it is not, and the place is named."""
    translate(portolan, folder, isa, BODIES[name], "--memory-order", "tso")
    lines = (folder / "out.s").read_text().splitlines(keepends=True)
    if name == "send":
        (folder / "f.prototypes").write_text("f(ptr, ptr, u32) -> void\n")
    function, status = verify(portolan, folder, isa, folder / "out.s", "--memory-order", "tso", "--require", "none")
    if name == "exchange-then-load" and isa == "aarch64":
        # A loop of exclusive loads and stores is not seen to be one exchange.
        check(function["memory_order"].startswith("unknown") and status == 2, str(function.get("memory_order")))
        return
    check(function["memory_order"] == f"tso: x86-64 to {isa}" and status == 0, str(function.get("memory_order_detail")))
    check(function["verdict"]["claim"].endswith("memory order kept"), function["verdict"]["claim"])
    for n, line in enumerate(lines):
        # RISC-V's amoswap.d.aqrl needs none.
        if not re.match(FENCE[isa], line.strip()) or name == "exchange-then-load":
            continue
        (folder / "less.s").write_text("".join(lines[:n] + lines[n + 1 :]))
        function, status = verify(portolan, folder, isa, folder / "less.s", "--memory-order", "tso", "--require", "none")
        detail = function.get("memory_order_detail", "")
        check(function["memory_order"].startswith("unknown: tso") and status == 2, f"without line {n + 1}: {function}")
        check(re.search(r"line \d+ of the target|the target lacks", detail), f"no place: {detail}")
        check("memory order kept" not in function["verdict"]["claim"], function["verdict"]["claim"])
    function, _ = verify(portolan, folder, isa, folder / "out.s")
    # Fences on either side say that others may be watching.
    fenced = "mfence" in BODIES[name] or "xchg" in BODIES[name] or any(re.match(FENCE[isa], x.strip()) for x in lines)
    wanted = "sequential-only" if fenced else None
    check(function.get("memory_order") == wanted, f"nobody asked: {function.get('memory_order')}")


# x86-64 waits with plain loads.
WAITING = {
    "flag": "1:\tmovl\t(%rdi), %eax\n\ttestl\t%eax, %eax\n\tje\t1b\n\tret\n",
    "pause": "\tjmp\t2f\n1:\tpause\n2:\tcmpb\t$0, (%rdi)\n\tjne\t1b\n\tmovl\t(%rsi), %eax\n\tret\n",
    "in-a-loop": "\tmovl\t$4, %ecx\n1:\tmovl\t(%rdi), %eax\n\tcmpl\t%ecx, %eax\n\tjne\t1b\n\tdecl\t%ecx\n"
    "\tjne\t1b\n\tret\n",
}
NOT_WAITING = {
    "counted": "1:\tmovl\t(%rdi), %eax\n\ttestl\t%eax, %eax\n\tje\t2f\n\tdecl\t%esi\n\tjne\t1b\n2:\tret\n",
    "walked": "1:\tcmpb\t$0, (%rdi)\n\tleaq\t1(%rdi), %rdi\n\tjne\t1b\n\tmovq\t%rdi, %rax\n\tret\n",
    "written": "1:\taddl\t$1, (%rdi)\n\tcmpl\t$9, (%rdi)\n\tjb\t1b\n\tret\n",
}


def labelled(portolan, folder):
    _, function, stderr = translate(portolan, folder / "locked", "aarch64", BODIES["exchange-then-load"])
    check(function["memory_order"] == "sequential-only" and "sequential-only" in stderr, f"{function}\n{stderr}")
    _, function, stderr = translate(portolan, folder / "plain", "aarch64", BODIES["send"])
    check("memory_order" not in function and "sequential-only" not in stderr, "plain code is not labelled")
    for name, body in WAITING.items():
        _, function, stderr = translate(portolan, folder / name, "aarch64", body)
        check(function.get("memory_order") == "sequential-only", f"{name}: {function}\n{stderr}")
    for name, body in NOT_WAITING.items():
        _, function, _ = translate(portolan, folder / name, "aarch64", body)
        check("memory_order" not in function, f"{name}: {function}")
    _, function, stderr = translate(
        portolan, folder / "relaxed", "aarch64", BODIES["exchange-then-load"], "--memory-order", "relaxed"
    )
    check(function["memory_order"] == "relaxed: x86-64 to aarch64" and "sequential-only" not in stderr, str(function))


def refused(portolan, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f.s").write_text(SOURCE.format(body="\tldr\tw0, [x0]\n"))
    done = subprocess.run(
        [portolan, "translate", folder / "f.s", "--from", "aarch64", "--to", "riscv64", "--memory-order", "tso"],
        capture_output=True, text=True, timeout=100, check=False)  # fmt: skip
    check(done.returncode == 3 and "tso" in done.stderr, f"status {done.returncode}\n{done.stderr}")


def main():
    options = harness.options()
    cases = {
        "labels": lambda: labelled(options.portolan, options.work / "labels"),
        "tso of a source that has it not": lambda: refused(options.portolan, options.work / "refused"),
    }
    for isa in COMPILERS:
        for name, body in BODIES.items():
            folder = options.work / isa / name
            cases[f"verify {name} {isa}"] = lambda f=folder, i=isa, n=name: verified(options.portolan, f / "verify", i, n)
            cases[f"{name} {isa}"] = lambda f=folder, i=isa, b=body: ordered(options.portolan, f, i, b)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())

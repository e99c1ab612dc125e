"""Checks of the tree's structure that no compiler makes: `./dev lint` runs it.

- a folder includes only folders below it (LAYERS), and verify/ in particular nothing of translate/;
- proposers include nothing of the judge's;
- no file is above 600 lines, tables aside;
- no unlisted package is installed anywhere but in packages.txt.
Prints the ten largest source files, which are the first to split.
"""
import re
import subprocess
import sys

# A folder may include itself and what stands in its list.
LAYERS = {
    "ir": [],
    "frontends": ["ir"],
    "emulate": ["frontends", "ir"],
    "verify": ["emulate", "frontends", "ir"],
    "translate": ["verify", "emulate", "frontends", "ir"],
    "gpu": ["translate", "verify", "emulate", "frontends", "ir"],
    "cli": ["gpu", "translate", "verify", "emulate", "frontends", "ir"],
}
# Who proposes never sees who judges.
PROPOSERS = tuple(f"translate/{name}/" for name in ("propose", "model", "llvm", "rules", "enumerate", "raise", "abi"))
JUDGE = re.compile(r'^\s*#\s*include\s+"verify/(?:judge|prove|tester|bench)\b')
MAX_LINES = 600
TABLES = (".def", ".inc")
SOURCES = (".cpp", ".h", ".py", ".c", ".def", ".inc", ".cmake", "CMakeLists.txt")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z0-9_]+)/')


def tracked():
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True, text=True)
    return [path for path in listing.stdout.splitlines() if path.endswith(SOURCES) or path == "dev"]


def check(path, lines):
    """Complaints about one file, each a `path:line: message`."""
    folder = path.split("/")[0]
    if folder in LAYERS:
        allowed = [folder, *LAYERS[folder]]
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match and match.group(1) in LAYERS and match.group(1) not in allowed:
                yield f"{path}:{number}: {folder}/ must not include {match.group(1)}/"
            if path.startswith(PROPOSERS) and JUDGE.match(line):
                yield f"{path}:{number}: a proposer must not include the judge"
    if len(lines) > MAX_LINES and not path.endswith(TABLES) and not path.startswith("corpus/"):
        yield f"{path}:{MAX_LINES}: {len(lines)} lines; above {MAX_LINES} a file is to be split"
    if path != "dev":
        for number, line in enumerate(lines, 1):
            if re.search(r"apt-get\s.*\binstall\b", line):
                yield f"{path}:{number}: packages are installed by dev from packages.txt only"


def main():
    sizes, complaints = [], []
    for path in tracked():
        try:
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:  # deleted, not yet committed
            continue
        sizes.append((len(lines), path))
        complaints.extend(check(path, lines))
    print("ten largest files:")
    for size, path in sorted(sizes, reverse=True)[:10]:
        print(f"{size:6} {path}")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

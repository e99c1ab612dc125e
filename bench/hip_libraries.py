#!/usr/bin/env python3
"""`./dev bench hip_libraries`: programs of corpus/hip_libraries, which call CUDA's libraries, to HIP source, and what of it compiles by the headers
of HIP's own libraries.

Debian has the headers of hipRAND and hipSPARSE (and of rocRAND and rocSPARSE, on which they stand). They are fetched when this runs, by the
machine's own apt configuration, unpacked in the work folder, and read for the table of names as HIP's are when portolan is built. Then each name
of cuRAND and cuSPARSE is asked for: what CUDA's headers declare and the table gives no name in HIP for has to be refused where it is used.
hipBLAS, hipFFT, hipCUB and rocThrust are in no package of Debian 12: theirs are not counted here.
"""

import argparse
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "corpus" / "hip_libraries"
PACKAGES = ("libhiprand-dev", "librocrand-dev", "libhipsparse-dev", "librocsparse-dev")
TARGETS = ("gfx90a", "gfx1030", "gfx942", "gfx1100", "host")
LIBRARIES = {"cuRAND": ("curand.h", r"curand[A-Z]\w+"), "cuSPARSE": ("cusparse.h", r"cusparse[A-Z]\w+")}


def fetch(work):
    """(folder of headers, versions by package); HIP's own headers beside those of its libraries."""
    debs, tree = work / "debs", work / "tree"
    debs.mkdir(parents=True, exist_ok=True)
    if not all(list(debs.glob(f"{p}_*.deb")) for p in PACKAGES):
        subprocess.run(["apt-get", "-q", "download", *PACKAGES], cwd=debs, check=True, capture_output=True)
    for deb in debs.glob("*.deb"):
        subprocess.run(["dpkg", "-x", deb, tree], check=True)
    include = tree / "usr" / "include"
    if not (include / "hip").exists():
        (include / "hip").symlink_to("/usr/include/hip")
    return include, {p: next(debs.glob(f"{p}_*.deb")).name.split("_")[1] for p in PACKAGES}


def with_table(portolan, include, to):
    """portolan and what it runs, with a table of names from these headers."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for name in ("portolan", "portolan-hip", "portolan-headers"):
        shutil.copy(portolan.parent / name, to / name)
    shutil.copytree(portolan.parent / "hip", to / "hip")
    subprocess.run([to / "portolan-hip", "derive", "--include", include, "--own", ROOT / "gpu" / "hip" / "header", "--table", to / "hip" / "names.table",
                    "--nvidia-names", to / "nvidia_names.h"], check=True)  # fmt: skip
    return to / "portolan"


def port(portolan, include, source, out):
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([portolan, "port", source, "--to", "hip", "--out", out, "--require", "none", "--proof-time", "0", f"--flag=-I{include}"],
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return json.loads((out / "report.json").read_text())["files"]


def declared_functions(header, pattern):
    """Functions that CUDA's header declares, by the compiler."""
    text = subprocess.run(["nvcc", "-E", "-x", "cu", "-"], input=f"#include <{header}>\n", capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(rf"\b({pattern})\s*\(", text)))


def asked(portolan, include, library, work):
    """Each function's address is taken, a line each: (functions, refused with their line, those that were written and do not compile)."""
    header, pattern = LIBRARIES[library]
    names = declared_functions(header, pattern)
    folder = work / library
    folder.mkdir(parents=True, exist_ok=True)

    def source(chosen):
        (folder / "names.cu").write_text(f"#include <{header}>\n" + "".join(f"auto* take_{n} = &{n};\n" for n in chosen))
        return port(portolan, include, folder, work / f"{library}.out")[0]

    lines = {e["line"] for e in source(names)["errors"]}
    refused = [n for line, n in enumerate(names, 2) if line in lines]
    kept = [n for n in names if n not in refused]
    made = source(kept)
    said = made["compiled"].get("host", "nothing was written")
    wrong = [] if said is True else sorted({n for n in kept if re.search(rf"take_{n}\b|\bhip{n[2:]}\b", str(said))}) or [str(said)]
    return {"functions": len(names), "refused": len(refused), "compile": len(kept) - len(wrong), "wrong": wrong}


def section(record):
    from common import report

    files = [(pathlib.Path(f["file"]).name, ", ".join(t for t in TARGETS if f["compiled"].get(t) is True) or "nothing",
              ", ".join(f"{k['name']}: {k['verdict']}" for k in f["kernels"]) or "-") for f in record["files"]]  # fmt: skip
    names = [(lib, n["functions"], n["compile"], n["refused"], ", ".join(n["wrong"]) or "none") for lib, n in record["names"].items()]
    return "\n".join([
        "## Libraries in HIP source", "", f"Command: `./dev bench hip_libraries`, {record['date']}; headers: {', '.join(f'{p} {v}' for p, v in record['packages'].items())}.", "",
        "Programs of corpus/hip_libraries (port with the table of names derived from these headers too):", "", report.markdown_table(("file", "compiles for", "kernels"), files), "",
        "Each function that CUDA's headers declare, its address taken on a line of its own:", "",
        report.markdown_table(("library", "functions", "have a name in HIP, and compile", "refused with their line", "passed through wrongly"), names), "",
        "hipBLAS, hipFFT, hipCUB and rocThrust are in no package of Debian 12: names of cuBLAS, cuFFT and CUB follow the prefix, Thrust's stay, with a note, and that output is compiled against nothing.",
    ])  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--docs", type=pathlib.Path, help="record the result in this file")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    include, versions = fetch(args.work.resolve())
    portolan = with_table(args.portolan.resolve(), include, args.work / "bin")
    files = [{"file": f["file"], "compiled": f["compiled"], "errors": f["errors"],
              "kernels": [{"name": k["name"], "verdict": k["verdict"]["word"], "detail": k["verdict"].get("detail", "")} for k in f["kernels"]]}
             for f in port(portolan, include, SOURCES, args.work / "out")]  # fmt: skip
    record = {"date": datetime.date.today().isoformat(), "packages": versions, "files": files, "names": {lib: asked(portolan, include, lib, args.work) for lib in LIBRARIES}}
    print(json.dumps(record, indent=1))
    if args.docs:
        from common import report

        report.replace_section(args.docs, "hip_libraries", section(record))
    return 0 if not any(n["wrong"] for n in record["names"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Debian source packages, fetched with the machine's own apt configuration and kept outside the repository."""

import pathlib
import re
import tarfile

from common import toolchain

APT_SOURCES = pathlib.Path("/etc/apt")


def write_source_lists(folder):
    """Copies of the machine's package sources that ask for source packages instead of binary ones."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = APT_SOURCES / "sources.list.d"
    for path in [APT_SOURCES / "sources.list", *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]:
        if not path.exists():
            continue
        text = path.read_text()
        if path.suffix == ".sources":
            text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", text)
        else:
            text = re.sub(r"(?m)^deb(?=\s)", "deb-src", text)
        (folder / path.name).write_text(text)


def apt_get(state, *words):
    """apt-get with lists of its own: the machine's are neither used nor changed."""
    lists = state / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": state / "sources",
        "Dir::State::lists": lists,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",
    }
    flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return toolchain.run(("apt-get", "-q", *flags, *words), timeout=300, cwd=state)


def fetch(package, state):
    """Downloads and unpacks a package's upstream source; returns (folder, version).

    apt checks the archive against the signed index. Debian's own patches are left out: they change packaging.
    """
    state = pathlib.Path(state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    if not list(state.glob(f"{package}_*.orig.tar.*")):
        write_source_lists(state / "sources")
        if not any((state / "lists").glob("*Sources*")):
            done = apt_get(state, "update")
            if not done.ok:
                raise RuntimeError(f"apt-get update: {done.first_error()}")
        done = apt_get(state, "source", "--download-only", package)
        if not done.ok:
            raise RuntimeError(f"apt-get source {package}: {done.first_error()}")
    archive = next(path for path in sorted(state.glob(f"{package}_*.orig.tar.*")) if path.suffix != ".asc")
    version = re.search(r"_([^_]+)\.orig\.tar", archive.name).group(1)
    folder = state / f"{package}-{version}"
    if not folder.exists():
        with tarfile.open(archive) as tar:
            members = [m for m in tar.getmembers() if not m.name.startswith("/") and ".." not in m.name.split("/")]
            tar.extractall(folder, members)
    inner = list(folder.iterdir())
    return (inner[0] if len(inner) == 1 and inner[0].is_dir() else folder), version

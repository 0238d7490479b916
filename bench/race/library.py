"""Which librocksdb a process gets, and proof that it got it."""

import hashlib
import os
import re
import shutil
import subprocess

SONAME = "librocksdb.so.7.8"
_HOOK = "_ZN7rocksdb9SyncPoint11GetInstanceEv"


class LibraryError(Exception):
    """The library cannot be raced; the text says why."""


class Library:
    """One build of librocksdb.so.7.8, reached through a directory that holds nothing else."""

    def __init__(self, label, path, scratch):
        self.label = label
        self.path = os.path.realpath(path)
        if os.path.isdir(self.path):
            self.path = os.path.realpath(os.path.join(self.path, SONAME))
        if not os.path.isfile(self.path):
            raise LibraryError(f"{label}: there is no library at {path}")
        self.inode = os.stat(self.path).st_ino
        self.version = ""  # What db_bench says of itself on this library.
        self._preload = ""
        self._directory = os.path.join(scratch, "lib-" + label.lower())
        os.makedirs(self._directory, exist_ok=True)
        link = os.path.join(self._directory, SONAME)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(self.path, link)
        symbols = _dynamic_symbols(self.path)
        self.has_hooks = _HOOK in symbols["defined"]
        self.assertions = "__assert_fail" in symbols["undefined"]

    def environment(self, base):
        """The environment of a process that is to load this library and no other."""
        for name in list(base):
            if name.startswith("LD_") or name == "GLIBC_TUNABLES":
                del base[name]
        base["LD_LIBRARY_PATH"] = self._directory
        if self._preload:
            base["LD_PRELOAD"] = self._preload
        return base

    def supply_hooks(self, source, scratch):
        """Preloads the hooks that db_bench binds when this build does not export them."""
        if self.has_hooks:
            return
        target = os.path.join(scratch, "libsyncpoint.so")
        built = subprocess.run(["g++", "-shared", "-fPIC", "-O2", "-o", target, source],
                               capture_output=True, text=True, check=False)
        if built.returncode != 0:
            raise LibraryError(f"{self.label}: {self.path} lacks SyncPoint, and building the "
                               f"preload for it failed:\n{built.stderr}")
        self._preload = target

    def check_loader(self, db_bench):
        """Asks the loader itself, before anything is measured. Raises LibraryError."""
        environment = self.environment(dict(os.environ))
        environment["LD_DEBUG"] = "libs"
        # A symbol that is missing is told now, not in the row that first needs it.
        environment["LD_BIND_NOW"] = "1"
        shown = subprocess.run([db_bench, "--version"], env=environment, capture_output=True,
                               text=True, errors="replace", check=False)
        loaded = set(re.findall(r"calling init: (\S*librocksdb\S*)", shown.stderr))
        if not loaded:
            reason = shown.stderr.strip().splitlines()
            raise LibraryError(f"{self.label}: {db_bench} did not load {self.path}: "
                               f"{reason[-1] if reason else 'no message'}")
        wrong = [path for path in loaded if os.path.realpath(path) != self.path]
        if wrong:
            raise LibraryError(f"{self.label}: meant {self.path}, but the loader took "
                               + ", ".join(wrong))
        said = re.search(r"version (\S+)", shown.stdout)
        self.version = said.group(1) if said else ""
        if not self.version.startswith("7.8."):
            raise LibraryError(f"{self.label}: {self.path} is version {self.version or 'unknown'}; "
                               "this db_bench is laid out for 7.8")

    def describe(self):
        with open(self.path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        return {"path": self.path, "sha256": digest, "version": self.version,
                "package": package_of(self.path),
                "bytes": os.path.getsize(self.path), "assertions": self.assertions,
                "preload": bool(self._preload)}


def package_of(file):
    """Name and version of the Debian package that owns a file, or an empty string."""
    if not shutil.which("dpkg-query"):
        return ""
    # With a merged /usr the package may list the file under the path without it.
    for path in (file, re.sub(r"^/usr(?=/lib)", "", file)):
        owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True,
                               check=False)
        if owner.returncode == 0:
            package = owner.stdout.split(":")[0]
            version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package],
                                     capture_output=True, text=True, check=False)
            return f"{package} {version.stdout.strip()}"
    return ""


def _dynamic_symbols(path):
    listed = subprocess.run(["nm", "-D", "-P", path], capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        raise LibraryError(f"{path} is not a shared library: {listed.stderr.strip()}")
    symbols = {"defined": set(), "undefined": set()}
    for line in listed.stdout.splitlines():
        fields = line.split()
        if len(fields) >= 2:
            symbols["undefined" if fields[1] in "Uw" else "defined"].add(fields[0].split("@")[0])
    return symbols


def system_rocksdb(db_bench):
    """The path of the library that db_bench loads when nobody interferes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
    listed = subprocess.run(["ldd", db_bench], env=environment, capture_output=True, text=True,
                            check=False)
    match = re.search(rf"{re.escape(SONAME)} => (/\S+)", listed.stdout)
    if not match:
        raise LibraryError(f"{db_bench} does not find {SONAME} by itself: is librocksdb7.8 "
                           "installed?")
    return match.group(1)


def raced_line(rocksdb):
    """The first line of every report: which build was raced, and what that means."""
    facts = rocksdb.describe()
    debian = facts["package"].startswith("librocksdb")
    name = "another build of RocksDB"
    if debian:
        name = f"RocksDB from Debian's package {facts['package']}"
    if facts["assertions"]:
        text = "built with assertions on"
        if debian:
            text += ", as Debian ships it; a build without them is up to 1.34 times as fast"
    else:
        text = "built without assertions"
    if facts["preload"]:
        text += "; SyncPoint preloaded"
    return f"Raced against {name} ({facts['path']}), {text}."

"""What the tests of client programs share: the sides to compare, running a program on one, counting.

A side is an unmodified program on one library: Debian's, the one under test, and that one once more with every symbol bound at the
start (LD_BIND_NOW=1).
"""

import os
import subprocess

DEBIAN = "/usr/lib/x86_64-linux-gnu"


class Side:
    def __init__(self, name, directory, bind_now=False):
        self.name = name
        self.directory = directory
        self.is_rocksdb = directory == DEBIAN
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "AETHER_"))}
        self.environment = dict(kept, LD_LIBRARY_PATH=directory, TZ="UTC", LC_ALL="C")
        if bind_now:
            self.environment["LD_BIND_NOW"] = "1"

    def run(self, command, cwd=None, stdin=b"", timeout=120):
        """(status, stdout, stderr) as text in which every byte survives; status None: no end in time."""
        try:
            done = subprocess.run(command, cwd=cwd, env=self.environment, input=stdin, timeout=timeout,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        except subprocess.TimeoutExpired:
            return None, "", "no end after %d s" % timeout
        return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")

    def loads(self, program):
        """The librocksdb that the program gets, or why it gets none."""
        environment = dict(self.environment, LD_TRACE_LOADED_OBJECTS="1")
        done = subprocess.run([program], env=environment, stdout=subprocess.PIPE, check=False, text=True)
        found = [line.split("=>")[1].split()[0] for line in done.stdout.splitlines()
                 if "librocksdb" in line and "=>" in line]
        return os.path.realpath(found[0]) if found else "no librocksdb"

    def is_right(self, program):
        return self.loads(program).startswith(os.path.realpath(self.directory) + "/")


def sides(library):
    library = os.path.realpath(library)
    return [Side("RocksDB", DEBIAN), Side("Aether", library), Side("Aether, LD_BIND_NOW", library, True)]


class Tally:
    """Cases and violations, said while they happen and once more at the end."""

    def __init__(self):
        self.cases = self.violations = 0

    def case(self, name, problem="", note=""):
        self.cases += 1
        if problem:
            self.violations += 1
            print("VIOLATION %s: %s" % (name, problem), flush=True)
        elif note:
            print("  %-34s %s" % (name, note), flush=True)

    def end(self):
        print("cases %d violations %d" % (self.cases, self.violations))
        return 1 if self.violations else 0

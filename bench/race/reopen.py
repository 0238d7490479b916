"""What db_bench does not measure: opening after a kill, and the cost of an idle open store."""

import json
import os
import shutil
import statistics
import subprocess
import time

from race import plan, process

_LOG_BYTES = (64 << 20, 256 << 20, 1 << 30)
_IDLE_KEYS = 5_000_000
_IDLE_SECONDS = 10


class ProbeFailed(Exception):
    """The probe program could not be built or did not do what it was told."""


def build_probe(source, target):
    built = subprocess.run(["g++", "-std=c++17", "-O2", "-DNDEBUG", source, "-o", target,
                            "-lrocksdb"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise ProbeFailed(f"building {source} failed:\n{built.stderr[-2000:]}")


class _KillWhenReady:
    """Ends a probe some time after its first line of output, and looks at it before."""

    def __init__(self, stdout_path, wait_seconds):
        self._stdout_path = stdout_path
        self._wait_seconds = wait_seconds
        self._ready = None
        self._cpu_at_start = 0
        self.memory = {}
        self.cpu_seconds = 0

    def tick(self, pid):
        now = time.monotonic()
        if self._ready is None:
            with open(self._stdout_path, encoding="utf-8") as said:
                if not said.read().endswith("\n"):
                    return False
            self._ready = now
            self._cpu_at_start = _cpu_seconds(pid)
        if now - self._ready < self._wait_seconds:
            return False
        self.memory = process.memory_of(pid)
        self.cpu_seconds = _cpu_seconds(pid) - self._cpu_at_start
        return True


def _cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _files(directory, suffix):
    sizes = [os.path.getsize(os.path.join(directory, name)) for name in os.listdir(directory)
             if name.endswith(suffix)]
    return len(sizes), sum(sizes)


class Reopen:
    def __init__(self, libraries, runner, scratch, directory, pairs, idle_keys, say):
        self._libraries = libraries
        self._runner = runner
        self._scratch = scratch
        self._directory = directory
        self._pairs = pairs
        self._idle_keys = idle_keys or _IDLE_KEYS
        self._say = say
        self._probe = os.path.join(scratch, "probe")
        self.failures = []
        self.measured = {"reopen": [], "idle": {}, "idle_keys": self._idle_keys,
                         "failures": self.failures}

    def run(self, source):
        """Measures both parts into `measured`. Raises ProbeFailed without a probe to run."""
        build_probe(source, self._probe)
        # At least three pairs as everywhere; the median counts.
        for size in _LOG_BYTES:
            reopened = {name: [] for name in plan.LIBRARIES}
            self.measured["reopen"].append({"log_bytes": size, **reopened})
            for pair in range(1, self._pairs + 1):
                for name in plan.LIBRARIES:
                    measured = self._guard(name, self._reopen_once, size)
                    if measured:
                        reopened[name].append(measured)
                        self._say(f"{name}, {size >> 20} MB of log, pair {pair}/{self._pairs}: "
                                  f"open after SIGKILL in {measured['open_seconds']:.3f} s")
        for name in plan.LIBRARIES:
            measured = self._guard(name, self._idle_once)
            if measured:
                self.measured["idle"][name] = measured
                self._say(f"{name}, idle with {self._idle_keys:,} keys: "
                          f"{measured['memory_bytes'] / 1e6:.0f} MB, {measured['threads']} threads")

    def _guard(self, name, measure, *arguments):
        path = os.path.join(self._directory, name.lower())
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        try:
            return measure(name, path, *arguments)
        except ProbeFailed as failure:
            self.failures.append(f"{name}: {failure}")
            self._say(f"{name}: FAILED, {failure}")
            return None
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _run(self, name, arguments, tick=None, timeout_seconds=300):
        usage = self._runner.run([self._probe, *arguments], self._libraries[name],
                                 timeout_seconds=timeout_seconds, tick=tick)
        killed_as_meant = tick is not None and usage.exit_code == -9 and not usage.timed_out
        if usage.exit_code != 0 and not killed_as_meant:
            why = "no end in time" if usage.timed_out else f"exit status {usage.exit_code}"
            said = (usage.stderr + usage.stdout).strip().splitlines()
            raise ProbeFailed(f"probe {arguments[0]}: {why}" + (f": {said[-1]}" if said else ""))
        try:
            usage.said = json.loads(usage.stdout.splitlines()[-1]) if usage.stdout else {}
        except ValueError as error:
            raise ProbeFailed(f"probe {arguments[0]} printed {usage.stdout[:200]!r}") from error
        return usage

    def _killer(self, wait_seconds):
        return _KillWhenReady(os.path.join(self._scratch, "stdout"), wait_seconds)

    def _reopen_once(self, name, path, size):
        process.sync_file_system(self._directory)
        written = self._run(name, ["log", path, str(size)], self._killer(0.2).tick)
        runs, _ = _files(path, ".sst")
        logs, log_bytes = _files(path, ".log")
        opened = self._run(name, ["open", path, str(written.said["keys"])])
        return {"open_seconds": opened.said["open_seconds"], "keys": written.said["keys"],
                "log_files": logs, "log_file_bytes": log_bytes, "runs_before": runs,
                "memory_bytes_peak": opened.memory_bytes_peak, "missing": opened.said["missing"]}

    def _idle_once(self, name, path):
        self._run(name, ["fill", path, str(self._idle_keys)], timeout_seconds=1800)
        killer = self._killer(_IDLE_SECONDS)
        self._run(name, ["idle", path], killer.tick)
        memory = killer.memory
        return {"memory_bytes": memory["RssAnon"] + memory.get("RssShmem", 0),
                "mapped_file_bytes": memory.get("RssFile", 0), "threads": memory["Threads"],
                "cpu_fraction": killer.cpu_seconds / _IDLE_SECONDS,
                "space_bytes": process.space_of(path)}


def lines(measured):
    """The two tables, as Markdown."""
    nothing = "failed" if measured["complete"] else "not measured"
    text = ["| log to read | RocksDB s | Aether s | RocksDB / Aether |", "|---|---|---|---|"]
    for entry in measured["reopen"]:
        medians = [statistics.median(run["open_seconds"] for run in entry[name])
                   if entry[name] else None for name in plan.LIBRARIES]
        cells = [nothing if value is None else f"{value:.3f}" for value in medians]
        factor = f"{medians[0] / medians[1]:.2f}" if all(medians) else "-"
        text.append(f"| {entry['log_bytes'] >> 20} MB | {cells[0]} | {cells[1]} | {factor} |")
    text += ["", f"| idle with {measured['idle_keys']:,} keys | RocksDB | Aether |",
             "|---|---|---|"]
    for title, key, show in (
            ("memory, MB", "memory_bytes", lambda v: f"{v / 1e6:.0f}"),
            ("mapped files, MB", "mapped_file_bytes", lambda v: f"{v / 1e6:.0f}"),
            ("threads", "threads", str),
            ("CPU, share of one core", "cpu_fraction", lambda v: f"{v:.1%}"),
            ("on disk, MB", "space_bytes", lambda v: f"{v / 1e6:.0f}")):
        cells = [show(measured["idle"][name][key]) if name in measured["idle"] else nothing
                 for name in plan.LIBRARIES]
        text.append(f"| {title} | {cells[0]} | {cells[1]} |")
    return "\n".join(text)

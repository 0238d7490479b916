"""Runs one process and measures it from outside: CPU, memory, bytes written, space on disk.

The child leads a session of its own so that Ctrl-C reaches only the race, which then ends the
child's whole process group. Figures that vanish with the process (/proc/PID/io) are read while it
is a zombie: waitid() with WNOWAIT leaves it there until wait4() collects it.
"""

import ctypes
import dataclasses
import json
import os
import re
import select
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_SAMPLE_SECONDS = 0.1
_SPACE_SAMPLE_SECONDS = 0.5
_STATUS_FIELDS = re.compile(r"^(RssAnon|RssShmem|RssFile|Threads):\s+(\d+)", re.MULTILINE)
_libc = ctypes.CDLL(None, use_errno=True)


class WrongLibrary(Exception):
    """A process loaded another librocksdb than the one that was meant."""


@dataclasses.dataclass
class Usage:
    exit_code: int = None  # Negative: ended by that signal.
    timed_out: bool = False
    seconds: float = 0
    cpu_seconds: float = 0
    memory_bytes_peak: int = 0  # Anonymous and shared memory.
    mapped_file_bytes_peak: int = 0
    rss_bytes_peak: int = 0
    threads_peak: int = 0
    space_bytes_peak: int = 0
    bytes_written: int = 0  # Handed to write calls (wchar).
    bytes_dirtied: int = 0  # Sent towards the device by this process, less what was cancelled.
    counters: dict = dataclasses.field(default_factory=dict)  # What the library wrote at close.
    stdout: str = ""
    stderr: str = ""

    def bytes_stored(self):
        """All bytes the process wrote: by calls, into a mapped log, and through a ring."""
        return (self.bytes_written + self.counters.get("log_bytes_mapped", 0)
                + self.counters.get("ring_bytes", 0))


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def memory_of(pid):
    """RssAnon, RssShmem, RssFile (bytes) and Threads of a process; empty when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            fields = dict(_STATUS_FIELDS.findall(status.read()))
    except OSError:
        return {}
    return {name: int(value) * (1 if name == "Threads" else 1024)
            for name, value in fields.items()}


def space_of(directory):
    """Bytes allocated on disk by all files below a directory; files may vanish meanwhile."""
    total = 0
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        total += space_of(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                except OSError:
                    continue
    except OSError:
        return total
    return total


def _io_of(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as io_file:
        return {name: int(value) for name, value in
                (line.split(":") for line in io_file.read().splitlines())}


def loaded_libraries(pid):
    """Device, inode and path of every librocksdb mapped into a process."""
    found = set()
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
            for line in maps:
                parts = line.split(maxsplit=5)
                if len(parts) == 6 and "librocksdb" in os.path.basename(parts[5]):
                    found.add((int(parts[4]), parts[5].strip()))
    except OSError:
        pass
    return found


class Runner:
    """Starts processes one at a time. `stop` ends the one that is running."""

    def __init__(self, scratch):
        self._scratch = scratch
        self._process = None

    def run(self, command, library, directory=None, timeout_seconds=600, tick=None):
        """Runs a command on a library, to its end. Raises WrongLibrary.

        Memory and the space below `directory` are sampled; `tick(pid)` is called between samples
        and may return True to have the process ended.
        """
        usage = Usage()
        counters_path = os.path.join(self._scratch, "counters")
        if os.path.exists(counters_path):
            os.unlink(counters_path)
        environment = library.environment(dict(os.environ))
        environment["AETHER_COUNTERS"] = counters_path
        paths = [os.path.join(self._scratch, name) for name in ("stdout", "stderr")]
        with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
            started = time.monotonic()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment,
                start_new_session=True, preexec_fn=_die_with_parent)
            try:
                self._watch(usage, library, directory, started + timeout_seconds, tick)
            finally:
                self._collect(usage, started)
        usage.stdout, usage.stderr = (_tail(path) for path in paths)
        usage.counters = _sum_counters(counters_path)
        if directory:
            usage.space_bytes_peak = max(usage.space_bytes_peak, space_of(directory))
        return usage

    def stop(self):
        """Ends the running process and everything it started."""
        process = self._process
        if process is not None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _watch(self, usage, library, directory, deadline, tick):
        pid = self._process.pid
        pidfd = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        verified = False
        space_due = 0
        try:
            while True:
                # The first samples come fast: a wrong library should not run for long.
                if poll.poll(_SAMPLE_SECONDS * 1000 if verified else 10):
                    return
                now = time.monotonic()
                if not verified:
                    verified = self._verify(pid, library)
                sample = memory_of(pid)
                if "RssAnon" in sample:
                    anonymous = sample["RssAnon"] + sample.get("RssShmem", 0)
                    usage.memory_bytes_peak = max(usage.memory_bytes_peak, anonymous)
                    usage.mapped_file_bytes_peak = max(usage.mapped_file_bytes_peak,
                                                       sample.get("RssFile", 0))
                    usage.threads_peak = max(usage.threads_peak, sample.get("Threads", 0))
                if directory and now >= space_due:
                    usage.space_bytes_peak = max(usage.space_bytes_peak, space_of(directory))
                    space_due = now + _SPACE_SAMPLE_SECONDS
                if now > deadline:
                    usage.timed_out = True
                    self.stop()
                elif tick and tick(pid):
                    self.stop()
        finally:
            os.close(pidfd)

    def _verify(self, pid, library):
        """True once the meant library is mapped. Raises WrongLibrary for any other."""
        mapped = loaded_libraries(pid)
        wrong = [path for inode, path in mapped if inode != library.inode]
        if wrong:
            self.stop()
            raise WrongLibrary(f"{library.label}: meant {library.path}, but the process loaded "
                               + ", ".join(sorted(wrong)))
        return bool(mapped)

    def _collect(self, usage, started):
        process = self._process
        pid = process.pid
        if process.returncode is None:
            if not _is_zombie(pid):
                self.stop()
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            usage.seconds = time.monotonic() - started
            try:
                io = _io_of(pid)
                usage.bytes_written = io["wchar"]
                usage.bytes_dirtied = io["write_bytes"] - io["cancelled_write_bytes"]
            except (OSError, KeyError):
                pass
            # Whatever the process left running in its group goes with it.
            self.stop()
            _, status, rusage = os.wait4(pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            usage.exit_code = process.returncode
            usage.cpu_seconds = rusage.ru_utime + rusage.ru_stime
            usage.rss_bytes_peak = rusage.ru_maxrss * 1024
        self._process = None


def _is_zombie(pid):
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _tail(path, limit=1 << 20):
    with open(path, "rb") as file:
        file.seek(max(0, os.path.getsize(path) - limit))
        return file.read().decode("utf-8", "replace")


def _sum_counters(path):
    """Adds up the JSON lines a library appended, one for each store it closed."""
    total = {}
    if not os.path.exists(path):
        return total
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                values = json.loads(line)
            except ValueError:
                continue
            for name, value in values.items():
                if isinstance(value, (int, float)):
                    total[name] = total.get(name, 0) + value
    return total


def device_bytes_written(directory):
    """Bytes written so far to the block device below a directory, or None where there is none."""
    number = os.stat(directory).st_dev
    wanted = [str(os.major(number)), str(os.minor(number))]
    try:
        with open("/proc/diskstats", encoding="ascii") as stats:
            for line in stats:
                fields = line.split()
                if fields[:2] == wanted:
                    return int(fields[9]) * 512
    except OSError:
        pass
    return None


def sync_file_system(directory):
    """Lets earlier writes reach the device, so that one run does not pay for another."""
    subprocess.run(["sync", "-f", directory], check=False, stdin=subprocess.DEVNULL)

"""Carries out a plan and keeps what was measured."""

import os
import shutil
import sys
import time

from race import output, plan, process, rows


_DISK_FULL_BYTES = 16 << 20  # Less than one file of a run: nothing can be written any more.


class Results:
    """Measurements by row, library, mode and pair; problems in the order they were met."""

    def __init__(self):
        self.measured = {}  # row name -> library -> "throughput" or "latency" -> list of dicts
        self.problems = []
        self.left_out = []
        self.checks = []

    def add(self, row, library, latency, measurement):
        mode = "latency" if latency else "throughput"
        by_library = self.measured.setdefault(row.name, {})
        by_library.setdefault(library, {}).setdefault(mode, []).append(measurement)

    def problem(self, text):
        if text not in self.problems:
            self.problems.append(text)

    def check(self, text):
        if text not in self.checks:
            self.checks.append(text)


class Progress:
    """One line that is rewritten on a terminal; one line per finished run elsewhere."""

    def __init__(self, total, left_seconds):
        self._total = total
        self._left_seconds = left_seconds
        self._number = 0
        self._terminal = sys.stderr.isatty()
        self._label = ""
        self._started = 0
        self._shown = 0

    def start(self, step):
        self._number += 1
        what = "settling" if step.settle else ("latency" if step.latency else "throughput")
        self._label = (f"[{self._number}/{self._total}] {step.row.name} {step.side} "
                       f"pair {step.pair} {what}")
        self._started = time.monotonic()
        self._shown = 0

    def tick(self, _pid):
        now = time.monotonic()
        if self._terminal and now - self._shown >= 1:
            self._shown = now
            elapsed = now - self._started
            left = max(0, self._left_seconds() - elapsed)
            sys.stderr.write(f"\r\033[K{self._label}: {elapsed:.0f} s, about {minutes(left)} left")
            sys.stderr.flush()
        return False

    def finish(self, text):
        start = "\r\033[K" if self._terminal else ""
        sys.stderr.write(f"{start}{self._label}: {text}; about "
                         f"{minutes(self._left_seconds())} left\n")
        sys.stderr.flush()

    def skip(self):
        self._number += 1


def minutes(seconds):
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


class Race:
    """One race. After every step `after_step()` is called: whoever records has the time to."""

    def __init__(self, settings, passes, libraries, runner, db_bench, directory, keep,
                 limit_seconds):
        self._settings = settings
        self._passes = passes
        self._libraries = libraries  # by name
        self._runner = runner
        self._db_bench = db_bench
        self._directory = directory
        self._keep = keep
        self._limit_seconds = limit_seconds  # None: as long as it takes
        self._clock = plan.Clock(passes)
        self.runs_planned = sum(len(one.steps) for one in passes)
        self.runs_done = 0
        self.after_step = lambda: None
        self._progress = Progress(self.runs_planned, self.left_seconds)
        self._started = time.monotonic()
        self._current = None
        self._broken = {}  # library -> why its database of this pass cannot be used
        self._before = {}  # library -> (bytes stored, device bytes, user bytes) of an unsettled row
        self._exact = {}
        self.results = Results()

    def left_seconds(self):
        """The time left as far as it can be foretold, without the passes there is no time for."""
        left = 0
        for one in self._passes:
            expected = self._clock.pass_seconds(one)
            if expected and (one is self._current or not self._too_late(one, left)):
                left += expected
        return left

    def run(self):
        for one in self._passes:
            self._current = one
            if self._too_late(one):
                for step in one.steps:
                    self._clock.done(step, None)
                    self._progress.skip()
                names = {step.row.name for step in one.steps if step.reported}
                if one.pair == 1:
                    self.results.left_out += [row.name for row in one.stage.rows
                                              if row.name in names]
                continue
            self._broken = {}
            self._before = {}
            self._exact = {}
            for library in plan.LIBRARIES:
                self._clear(self._path(library))
                os.makedirs(self._path(library))
            for step in one.steps:
                self._step(step)
                self.after_step()
            if not self._keep:
                self.clear()

    def clear(self):
        """Removes the databases."""
        for library in plan.LIBRARIES:
            self._clear(self._path(library))

    def _too_late(self, one, ahead_seconds=0):
        """Whether a pass does not fit any more, when others before it take `ahead_seconds`."""
        if self._limit_seconds is None:
            return False
        elapsed = time.monotonic() - self._started + ahead_seconds
        if one.pair == 1:
            return elapsed > self._limit_seconds
        return elapsed + self._clock.pass_seconds(one) > self._limit_seconds

    def _path(self, library):
        return os.path.join(self._directory, library.lower())

    @staticmethod
    def _clear(path):
        shutil.rmtree(path, ignore_errors=True)
        if os.path.exists(rows.timeline_path(path)):
            os.unlink(rows.timeline_path(path))

    def _step(self, step):
        reason = self._broken.get(step.side)
        if reason:
            self._clock.done(step, None)
            self._progress.skip()
            if step.reported and not step.settle:
                self._fail(step, f"not run: {reason}")
            return
        path = self._path(step.side)
        if step.settle:
            arguments = rows.settle_flags(step.stage, self._settings, path, step.idle_seconds)
        else:
            arguments = rows.flags(step.row, step.stage, self._settings, path, step.latency)
            process.sync_file_system(path)
            self._before[step.side] = [0, process.device_bytes_written(path), None]
        self._progress.start(step)
        usage = self._runner.run([self._db_bench, *arguments], self._libraries[step.side], path,
                                 step.timeout_seconds(), self._progress.tick)
        self._clock.done(step, usage.seconds)
        if step.settle:
            text = self._settled(step, usage, path)
        else:
            text = self._ran(step, usage, arguments)
        self.runs_done += 1
        self._progress.finish(text)

    def _break(self, step, reason):
        """Nothing can run on this database any more; the other library may need its space."""
        self._broken[step.side] = reason
        if not self._keep:
            self._clear(self._path(step.side))

    def _fail(self, step, reason):
        if step.reported:
            self.results.add(step.row, step.side, step.latency,
                             {"pair": step.pair, "error": reason})
        self.results.problem(f"{step.row.name} on {step.side}: {reason}")

    def _why_failed(self, step, usage, runs):
        said = output.complaint(usage.stdout, usage.stderr)
        if usage.timed_out:
            how = f"no end after {usage.seconds:.0f} s"
        elif usage.exit_code:
            how = (f"ended by signal {-usage.exit_code}" if usage.exit_code < 0
                   else f"exit status {usage.exit_code}")
        elif not step.settle and step.row.benchmark != "compact" and not runs:
            how = "db_bench gave no result"
        else:
            return ""
        # Not every library says it, and a killed process says nothing.
        if shutil.disk_usage(self._directory).free < _DISK_FULL_BYTES:
            how = f"the disk of {self._directory} is full, {how}"
        return f"{how}: {said}" if said else how

    def _ran(self, step, usage, arguments):
        runs = output.parse(usage.stdout, step.row.benchmark)
        failure = self._why_failed(step, usage, runs)
        if failure:
            if step.row.shapes or step.row.writes:
                self._break(step, f"{step.row.name} failed on this database")
            self._fail(step, failure)
            return f"FAILED, {failure}"
        done = sum(run.operations for run in runs)
        self._before[step.side][0] = usage.bytes_stored()
        self._before[step.side][2] = rows.user_bytes(step.row, step.stage, done)
        self._compare(step, runs)
        if not runs:
            return f"{usage.seconds:.1f} s"
        rate = output.throughput(runs)
        if step.reported:
            measurement = {
                "pair": step.pair,
                "command": [self._db_bench, *arguments],
                "ops_per_second": rate,
                "micros_per_op": runs[-1].micros,
                "operations": done,
                "runs": [[run.ops_per_second, run.operations] for run in runs if not run.warm_up],
                "cpu_us_per_op": usage.cpu_seconds * 1e6 / max(1, done),
                "seconds": usage.seconds,
                "memory_bytes_peak": usage.memory_bytes_peak,
                "mapped_file_bytes_peak": usage.mapped_file_bytes_peak,
                "rss_bytes_peak": usage.rss_bytes_peak,
                "threads_peak": usage.threads_peak,
                "space_bytes_peak": usage.space_bytes_peak,
                "bytes_stored": usage.bytes_stored(),
                "bytes_dirtied": usage.bytes_dirtied,
                "counters": usage.counters,
                "found": runs[-1].found,
            }
            if step.latency:
                measurement["latency_us"] = output.main_latency(runs[-1])
                measurement["latency_us_by_operation"] = runs[-1].latency
            if step.row.over_time:
                measurement["operations_by_second"] = _timeline(self._path(step.side))
            self.results.add(step.row, step.side, step.latency, measurement)
        return f"{rate:,.0f} ops/s, {usage.seconds:.1f} s"

    def _settled(self, step, usage, path):
        failure = self._why_failed(step, usage, None)
        if failure:
            self._break(step, f"settling after {step.row.name} failed")
            self._fail(step, f"settling: {failure}")
            return f"FAILED, {failure}"
        process.sync_file_system(path)
        stored, device, handed = self._before.pop(step.side)
        space = process.space_of(path)
        if step.reported and not step.latency:
            measurement = self.results.measured[step.row.name][step.side]["throughput"][-1]
            after = process.device_bytes_written(path)
            measurement["space_bytes_settled"] = space
            measurement["space_bytes_peak"] = max(measurement["space_bytes_peak"],
                                                  usage.space_bytes_peak)
            measurement["settle_seconds"] = usage.seconds
            measurement["settle_cpu_seconds"] = usage.cpu_seconds
            measurement["settle_bytes_stored"] = usage.bytes_stored()
            measurement["settle_counters"] = usage.counters
            if step.side == plan.LIBRARIES[-1] and not usage.counters:
                self.results.check("Aether's library told nothing of a mapped log "
                                   "(AETHER_COUNTERS): its WA covers write calls alone")
            if handed:
                measurement["user_bytes"] = handed
                measurement["write_amplification"] = (stored + usage.bytes_stored()) / handed
                if device is not None and after is not None:
                    measurement["device_bytes"] = after - device
                    measurement["write_amplification_device"] = (after - device) / handed
        return f"{space / 1e6:,.0f} MB on disk, {usage.seconds:.1f} s"

    def _compare(self, step, runs):
        """Deterministic rows must find the same on both databases."""
        if not step.row.exact or step.latency or not runs:
            return
        seen = runs[-1].found or runs[-1].operations
        by_library = self._exact.setdefault(step.row.name, {})
        by_library[step.side] = seen
        if len(by_library) < len(plan.LIBRARIES):
            return
        if len(set(by_library.values())) > 1:
            self.results.problem(f"{step.row.name}: on the same keys " + ", ".join(
                f"{library} found {_count(value)}" for library, value in by_library.items()))
        else:
            self.results.check(f"{step.row.name}: both found {_count(seen)}")


def _timeline(directory):
    try:
        with open(rows.timeline_path(directory), encoding="ascii", errors="replace") as file:
            return output.timeline(file.read())
    except OSError:
        return []


def _count(seen):
    return f"{seen[0]:,} of {seen[1]:,}" if isinstance(seen, tuple) else f"{seen:,}"

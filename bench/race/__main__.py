"""bench/run's second half: checks the arguments, races, reports, cleans up."""

import argparse
import dataclasses
import fcntl
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from race import library, measure, plan, plots, process, reopen, report, rows

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_BENCH = os.path.join(_ROOT, "bench")
_LOCK = "/tmp/aether-bench.lock"


class CannotStart(Exception):
    """The race was asked for something that cannot be done; the text says what."""


def parser():
    options = argparse.ArgumentParser(prog="bench/run", add_help=False, allow_abbrev=False,
                                      usage="bench/run [options], bench/run --help")
    options.add_argument("-h", "--help", action="store_true")
    options.add_argument("--full", action="store_true")
    options.add_argument("--only", action="append", default=[])
    options.add_argument("--pairs", type=_at_least(1))
    options.add_argument("--modes", default="throughput,latency")
    options.add_argument("--num", type=_at_least(1000))
    options.add_argument("--duration", type=_at_least(1), default=0)
    options.add_argument("--settle-seconds", type=_at_least(0))
    options.add_argument("--list", action="store_true")
    options.add_argument("--reopen", action="store_true")
    options.add_argument("--rocksdb-lib")
    options.add_argument("--aether-lib")
    options.add_argument("--db-bench", default="db_bench")
    options.add_argument("--db-dir", default=os.path.join(_BENCH, "out", "db"))
    options.add_argument("--out", default=os.path.join(_BENCH, "out"))
    options.add_argument("--keep", action="store_true")
    options.add_argument("--no-install", action="store_true")
    # For bench/run itself: look at the arguments, run nothing.
    options.add_argument("--check-arguments", action="store_true")
    return options


def _at_least(low):
    def number(text):
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f"must be at least {low}")
        return value
    return number


def settings_of(options):
    modes = tuple(options.modes.split(","))
    if not set(modes) <= {"throughput", "latency"}:
        raise CannotStart("--modes takes throughput, latency or both with a comma")
    settle = options.settle_seconds
    if settle is None:
        settle = 60 if options.full else 0
    settings = rows.Settings(options.num or (5_000_000 if options.full else 1_000_000),
                             options.full, options.duration, settle, modes)
    if not options.full and not options.pairs and "throughput" in modes:
        return dataclasses.replace(settings, latency_pairs=1)
    return settings


def chosen_rows(options):
    patterns = [name for names in options.only for name in names.split(",") if name]
    try:
        return rows.select(patterns, options.full)
    except ValueError as error:
        raise CannotStart(str(error)) from error


def show_rows(settings):
    for stage in rows.STAGES:
        for row in stage.rows:
            mark = "  (runs when a later row of its database needs it)" \
                if row.kind == "prepare" else ""
            print(f"{row.name}{mark}\n    db_bench "
                  + " ".join(rows.flags(row, stage, settings, "D", False)))


def _commit():
    described = subprocess.run(["git", "-C", _ROOT, "describe", "--always", "--dirty"],
                               capture_output=True, text=True, check=False)
    return described.stdout.strip()


def _check_space(directory, needed):
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise CannotStart(f"{directory} has {free / 1e9:.1f} GB free, this race may need "
                          f"{needed / 1e9:.1f} GB: give a smaller --num or another --db-dir")


def _lock():
    """Two races at once measure each other."""
    try:
        # Another user may have made it; a lock needs no right to write.
        handle = os.open(_LOCK, os.O_RDONLY | (0 if os.path.exists(_LOCK) else os.O_CREAT), 0o644)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStart("another race is running on this machine") from error
    except OSError as error:
        raise CannotStart(f"{_LOCK}: {error.strerror}") from error
    return handle


def _say(text):
    print(text, file=sys.stderr, flush=True)


class Session:
    """What has to be there before the first run, and gone after the last."""

    def __init__(self, options):
        self._options = options
        self.scratch = tempfile.mkdtemp(prefix="aether-bench-")
        self.runner = process.Runner(self.scratch)
        self.databases = ""
        self.made = []

    def make(self, directory):
        """Makes a directory, and remembers it if it was not there."""
        if not os.path.isdir(directory):
            os.makedirs(directory)
            self.made.append(directory)

    def prepare(self):
        options = self._options
        if not os.path.exists("/proc/self/io"):
            raise CannotStart("/proc is not mounted; what a process writes and holds is read there")
        for directory in (options.out, options.db_dir):
            self.make(os.path.abspath(directory))
        # The lock is held: what lies here from a race that was killed belongs to nobody.
        for stale in glob.glob(os.path.join(glob.escape(options.db_dir), "aether-race-*")):
            shutil.rmtree(stale, ignore_errors=True)
        self.databases = tempfile.mkdtemp(prefix="aether-kept-" if options.keep else "aether-race-",
                                          dir=os.path.abspath(options.db_dir))
        db_bench = shutil.which(options.db_bench)
        if not db_bench:
            raise CannotStart(f"there is no {options.db_bench}: install rocksdb-tools")
        if not options.aether_lib:
            raise CannotStart("--aether-lib is missing (bench/run gives it after building)")
        rocksdb = library.Library("RocksDB", options.rocksdb_lib
                                  or library.system_rocksdb(db_bench), self.scratch)
        aether = library.Library("Aether", options.aether_lib, self.scratch)
        if rocksdb.inode == aether.inode:
            raise CannotStart(f"both libraries are the same file: {rocksdb.path}")
        for one in (rocksdb, aether):
            one.supply_hooks(os.path.join(_BENCH, "syncpoint.cc"), self.scratch)
            one.check_loader(db_bench)
        return db_bench, {"RocksDB": rocksdb, "Aether": aether}

    def clean(self):
        """Ends what still runs and removes what was made, unless it is to be kept."""
        self.runner.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)
        if not self.databases:
            return
        if self._options.keep:
            _say(f"Databases kept in {self.databases}")
            return
        shutil.rmtree(self.databases, ignore_errors=True)
        for directory in self.made:
            try:
                os.rmdir(directory)
            except OSError:
                pass  # Something else lives there by now.


def _report(options, settings, pairs, libraries, results, chosen, seconds):
    summary = report.summarize(results, chosen)
    facts = {
        "raced": library.raced_line(libraries["RocksDB"]),
        "about": report.facts_of_run(settings, pairs, seconds),
        "commit": _commit(),
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "seconds": seconds,
        "settings": {"num": settings.num, "full": settings.full, "pairs": pairs,
                     "duration": settings.duration, "settle_seconds": settings.settle_seconds,
                     "modes": settings.modes},
        "libraries": {name: one.describe() for name, one in libraries.items()},
        "machine": report.machine(os.path.abspath(options.db_dir)),
        "geometric_mean": report.geometric_mean(summary),
        "problems": results.problems, "checks": results.checks, "left_out": results.left_out,
        "rows": summary,
    }
    report.write_json(os.path.join(options.out, "report.json"), facts)
    drawn = plots.draw(summary, options.out)
    with open(os.path.join(options.out, "report.md"), "w", encoding="utf-8") as file:
        file.write(report.markdown(facts, summary, drawn))
    print(facts["raced"] + "\n")
    print(report.table(summary))
    for title, items in (("PROBLEM", results.problems), ("check", results.checks),
                         ("left out for lack of time", results.left_out)):
        for item in items:
            print(f"{title}: {item}")
    print(f"\nReport: {os.path.join(options.out, 'report.md')} ({seconds / 60:.1f} minutes)")


def _race(options, session, db_bench, libraries):
    settings = settings_of(options)
    chosen = chosen_rows(options)
    pairs = options.pairs or (3 if options.full else 2)
    passes = plan.build(settings, chosen, pairs)
    _check_space(session.databases, plan.space_needed(settings, passes))
    # Whoever names rows or pairs gets them all, however long it takes.
    bounded = not (options.full or options.only or options.pairs or options.num)
    race = measure.Race(settings, passes, libraries, session.runner, db_bench, session.databases,
                        options.keep, plan.QUICK_LIMIT_SECONDS if bounded else None)
    _say(library.raced_line(libraries["RocksDB"]))
    _say(f"{len(chosen)} rows, up to {pairs} pairs, about {measure.minutes(race.left_seconds())}")
    started = time.monotonic()
    interrupted = False
    try:
        race.run()
    except KeyboardInterrupt:
        interrupted = True
        race.results.problem("interrupted: the rows below are incomplete")
    _report(options, settings, pairs, libraries, race.results, chosen, time.monotonic() - started)
    if interrupted:
        return 130
    return 1 if race.results.problems else 0


def _reopen(options, session, libraries):
    keys = options.num or 5_000_000
    _check_space(session.databases, keys * 116 * 4 + (5 << 30))
    measuring = reopen.Reopen(libraries, session.runner, session.scratch, session.databases,
                              options.pairs or 3, options.num, _say)
    measured = measuring.run(os.path.join(_BENCH, "probe.cc"))
    raced = library.raced_line(libraries["RocksDB"])
    tables = reopen.lines(measured)
    measured.update(raced=raced, commit=_commit(),
                    machine=report.machine(os.path.abspath(options.db_dir)))
    report.write_json(os.path.join(options.out, "reopen.json"), measured)
    with open(os.path.join(options.out, "reopen.md"), "w", encoding="utf-8") as file:
        file.write(f"{raced}\n\n# Reopening after SIGKILL, and an idle open store\n\n{tables}\n")
    print(f"{raced}\n\n{tables}\n\nReport: {os.path.join(options.out, 'reopen.md')}")
    for failure in measured["failures"]:
        print(f"PROBLEM: {failure}")
    return 1 if measured["failures"] else 0


def main():
    options = parser().parse_args()
    if options.help:
        with open(os.path.join(_BENCH, "usage.txt"), encoding="utf-8") as usage:
            print(usage.read(), end="")
        return 0
    try:
        settings = settings_of(options)
        chosen_rows(options)
        if options.list:
            show_rows(settings)
            return 0
        if options.check_arguments:
            return 0
        held = _lock()
    except CannotStart as error:
        _say(f"bench/run: {error}")
        return 2

    def interrupt(_number, _frame):
        raise KeyboardInterrupt
    # Set by hand because a shell's background jobs start with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    session = Session(options)
    try:
        db_bench, libraries = session.prepare()
        if options.reopen:
            return _reopen(options, session, libraries)
        return _race(options, session, db_bench, libraries)
    except (CannotStart, library.LibraryError, process.WrongLibrary, reopen.ProbeFailed,
            OSError) as error:
        _say(f"bench/run: {error}")
        return 2
    except KeyboardInterrupt:
        _say("bench/run: interrupted")
        return 130
    finally:
        # A second Ctrl-C must not leave databases behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        session.clean()
        os.close(held)


if __name__ == "__main__":
    sys.exit(main())

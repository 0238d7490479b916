"""bench/run's second half: checks the arguments, races, reports, cleans up."""

import argparse
import dataclasses
import fcntl
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from race import library, measure, page, plan, process, record, reopen, report, rows

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
    options.add_argument("--page", action="store_true")
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
        return dataclasses.replace(settings, slow_pairs=1)
    return settings


def check_files(options):
    """What can be told before the library is built."""
    if options.reopen and (options.only or options.full):
        raise CannotStart("--reopen measures no rows: --only and --full have no meaning with it")
    for name in ("rocksdb-lib", "aether-lib"):
        path = getattr(options, name.replace("-", "_"))
        if path is not None and not os.path.exists(path):
            raise CannotStart(f"--{name}: there is nothing at {path or 'an empty path'}")
    if not shutil.which(options.db_bench):
        raise CannotStart(f"there is no {options.db_bench}: install rocksdb-tools, or give "
                          "--db-bench")
    if not shutil.which("nm"):
        raise CannotStart("there is no nm: install binutils")


def chosen_rows(options):
    patterns = [name for names in options.only for name in names.split(",") if name]
    if options.only and not patterns:
        raise CannotStart("--only names no row")
    try:
        chosen = rows.select(patterns, options.full)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    if "throughput" in options.modes.split(","):
        return chosen
    # A row over time is a measurement of throughput and nothing else.
    over_time = {row.name for row in rows.reported_rows() if row.over_time}
    if set(chosen) <= over_time:
        raise CannotStart(f"{', '.join(chosen)}: nothing to measure without --modes throughput")
    return [name for name in chosen if name not in over_time]


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
        # Hours later is too late to learn that nothing can be written there.
        with tempfile.TemporaryFile(dir=options.out):
            pass
        # The lock is held: what lies here from a race that was killed belongs to nobody.
        for stale in glob.glob(os.path.join(glob.escape(options.db_dir), "aether-race-*")):
            shutil.rmtree(stale, ignore_errors=True)
        self.databases = tempfile.mkdtemp(prefix="aether-kept-" if options.keep else "aether-race-",
                                          dir=os.path.abspath(options.db_dir))
        db_bench = shutil.which(options.db_bench)
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


def _conditions(options, settings, pairs, db_bench, libraries, machine):
    return {
        "raced": library.raced_line(libraries["RocksDB"]),
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "commit": _commit(),
        "arguments": sys.argv[1:],
        "settings": {"num": settings.num, "full": settings.full, "pairs": pairs,
                     "duration": settings.duration, "settle_seconds": settings.settle_seconds,
                     "modes": settings.modes},
        "db_bench": {"path": db_bench, "package": library.package_of(os.path.realpath(db_bench))},
        "libraries": {name: one.describe() for name, one in libraries.items()},
        "machine": machine,
    }


def _write_page(facts, directory):
    """Returns the path of the page. Raises CannotStart with the reason there is none."""
    try:
        return page.write(facts, directory)
    except ImportError as error:
        raise CannotStart(f"no page without the Python module {error.name} (scripts/"
                          "install-packages race installs it); bench/run --page makes it "
                          f"from {record.JSON_NAME}") from error


def _show(facts):
    """The table and what has to be known about it."""
    partial = record.incomplete(facts)
    print(facts["raced"] + "\n")
    if partial:
        print(partial + "\n")
    print(report.table(facts["rows"]))
    for problem in facts["problems"]:
        print(f"PROBLEM: {problem}")
    for check in facts["checks"]:
        print(f"check: {check}")
    for name, why in record.not_run(facts).items():
        print(f"{why}: {name}")
    if partial:
        print(partial)
    print("", flush=True)


def _report(facts_of, state, directory):
    """Prints the table first: it needs no space on any disk. Returns whether all was written."""
    facts = facts_of.facts(state)
    _show(facts)
    try:
        facts_of.save(state)
    except OSError as error:
        _say(f"bench/run: {error.filename}: {error.strerror}; the table above is all there is")
        return False
    written = True
    try:
        print(f"Page:     {_write_page(facts, directory)}")
    except OSError as error:
        _say(f"bench/run: no page: {error.filename}: {error.strerror}; bench/run --page makes it "
             "when there is space")
        written = False
    except CannotStart as error:
        _say(f"bench/run: {error}")
    print(f"Raw data: {os.path.abspath(facts_of.path)} (every run with its command line)\n"
          f"It took {measure.minutes(facts['seconds'])}.")
    return written


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
    facts_of = record.Record(options.out, chosen, race, _conditions(
        options, settings, pairs, db_bench, libraries,
        report.machine(os.path.abspath(options.db_dir))))
    facts_of.save(record.RUNNING)
    # It belongs to the race before, whose figures are gone now.
    page.remove(options.out)

    def keep_what_is_known():
        try:
            facts_of.save(record.RUNNING)
        except OSError as error:
            race.results.problem(f"{facts_of.path}: {error.strerror}")
    race.after_step = keep_what_is_known
    _say(library.raced_line(libraries["RocksDB"]))
    _say(f"Rows: {len(chosen)}, pairs: up to {pairs}, about {measure.minutes(race.left_seconds())}")
    status = 0
    state = record.COMPLETE
    try:
        race.run()
    except KeyboardInterrupt:
        state = "interrupted"
        status = 130
    except (process.WrongLibrary, OSError) as error:
        state = _reason(error)
        status = 2
        _say(f"bench/run: {state}")
    if not options.keep:
        race.clear()  # On a full disk the report needs the space.
    written = _report(facts_of, state, options.out)
    return status or int(bool(race.results.problems) or not written)


def _reason(error):
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _page_again(options):
    """Makes the page from the raw data of an earlier race."""
    path = os.path.join(options.out, record.JSON_NAME)
    try:
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
    except ValueError as error:
        raise CannotStart(f"{path} is damaged: {error}") from error
    if not isinstance(facts, dict) or facts.get("format") != record.FORMAT:
        raise CannotStart(f"{path} is of another version of bench/run")
    print(f"Page: {_write_page(facts, options.out)}")
    return 0


def _reopen(options, session, libraries):
    keys = options.num or 5_000_000
    _check_space(session.databases, keys * 116 * 4 + (5 << 30))
    measuring = reopen.Reopen(libraries, session.runner, session.scratch, session.databases,
                              options.pairs or 3, options.num, _say)
    status = 0
    try:
        measuring.run(os.path.join(_BENCH, "probe.cc"))
    except KeyboardInterrupt:
        status = 130
        measuring.failures.append("PARTIAL: interrupted")
    measured = measuring.measured
    measured["complete"] = not status
    raced = library.raced_line(libraries["RocksDB"])
    tables = "\n".join([reopen.lines(measured), ""]
                       + [f"PROBLEM: {failure}" for failure in measured["failures"]])
    measured.update(raced=raced, commit=_commit(),
                    machine=report.machine(os.path.abspath(options.db_dir)))
    report.write_json(os.path.join(options.out, "reopen.json"), measured)
    with open(os.path.join(options.out, "reopen.md"), "w", encoding="utf-8") as file:
        file.write(f"{raced}\n\n# Reopening after SIGKILL, and an idle open store\n\n{tables}\n")
    print(f"{raced}\n\n{tables}\n")
    print(f"Report:   {os.path.abspath(os.path.join(options.out, 'reopen.md'))}\n"
          f"Raw data: {os.path.abspath(os.path.join(options.out, 'reopen.json'))}")
    return status or int(bool(measured["failures"]))


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
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` is no error.
            show_rows(settings)
            return 0
        if not options.page:
            check_files(options)
        if options.check_arguments:
            return 0
        if options.page:
            return _page_again(options)
        held = _lock()
    except (CannotStart, OSError) as error:
        _say(f"bench/run: {_reason(error)}")
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
        _say(f"bench/run: {_reason(error)}")
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

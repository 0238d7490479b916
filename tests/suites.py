#!/usr/bin/env python3
"""Builds everything, runs every suite, ends with one table: cases, faults injected, violations.

  tests/run                what a newcomer and CI run
  tests/run --full         longer campaigns, and the builds with sanitizers
  tests/run --only a,b     some suites; tests/run --list names them

Installs the Debian packages that are missing (as root or with sudo). Exit status: 0 when every suite ran and none found a
violation.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JOBS = str(os.cpu_count() or 2)
LIBRARY = "build/release/lib"
RECORDS = "build/release/test-records"  # what ran and passed in this run
DEBIAN = "/usr/lib/x86_64-linux-gnu"
ENGINE_TESTS = ["base", "io", "memtable", "buffer", "wal", "run", "commit", "lsm", "txn", "store"]
# What several threads share; the thread sanitizer is slow, so it sees this core.
CONCURRENT = ["base", "memtable", "buffer", "wal", "commit", "txn", "store"]


class Suite:
    """A name, the targets it needs of a preset, and the commands it runs."""

    def __init__(self, name, commands, preset="release", targets=(), timeout=900,
                 full_only=False):
        self.full_only = full_only
        self.name = name
        self.commands = commands
        self.preset = preset
        self.targets = list(targets)
        self.timeout = timeout


def unit(preset, layers):
    return [["build/%s/bin/%s_test" % (preset, layer), "--gtest_brief=1"] for layer in layers]


def suites(full):
    cycles, crashes, scheduled = (
        ("10000", "500000", "50000") if full else ("3000", "50000", "5000"))
    short = "60" if full else "20"
    return [
        Suite("units", unit("release", ENGINE_TESTS) + [
            ["ctest", "--test-dir", "build/release", "-R", "poison", "--output-on-failure"],
            ["build/release/bin/compat_test", "--gtest_brief=1",
             "--gtest_output=json:%s/compat_test.json" % RECORDS],
            ["build/release/bin/hit_path_test", "--gtest_brief=1"],
            ["build/release/bin/schedule_test", "--gtest_brief=1"]], targets=["all"]),
        Suite("abi", [["tests/abi/run", "build/release"]]),
        Suite("clients", [["tests/clients/run", "--library", LIBRARY],
                          ["tests/clients/tools", "--library", LIBRARY],
                          ["tests/clients/packages", "--library", LIBRARY],
                          ["tests/clients/examples", "--library", LIBRARY],
                          ["tests/clients/moves", "--library", LIBRARY,
                           "--keys", "2000000" if full else "60000"],
                          ["tests/clients/documents", "build/release"]],
              targets=["rocksdb", "rocksdb_static"]),
        Suite("conformance", [["tests/conformance/run", "build/release"]],
              targets=["conformance_aether", "conformance_rocksdb"], timeout=2400),
        # Behind those whose records it reads; it runs them itself when they were not chosen.
        Suite("compatibility", [["tests/compatibility/run", "build/release"]],
              targets=["rocksdb", "compatibility_facts", "compat_test", "conformance_aether",
                       "conformance_rocksdb"], timeout=2400),
        Suite("crash", [["build/release/bin/crash_loop", "--cycles", cycles]],
              targets=["crash_loop"], timeout=3600),
        Suite("replication", [["build/release/bin/replication", "--seconds", short]],
              targets=["replication"]),
        Suite("sim", [
            ["build/release/bin/sim_episodes", "--crashes", crashes],
            ["build/release/bin/sim_episodes", "--schedule", "--crashes", scheduled],
            ["build/release/bin/sim_episodes", "--twice", "--episodes", "50"]],
              targets=["sim_episodes"], timeout=7200),
        Suite("campaigns", [
            ["build/release/bin/campaigns", campaign] + (["--full"] if full else [])
            for campaign in ("bit-flip", "error-sweep", "enumeration")] + [
                ["tests/campaigns/try_planted", "build/release/bin/campaigns_planted"]],
              targets=["campaigns", "campaigns_planted"], timeout=14400),
        Suite("differential", [
            ["tests/differential/run", "--seconds", "600" if full else "60"],
            ["tests/differential/run", "--planted", "--minimise-seconds", "0"]],
              targets=["differential_aether", "differential_rocksdb", "differential_planted"],
              timeout=3600),
        Suite("histories", [
            ["build/release/bin/linearizability_test", "--gtest_brief=1"],
            ["tests/linearizability/run", "--seconds", short]],
              targets=["linearizability_aether", "linearizability_test"]),
        Suite("fuzz", [["tests/fuzz/run", "--seconds", "300" if full else "10"]], preset="fuzz",
              targets=["fuzzers"], timeout=3600),
        Suite("tla", [["tla/run"] + (["--full"] if full else [])], timeout=14400 if full else 1800),
        Suite("traces", [
            ["tests/trace/run", "--count", "600" if full else "80"],
            ["tests/trace/run", "--planted"]],
              preset="tracing", targets=["trace_driver", "trace_pages"], timeout=1800),
        Suite("planted", [
            ["tests/planted/run", "build/release/bin/sim_episodes_planted"],
            ["tests/linearizability/run", "--planted"]],
              targets=["sim_episodes_planted", "linearizability_planted"]),
        Suite("memory", [
            ["build/release/bin/memory_budget"] + flags.split() for flags in (
                "" if full else
                "--data_mb 512 --seconds 30",
                "--data_mb 256 --seconds 6 --planted memory",
                "--data_mb 256 --seconds 6 --planted values")],
              targets=["memory_budget"], timeout=1800),
        Suite("race", [["/usr/bin/python3", "-m", "unittest", "-q", "race.race_test"]]),
        Suite("asan", unit("asan", ENGINE_TESTS) + [
            ["build/asan/bin/sim_episodes", "--jobs", "2", "--seconds", short],
            ["build/asan/bin/conformance_aether"],
            # Two of its tests close stores whose snapshots nobody releases.
            ["env", "ASAN_OPTIONS=detect_leaks=0", "build/asan/bin/compat_test",
             "--gtest_brief=1"]], preset="asan",
            targets=[t + "_test" for t in ENGINE_TESTS] + [
                "sim_episodes", "conformance_aether", "compat_test"],
            timeout=1800, full_only=True),
        Suite("tsan", unit("tsan", CONCURRENT) + [
            ["build/tsan/bin/sim_episodes", "--plan", "crowd", "--jobs", "2",
             "--seconds", short]],
              preset="tsan", targets=[t + "_test" for t in CONCURRENT] + ["sim_episodes"],
              timeout=1800, full_only=True),
        Suite("locks", [["true"]], preset="fuzz", targets=["aether_store"]),
    ]


class Tally:
    def __init__(self):
        self.cases = self.faults = self.violations = 0
        self.notes = []


def read_results(text, tally):
    """Adds up what the programs say of themselves. False when nothing countable was said."""
    counted = False
    for line in text.splitlines():
        result = re.search(r"RESULT .*?cases=(\d+)(?: faults=(\d+))? .*?violations=(\d+)", line)
        plain = re.match(r"cases (\d+) violations (\d+)", line)
        gtest = re.search(r"\[==========\] (\d+) tests? from .* ran", line)
        failed = re.search(r"\[  FAILED  \] (\d+) tests?, listed below", line)
        python = re.match(r"Ran (\d+) tests? in", line)
        ctest = re.search(r"(\d+) tests failed out of (\d+)", line)
        if result:
            tally.cases += int(result.group(1))
            tally.faults += int(result.group(2) or 0)
            tally.violations += int(result.group(3))
        elif plain:
            tally.cases += int(plain.group(1))
            tally.violations += int(plain.group(2))
        elif gtest:
            tally.cases += int(gtest.group(1))
        elif failed:
            tally.violations += int(failed.group(1))
        elif python:
            tally.cases += int(python.group(1))
        elif ctest:
            tally.cases += int(ctest.group(2))
            tally.violations += int(ctest.group(1))
        else:
            continue
        counted = True
    return counted


def first_complaint(text):
    """What the table says of a command that failed: the log may be gone when somebody reads it."""
    found = re.search(r"VIOLATION.*|.*Failure\n.*|^(?:ERROR|FAIL): .*|.*Sanitizer.*", text, re.M)
    return ", " + " ".join(found.group(0).split())[:900] if found else ""


def run(command, timeout, log, environment=None):
    """Runs a command in a process group of its own; its output goes to the log while it runs. Returns (status, output);
    status None: no end in time."""
    log.write("\n$ %s\n" % " ".join(command))
    log.flush()
    begin = os.path.getsize(log.name)
    try:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
                                   env=environment, start_new_session=True)
    except OSError as error:
        log.write("%s\n" % error)
        return 127, "%s\n" % error
    try:
        status = process.wait(timeout=timeout)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as stopped:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        status = None
        if isinstance(stopped, KeyboardInterrupt):
            raise
    with open(log.name, "rb") as written:
        written.seek(begin)
        return status, written.read().decode(errors="replace")


def build(preset, targets, log):
    if not os.path.exists(os.path.join(ROOT, "build", preset, "build.ninja")):
        status, text = run(["cmake", "--preset", preset], 300, log)
        if status != 0:
            return text
    command = ["cmake", "--build", "--preset", preset, "-j", JOBS]
    if targets:
        command += ["--target"] + targets
    status, text = run(command, 3600, log)
    return "" if status == 0 else text


def main():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="longer campaigns, sanitizers")
    parser.add_argument("--only", help="suites, separated by commas")
    parser.add_argument("--list", action="store_true", help="names the suites")
    args = parser.parse_args()
    chosen = suites(args.full)
    if args.list:
        print("\n".join(s.name + (" (--full, or by name)" if s.full_only else "") for s in chosen))
        return 0
    if not args.only:
        chosen = [s for s in chosen if args.full or not s.full_only]
    else:
        wanted = args.only.split(",")
        unknown = set(wanted) - {s.name for s in chosen}
        if unknown:
            parser.error("no such suite: " + ", ".join(sorted(unknown)))
        chosen = [s for s in chosen if s.name in wanted]

    os.chdir(ROOT)
    os.makedirs("build", exist_ok=True)
    shutil.rmtree(RECORDS, ignore_errors=True)
    rows = []
    start = time.time()
    with open("build/tests.log", "a", encoding="utf-8") as log:
        log.truncate(0)
        print("packages ...", flush=True)
        status, text = run(["scripts/install-packages", "all"], 1800, log)
        if status != 0:
            print(text)
            return 1
        environment = dict(os.environ, PYTHONPATH=os.path.join(ROOT, "bench"),
                           PYTHONDONTWRITEBYTECODE="1",
                           TSAN_OPTIONS="halt_on_error=1", ASAN_OPTIONS="detect_leaks=1",
                           UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
        for number, suite in enumerate(chosen):
            tally = Tally()
            began = time.time()
            print("[%d/%d, %d min] %s: building ..." % (number + 1, len(chosen),
                                                        (began - start) // 60, suite.name),
                  flush=True)
            problem = build(suite.preset, suite.targets or ["rocksdb"], log)
            built = time.time()
            if problem:
                tally.violations += 1
                tally.notes.append("does not build")
                print(problem[-3000:])
            else:
                print("[%d/%d, %d min] %s: running ..." % (number + 1, len(chosen),
                                                           (built - start) // 60, suite.name),
                      flush=True)
                for command in suite.commands:
                    status, text = run(command, suite.timeout, log, environment)
                    counted = read_results(text, tally)
                    if not counted and command != ["true"]:
                        tally.cases += 1
                    if status != 0:
                        tally.violations += 0 if counted and tally.violations else 1
                        tally.notes.append("%s: %s%s" % (
                            command[0], "no end in time" if status is None else
                            "status %d" % status, first_complaint(text)))
                        print(text[-3000:])
            if suite.name == "locks" and not problem:
                tally.cases += 1
            rows.append((suite.name, tally, built - began, time.time() - built))
        total = Tally()
        print("\n%-12s %9s %9s %11s %8s %8s" % ("suite", "cases", "faults", "violations",
                                                "build s", "run s"))
        for name, tally, building, running in rows:
            total.cases += tally.cases
            total.faults += tally.faults
            total.violations += tally.violations
            print("%-12s %9d %9d %11d %8d %8d  %s" % (name, tally.cases, tally.faults,
                                                      tally.violations, building, running,
                                                      "; ".join(tally.notes)))
        print("%-12s %9d %9d %11d %17d" % ("total", total.cases, total.faults, total.violations,
                                           time.time() - start))
        print("everything that was printed: build/tests.log")
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())

"""Tests of the race itself: PYTHONPATH=bench python3 -m unittest race.race_test

Output samples have the shape db_bench prints; a process's figures are checked on a real child.
"""

import fcntl
import os
import re
import sys
import tempfile
import time
import unittest

from race import __main__ as main
from race import library, measure, output, plan, process, report, rows

_REPEATED = """Warming up benchmark by running 1 times
readrandom   :       2.183 micros/op 900000 ops/sec 1.001 seconds 900000 operations;   63.8 MB/s (289780 of 459999 found)

Running benchmark for 3 times
readrandom   :       2.122 micros/op 500000 ops/sec 1.002 seconds 500000 operations;   65.6 MB/s (298368 of 473999 found)

readrandom   :       2.070 micros/op 700000 ops/sec 1.001 seconds 700000 operations;   67.3 MB/s (302139 of 479999 found)

readrandom [AVG 2 runs] : 954028 (+- 23500) ops/sec;   66.5 (+- 1.7) MB/sec
readrandom   :       2.087 micros/op 600000 ops/sec 1.002 seconds 600000 operations;   66.6 MB/s (304334 of 482999 found)
readrandom [MEDIAN 3 runs] : 600000 ops/sec;   66.8 MB/sec
"""

_MIXED = """readrandomwriterandom :       4.499 micros/op 222255 ops/sec 1.008 seconds 223999 operations; ( reads:201600 writes:22399 total:20000 found:201554)
Microseconds per write:
Count: 22399 Average: 6.9211  StdDev: 3.09
Min: 4  Median: 5.8185  Max: 336
Percentiles: P50: 5.82 P75: 7.99 P99: 14.95 P99.9: 29.49 P99.99: 65.67
------------------------------------------------------
Microseconds per read:
Count: 201600 Average: 4.2303  StdDev: 10.66
Min: 1  Median: 3.7349  Max: 4708
Percentiles: P50: 3.73 P75: 5.02 P99: 9.69 P99.9: 20.94 P99.99: 40.26
------------------------------------------------------
[       0,       1 ]     2812   1.395%   1.395%
"""


class OutputTest(unittest.TestCase):
    def test_warm_up_does_not_count(self):
        runs = output.parse(_REPEATED, "readrandom")
        self.assertEqual([run.warm_up for run in runs], [True, False, False, False])
        self.assertEqual(output.throughput(runs), 600000)
        self.assertEqual(sum(run.operations for run in runs), 2700000)
        self.assertEqual(runs[-1].found, (304334, 482999))

    def test_a_mixed_row_is_about_its_reads(self):
        run = output.parse(_MIXED, "readrandomwriterandom")[0]
        self.assertEqual(output.main_latency(run)["p99.9"], 20.94)
        self.assertEqual(output.main_latency(run)["max"], 4708)
        self.assertEqual(run.latency["write"]["p99.99"], 65.67)

    def test_other_benchmarks_are_not_taken_for_the_row(self):
        self.assertEqual(output.parse(_MIXED, "readrandom"), [])

    def test_complaint_is_found_behind_progress_reports(self):
        said = "... finished 100 ops      ... finished 200 ops     put error: IO error: disk full\n"
        self.assertEqual(output.complaint("", said), "put error: IO error: disk full")


class RowsTest(unittest.TestCase):
    def setUp(self):
        self.full = rows.Settings(5_000_000, True, 0, 60)

    def _flags(self, name, latency=False):
        for stage in rows.STAGES:
            for row in stage.rows:
                if row.name == name:
                    return rows.flags(row, stage, self.full, "D", latency)
        raise KeyError(name)

    def test_operations_are_divided_among_threads(self):
        self.assertIn("--writes=1250000", self._flags("fillrandom-t4"))
        self.assertIn("--writes=12500000", self._flags("overwrite-t2"))
        self.assertIn("--writes=25000000", self._flags("overwrite-t1"))

    def test_reads_use_another_seed_than_the_fill(self):
        self.assertIn("--seed=42", self._flags("fillrandom-t1"))
        self.assertIn("--seed=4711", self._flags("readrandom-t1"))

    def test_histograms_only_in_latency_runs(self):
        self.assertIn("--histogram=0", self._flags("readrandom-t1"))
        self.assertIn("--histogram=1", self._flags("readrandom-t1", latency=True))

    def test_a_fresh_row_never_opens_an_existing_database(self):
        for stage in rows.STAGES:
            for row in stage.rows:
                given = rows.flags(row, stage, self.full, "D", False)
                self.assertNotEqual(row.fresh, "--use_existing_db=1" in given, row.name)
            self.assertTrue(stage.rows[0].fresh, stage.name)

    def test_rows_bring_along_what_they_stand_on(self):
        stage = next(stage for stage in rows.STAGES if stage.name == "random-t1")
        names = [row.name for row in rows.needed_rows(stage, ["seekrandom-10-compacted"])]
        self.assertEqual(names, ["fillrandom-t1", "overwrite-t1", "found", "compact",
                                 "seekrandom-10-compacted"])

    def test_a_stage_replaces_flags(self):
        given = self._flags("defaults-readrandom-t1")
        self.assertEqual([flag for flag in given if "compression" in flag],
                         ["--compression_type=snappy"])
        self.assertIn("--cache_size=8388608", given)
        self.assertIn("--compression_type=none", self._flags("readrandom-t1"))

    def test_names_are_unique_and_unknown_ones_refused(self):
        names = [row.name for stage in rows.STAGES for row in stage.rows]
        self.assertEqual(len(names), len(set(names)))
        with self.assertRaises(ValueError):
            rows.select(["readhot"], True)

    def test_settling_stays_open_for_the_idle_time(self):
        given = rows.settle_flags(rows.STAGES[0], self.full, "D", 60)
        self.assertEqual(given[0].count("waitforcompaction"), 13)


class PlanTest(unittest.TestCase):
    def test_libraries_alternate_and_pairs_are_complete(self):
        settings = rows.Settings(1000, True, 1, 0)
        chosen = rows.select([], True)
        seen = {}
        for one in plan.build(settings, chosen, 3):
            libraries = [step.side for step in one.steps if not step.settle]
            self.assertEqual(libraries, list(plan.LIBRARIES) * (len(libraries) // 2))
            for step in one.steps:
                if step.reported and not step.settle:
                    key = (step.row.name, step.side, step.latency)
                    seen.setdefault(key, []).append(step.pair)
        for name in chosen:
            for one in plan.LIBRARIES:
                for latency in (False, True):
                    self.assertEqual(seen[(name, one, latency)], [1, 2, 3], name)

    def test_reads_alone_fill_one_database_for_all_pairs(self):
        passes = plan.build(rows.Settings(1000, True, 1, 0), ["readrandom-t1"], 3)
        self.assertEqual(len(passes), 1)

    def test_a_row_that_writes_gets_a_database_of_its_own_for_latency(self):
        passes = plan.build(rows.Settings(1000, True, 1, 0), ["fillseq"], 1)
        self.assertEqual([[step.latency for step in one.steps if not step.settle]
                          for one in passes], [[False, False], [True, True]])


class _AnyLibrary:
    """Stands for a library when the child loads none."""

    label = "none"
    path = ""
    inode = 0

    @staticmethod
    def environment(base):
        return base


class ProcessTest(unittest.TestCase):
    def setUp(self):
        self._scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self._scratch.cleanup)
        self.runner = process.Runner(self._scratch.name)

    def _run(self, script, **arguments):
        return self.runner.run([sys.executable, "-c", script], _AnyLibrary(), **arguments)

    def test_written_bytes_and_memory_are_the_childs(self):
        directory = os.path.join(self._scratch.name, "db")
        os.mkdir(directory)
        usage = self._run("import time; block = bytearray(b'x') * (64 << 20)\n"
                          f"open({directory!r} + '/f', 'wb').write(block[:8 << 20])\n"
                          "time.sleep(0.5)", directory=directory)
        self.assertEqual(usage.exit_code, 0)
        self.assertTrue(8 << 20 <= usage.bytes_written < 9 << 20, usage.bytes_written)
        self.assertGreater(usage.memory_bytes_peak, 64 << 20)
        self.assertGreaterEqual(usage.space_bytes_peak, 8 << 20)

    def test_counters_of_all_stores_add_up(self):
        usage = self._run("import os\n"
                          "with open(os.environ['AETHER_COUNTERS'], 'a') as f:\n"
                          "  f.write('{\"log_bytes_mapped\": 5, \"name\": \"a\"}\\n' * 2)")
        self.assertEqual(usage.counters, {"log_bytes_mapped": 10})
        self.assertEqual(usage.bytes_stored(), usage.bytes_written + 10)

    def test_a_hanging_child_is_ended_with_its_children(self):
        # The grandchild holds a lock for as long as it lives.
        path = os.path.join(self._scratch.name, "lock")
        for seconds in (1, 8, 64):  # a busy machine takes its time to get there
            usage = self._run("import fcntl, subprocess\n"
                              f"f = open({path!r} + '.new', 'w')\n"
                              "fcntl.flock(f, fcntl.LOCK_EX)\n"
                              "child = subprocess.Popen(['sleep', '1000'], pass_fds=[f.fileno()])\n"
                              f"import os; os.rename({path!r} + '.new', {path!r})\n"
                              "child.wait()", timeout_seconds=seconds)
            if os.path.exists(path):
                break
        self.assertTrue(usage.timed_out)
        self.assertEqual(usage.exit_code, -9)
        with open(path, encoding="ascii") as lock:
            # It dies a moment after the signal was sent.
            for _ in range(100):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    time.sleep(0.05)
        self.fail("the grandchild lives on")

    def test_another_library_than_the_one_meant_is_refused(self):
        fake = os.path.join(self._scratch.name, "librocksdb.so.7.8")
        with open(fake, "wb") as file:
            file.write(bytes(4096))
        script = (f"import mmap, time; f = open({fake!r}, 'r+b')\n"
                  "m = mmap.mmap(f.fileno(), 4096); time.sleep(20)")
        with self.assertRaises(process.WrongLibrary):
            self._run(script)


class ReportTest(unittest.TestCase):
    def test_ratio_is_the_median_of_the_pairs_not_the_ratio_of_the_medians(self):
        results = measure.Results()
        row = rows.STAGES[0].rows[0]
        for pair, (first, second) in enumerate(((100, 300), (200, 220), (400, 800)), 1):
            for name, rate in zip(plan.LIBRARIES, (first, second)):
                results.add(row, name, False, {"pair": pair, "ops_per_second": rate})
        entry = report.summarize(results, [row.name])[0]
        self.assertEqual(entry["ratio"], 2.0)
        self.assertEqual(entry["libraries"]["Aether"]["ops_per_second"], 300)

    def test_a_failed_run_shows_as_failed(self):
        results = measure.Results()
        row = rows.STAGES[0].rows[0]
        results.add(row, "RocksDB", False, {"pair": 1, "ops_per_second": 10})
        results.add(row, "Aether", False, {"pair": 1, "error": "ended by signal 6"})
        text = report.table(report.summarize(results, [row.name]))
        self.assertRegex(text, r"fillseq +10 +failed +-")


class UsageTest(unittest.TestCase):
    def test_every_option_is_explained(self):
        with open(os.path.join(main._BENCH, "usage.txt"), encoding="utf-8") as file:
            explained = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", file.read(), re.MULTILINE))
        known = {name for action in main.parser()._actions for name in action.option_strings
                 if name.startswith("--")}
        self.assertEqual(known - {"--check-arguments"}, explained)


class LibraryTest(unittest.TestCase):
    def test_what_is_no_library_is_refused(self):
        with tempfile.TemporaryDirectory() as scratch:
            with self.assertRaises(library.LibraryError):
                library.Library("Aether", os.path.join(scratch, "none"), scratch)
            with self.assertRaises(library.LibraryError):
                library.Library("Aether", __file__, scratch)


if __name__ == "__main__":
    unittest.main()

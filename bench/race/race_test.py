"""Tests of the race itself: PYTHONPATH=bench python3 -m unittest race.race_test

Output samples have the shape db_bench prints; a process's figures are checked on a real child.
"""

import contextlib
import errno
import fcntl
import html.parser
import io
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

from race import __main__ as main
from race import library, measure, output, page, plan, process, record, report, rows

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


    def test_seconds_are_read_without_the_names_and_the_torn_end(self):
        self.assertEqual(output.timeline("secs_elapsed,interval_qps\n1,75963\n2,74668\n3"),
                         [[1, 75963], [2, 74668]])


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

    def test_a_row_over_time_is_long_and_recorded(self):
        given = self._flags("overwrite-over-time")
        self.assertIn("--duration=300", given)
        self.assertIn("--report_interval_seconds=1", given)
        self.assertIn("--report_file=" + rows.timeline_path("D"), given)
        self.assertFalse(rows.timeline_path("D").startswith("D/"))

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
        over_time = {row.name for row in rows.reported_rows() if row.over_time}
        for name in chosen:
            for one in plan.LIBRARIES:
                self.assertEqual(seen[(name, one, False)], [1, 2, 3], name)
                self.assertEqual(seen.get((name, one, True), []),
                                 [] if name in over_time else [1, 2, 3], name)

    def test_the_quick_race_runs_a_row_over_time_once(self):
        settings = main.settings_of(main.parser().parse_args([]))
        passes = plan.build(settings, ["fillseq", "overwrite-over-time"], 2)
        ran = [[step.row.name for step in one.steps
                if not step.settle and step.side == "Aether"] for one in passes]
        self.assertEqual(ran, [["fillseq", "overwrite-over-time"], ["fillseq"], ["fillseq"]])

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


class _Raced:
    """A race that is over: what Record wants to know of it."""

    def __init__(self):
        self.results = measure.Results()
        self.runs_done = 12
        self.runs_planned = 40


def _run(pair, rate, **more):
    return {"pair": pair, "command": ["db_bench", "--db=D"], "ops_per_second": rate,
            "operations": 1000, "seconds": 1.5, "cpu_us_per_op": 1e6 / rate,
            "memory_bytes_peak": 51_300_000, **more}


_RATES = ((100_000, 300_000), (200_000, 220_000), (400_000, 800_000))
_RECORDED = ["fillseq", "fillrandom-t1", "overwrite-t1", "readrandom-t1", "readmissing",
             "fillsync-t1", "overwrite-over-time"]


def _recorded(state=record.COMPLETE):
    """What report.json of a race holds in which everything happened that can happen."""
    race = _Raced()
    named = {row.name: row for row in rows.reported_rows()}

    def add(name, library_name, *runs, latency=False):
        for run in runs:
            race.results.add(named[name], library_name, latency, run)
    tails = {"p50": 2.5, "p99": 9.0, "p99.9": 77.7, "p99.99": 300.0, "max": 4000.0}
    for pair, rates in enumerate(_RATES, 1):
        for name, rate in zip(plan.LIBRARIES, rates):
            add("fillseq", name, _run(pair, rate, write_amplification=2.25,
                                      space_bytes_settled=616e6, space_bytes_peak=700e6))
            add("fillseq", name, _run(pair, rate, latency_us=tails), latency=True)
    add("fillrandom-t1", "RocksDB", _run(1, 170_000), _run(2, 170_000))
    add("fillrandom-t1", "Aether", _run(1, 510_000),
        {"pair": 2, "error": "ended by signal 6: <script>alert('x')</script> & more"})
    race.results.problem("fillrandom-t1 on Aether: ended by signal 6")
    # Nothing in the histogram of one library, no latency run of the other.
    add("overwrite-t1", "RocksDB", _run(1, 100_000))
    add("overwrite-t1", "RocksDB", _run(1, 90_000, latency_us=tails), latency=True)
    add("overwrite-t1", "Aether", _run(1, 250_000))
    add("overwrite-t1", "Aether", _run(1, 240_000, latency_us={}), latency=True)
    add("fillsync-t1", "RocksDB", _run(1, 5000))  # Interrupted before the other.
    for name, rate in zip(plan.LIBRARIES, (110_000, 440_000)):
        add("overwrite-over-time", name,
            _run(1, rate, operations_by_second=[[1, rate + 7], [2, rate], [3, rate - 7]]))
    race.results.left_out.append("readmissing")
    one = {"path": "/lib/librocksdb.so.7.8", "sha256": "ab12", "package": "", "version": "7.8.3",
           "bytes": 123456, "assertions": False, "preload": True}
    conditions = {
        "raced": "Raced against another build of RocksDB.", "date": "2026-01-02 03:04:05 +0000",
        "commit": "0123abc", "arguments": ["--pairs", "3"],
        "settings": {"num": 5000, "full": False, "pairs": 3, "duration": 0, "settle_seconds": 0,
                     "modes": ["throughput", "latency"]},
        "db_bench": {"path": "/usr/bin/db_bench", "package": "rocksdb-tools 7.8.3-2"},
        "libraries": {name: one for name in plan.LIBRARIES},
        "machine": {**report.machine("/"), "aether_environment": {"AETHER_X": "<1>"}},
    }
    return json.loads(json.dumps(record.Record("out", _RECORDED, race, conditions).facts(state)))


class _Tables(html.parser.HTMLParser):
    """Cells of all tables as (text, class), ids, and what would be loaded from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.tables = []
        self.ids = []
        self.loaded = []
        self.tags = set()
        self._cell = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "data", "action"):
                self.loaded.append(value)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = ["", attributes.get("class", "")]
            self.tables[-1][-1].append(self._cell)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell[0] = (self._cell[0] + data).strip()

    def row(self, name, table=0):
        """Cells of a row without its name."""
        return next(row[1:] for row in self.tables[table] if row and row[0][0] == name)


def _plot(text, name):
    return re.search(rf'<figure id="plot-{name}".*?</figure>', text, re.DOTALL).group(0)


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = page.render(_recorded())
        cls.tables = _Tables(cls.text)

    def test_all_rows_stand_in_the_table_in_order(self):
        self.assertEqual([row[0][0] for row in self.tables.tables[0][1:]], _RECORDED)

    def test_the_ratio_shown_is_the_median_of_the_pairs(self):
        expected = f"{statistics.median(b / a for a, b in _RATES):.2f}"
        cells = self.tables.row("fillseq")
        self.assertEqual(cells[2], [expected, "faster"])
        self.assertEqual([cell[0] for cell in cells[-2:]], ["3", "1.10 to 3.00"])
        self.assertIn(f">{expected}<", _plot(self.text, "ratios"))
        self.assertNotIn(">1.50<", _plot(self.text, "ratios"))  # The ratio of the medians.

    def test_page_and_printed_table_agree(self):
        facts = _recorded()
        for entry in facts["rows"]:
            shown = [cell[0].replace("–", "-") for cell in self.tables.row(entry["row"])]
            self.assertEqual(shown[:9], report.cells(entry)[1:])

    def test_missing_percentiles_are_missing_and_not_zero(self):
        cells = self.tables.row("overwrite-t1")
        self.assertEqual(cells[3:5], [["77.7", ""], ["–", "missing"]])
        latency = self.tables.row("overwrite-t1", table=1)
        self.assertEqual([cell[0] for cell in latency[:10]],
                         ["2.5", "–", "9.0", "–", "77.7", "–", "300", "–", "4,000", "–"])
        self.assertEqual([cell[0] for cell in self.tables.row("overwrite-over-time", 1)[:10]],
                         ["–"] * 10)
        drawn = _plot(self.text, "latency")
        self.assertEqual(drawn.count(">not measured<"), 1)
        self.assertNotIn(">overwrite-over-time<", drawn)

    def test_a_failed_row_is_failed_everywhere(self):
        cells = self.tables.row("fillrandom-t1")
        self.assertEqual(cells[:3], [["170.0k", ""], ["failed", "failed"], ["–", "missing"]])
        for table in (1, 2):
            for rocksdb, aether in zip(*[iter(self.tables.row("fillrandom-t1", table))] * 2):
                self.assertNotEqual(rocksdb[0], "failed")
                self.assertEqual(aether, ["failed", "failed"])
        self.assertIn(">failed: Aether<", _plot(self.text, "ratios"))
        self.assertIn("1 of 7 rows failed", self.text)
        self.assertIn("<li>fillrandom-t1 on Aether: ended by signal 6</li>", self.text)

    def test_rows_that_did_not_run_say_so(self):
        self.assertEqual(self.tables.row("readrandom-t1"), [["not run", "missing"]])
        self.assertEqual(self.tables.row("readmissing"), [["left out for lack of time", "missing"]])
        self.assertEqual(self.tables.row("fillsync-t1")[:3],
                         [["5,000", ""], ["–", "missing"], ["–", "missing"]])
        self.assertEqual(_plot(self.text, "ratios").count(">not run<"), 2)

    def test_what_was_not_measured_is_no_bar(self):
        self.assertIn(">not measured<", _plot(self.text, "bytes"))
        # Three rows with both libraries, two with RocksDB alone.
        self.assertEqual(_plot(self.text, "memory").count(">51.3<"), 8)
        self.assertEqual(_plot(self.text, "memory").count(">failed<"), 2)

    def test_both_libraries_are_in_the_plot_over_time(self):
        drawn = _plot(self.text, "seconds-overwrite-over-time")
        lines = re.findall(r'<path d="([^"]*)" clip-path[^>]*stroke: (#\w+)', drawn)
        drawn_as = {color: len(re.findall("[ML]", path)) for path, color in lines}
        for color in page.plots.COLORS.values():
            self.assertEqual(drawn_as[color], 3)
        self.assertNotIn("seconds-fillseq", self.text)

    def test_what_was_said_is_escaped(self):
        self.assertNotIn("script", self.tables.tags)
        self.assertIn("&lt;script&gt;", self.text)
        self.assertIn("AETHER_X=&lt;1&gt;", self.text)

    def test_nothing_comes_from_elsewhere(self):
        self.assertTrue(all(link.startswith("#") for link in self.tables.loaded))
        self.assertNotRegex(self.text, r"@import|url\((?!#)")
        self.assertEqual(len(self.tables.ids), len(set(self.tables.ids)))
        self.assertTrue({link[1:] for link in self.tables.loaded} <= set(self.tables.ids))

    def test_a_partial_race_is_called_partial(self):
        self.assertNotIn("PARTIAL", self.text)
        for state in ("interrupted", record.RUNNING):
            self.assertIn("after 12 of 40 runs", page.render(_recorded(state)))

    def test_a_race_that_measured_nothing_has_a_page(self):
        facts = {**_recorded("interrupted"), "rows": [], "left_out": [], "geometric_mean": None}
        self.assertEqual(_Tables(page.render(facts)).row("fillseq"), [["not run", "missing"]])


class MainTest(unittest.TestCase):
    """The command itself, in this process, with a lock of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.out = os.path.join(self.scratch, "out")
        patched = mock.patch.object(main, "_LOCK", os.path.join(self.scratch, "lock"))
        patched.start()
        self.addCleanup(patched.stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def _main(self, *arguments):
        """Exit status, standard output and standard error."""
        said, complained = io.StringIO(), io.StringIO()
        with mock.patch.object(sys, "argv", ["bench/run", *arguments]), \
                contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            try:
                status = main.main()
            except SystemExit as end:
                status = end.code
        return status, said.getvalue(), complained.getvalue()

    def _race(self, *arguments):
        """A race of Debian's library against a copy of it: everything but the speed is real."""
        copy = os.path.join(self.scratch, library.SONAME)
        shutil.copy(library.system_rocksdb(shutil.which("db_bench")), copy)
        return self._main("--aether-lib", copy, "--out", self.out, "--num", "2000", "--db-dir",
                          os.path.join(self.scratch, "db"), "--modes", "throughput", *arguments)

    def _facts(self):
        with open(os.path.join(self.out, record.JSON_NAME), encoding="utf-8") as file:
            return json.load(file)

    def test_mistakes_are_named(self):
        for arguments, named in (
                (["--num", "many"], "--num"), (["--pairs", "0"], "must be at least 1"),
                (["--modes", "speed"], "--modes"), (["--only", "readhot"], "readhot"),
                (["--only", ","], "--only"), (["surplus"], "surplus"),
                (["--rocksdb-lib", "/none"], "--rocksdb-lib"),
                (["--aether-lib", ""], "--aether-lib"), (["--db-bench", "/none"], "/none"),
                (["--reopen", "--only", "fillseq"], "--reopen"),
                (["--modes", "latency", "--only", "*-over-time"], "overwrite-over-time"),
                (["--page", "--out", self.scratch], record.JSON_NAME)):
            status, _, complained = self._main(*arguments)
            self.assertEqual(status, 2, arguments)
            self.assertIn(named, complained)
            self.assertNotIn("Traceback", complained)

    def test_an_output_directory_that_is_none_ends_it_before_the_race(self):
        with open(self.out, "w", encoding="ascii"):
            pass
        status, _, complained = self._race()
        self.assertEqual(status, 2)
        self.assertIn(self.out, complained)

    def test_a_race_says_where_page_and_raw_data_are(self):
        status, said, complained = self._race("--only", "overwrite-over-time", "--pairs", "1",
                                              "--duration", "2")
        self.assertEqual(status, 0, complained)
        self.assertIn("Page:     " + os.path.join(self.out, page.NAME), said)
        self.assertIn("Raw data: " + os.path.join(self.out, record.JSON_NAME), said)
        facts = self._facts()
        self.assertEqual(facts["state"], record.COMPLETE)
        self.assertEqual(facts["libraries"]["Aether"]["version"], "7.8.3")
        for name in plan.LIBRARIES:
            run = facts["rows"][0]["libraries"][name]["runs"][0]
            seconds = run["operations_by_second"]
            self.assertIn([second for second, _ in seconds], ([1], [1, 2]))
            self.assertLessEqual(sum(count for _, count in seconds), run["operations"])
        self.assertNotIn("db", os.listdir(self.scratch))
        with open(os.path.join(self.out, page.NAME), encoding="utf-8") as file:
            made = file.read()
        os.unlink(os.path.join(self.out, page.NAME))
        self.assertEqual(self._main("--page", "--out", self.out)[0], 0)
        with open(os.path.join(self.out, page.NAME), encoding="utf-8") as file:
            self.assertEqual(file.read(), made)

    def test_an_interrupted_race_keeps_what_it_has(self):
        over = threading.Event()

        def interrupt():
            while not over.wait(0.05):
                with contextlib.suppress(OSError):
                    if self._facts()["runs_done"]:
                        os.kill(os.getpid(), signal.SIGINT)
                        return
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            status, said, complained = self._race("--only", "fillseq", "--pairs", "9")
        finally:
            over.set()
            thread.join()
        self.assertEqual(status, 130, complained)
        self.assertIn("PARTIAL: interrupted, after 1 of 36 runs", said)
        self.assertGreater(
            self._facts()["rows"][0]["libraries"]["RocksDB"]["ops_per_second"], 0)
        with open(os.path.join(self.out, page.NAME), encoding="utf-8") as file:
            self.assertIn("PARTIAL: interrupted", file.read())

    def test_a_race_that_breaks_off_reports_what_it_has(self):
        with mock.patch.object(measure.Race, "run",
                               side_effect=process.WrongLibrary("Aether: another was loaded")):
            status, said, _ = self._race("--only", "fillseq")
        self.assertEqual(status, 2)
        self.assertIn("PARTIAL: Aether: another was loaded, after 0 of 8 runs", said)
        self.assertEqual(self._facts()["state"], "Aether: another was loaded")

    def test_no_page_without_jinja_but_raw_data(self):
        with mock.patch.dict(sys.modules, {"jinja2": None}), \
                mock.patch.object(measure.Race, "run"):
            status, said, complained = self._race("--only", "fillseq")
        self.assertEqual(status, 0)
        self.assertIn("jinja2", complained)
        self.assertIn("Raw data: ", said)
        self.assertNotIn("Page: ", said)

    def test_a_full_disk_leaves_the_table(self):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "report.json")
        with contextlib.redirect_stdout(io.StringIO()) as said, \
                contextlib.redirect_stderr(io.StringIO()) as complained, \
                mock.patch.object(report, "write_json", side_effect=full):
            race = _Raced()
            race.results.add(rows.STAGES[0].rows[0], "RocksDB", False, _run(1, 123_400))
            known = record.Record(self.out, ["fillseq"], race, {"raced": "Raced."})
            self.assertFalse(main._report(known, record.COMPLETE, self.out))
        self.assertIn("123.4k", said.getvalue())
        self.assertIn("No space left on device", complained.getvalue())

    def test_a_row_that_fails_on_a_full_disk_says_that_it_is_full(self):
        settings = rows.Settings(1000, False, 1, 0)
        race = measure.Race(settings, [], {}, None, "db_bench", self.scratch, False, None)
        step = plan.Step(rows.STAGES[0], rows.STAGES[0].rows[0], "Aether", 1, False, True)
        usage = process.Usage(exit_code=1, stderr="put error: IO error")
        self.assertEqual(race._why_failed(step, usage, []), "exit status 1: put error: IO error")
        with mock.patch.object(shutil, "disk_usage", return_value=mock.Mock(free=4096)):
            self.assertIn(f"the disk of {self.scratch} is full", race._why_failed(step, usage, []))

    def test_raw_data_are_replaced_as_a_whole(self):
        path = os.path.join(self.scratch, "facts.json")
        report.write_json(path, {"whole": 1})
        with self.assertRaises(TypeError):
            report.write_json(path, {"whole": 2, "torn": object()})
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"whole": 1})
        self.assertEqual(os.listdir(self.scratch), ["facts.json"])


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

    def test_a_build_without_hooks_gets_those_that_db_bench_binds(self):
        with tempfile.TemporaryDirectory() as scratch:
            bare = os.path.join(scratch, "bare.so")
            subprocess.run(["g++", "-shared", "-x", "c++", "/dev/null", "-o", bare], check=True)
            one = library.Library("RocksDB", bare, scratch)
            self.assertFalse(one.has_hooks)
            one.supply_hooks(os.path.join(main._BENCH, "syncpoint.cc"), scratch)
            self.assertTrue(one.describe()["preload"])
            preload = one.environment({})["LD_PRELOAD"]
            bound = {name for name in
                     library._dynamic_symbols(shutil.which("db_bench"))["undefined"]
                     if "SyncPoint" in name}
            self.assertTrue(bound)
            self.assertLessEqual(bound, library._dynamic_symbols(preload)["defined"])

    def test_a_library_that_lacks_symbols_is_refused_before_the_race(self):
        with tempfile.TemporaryDirectory() as scratch:
            bare = os.path.join(scratch, "bare.so")
            subprocess.run(["g++", "-shared", "-x", "c++", "/dev/null", "-o", bare], check=True)
            with self.assertRaisesRegex(library.LibraryError, "undefined symbol"):
                library.Library("RocksDB", bare, scratch).check_loader(shutil.which("db_bench"))


if __name__ == "__main__":
    unittest.main()

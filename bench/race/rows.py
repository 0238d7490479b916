"""The board: every row, and the databases the rows share.

A stage is one database per library, filled by its first rows and reused by the later ones. A row
that shapes the database (a fill, an overwrite, a full compaction) must run before the rows that
come after it in its stage, whether or not it was asked for; the others may be left out.
"""

import dataclasses
import fnmatch
import math

FILL_SEED = 42
READ_SEED = 4711  # A read with the seed of the fill would replay the fill's order.
WAIT_SECONDS = 5  # db_bench's waitforcompaction sleeps this long before it looks.
PACED_BYTES = 5_000_000  # A second, of keys and values: 43,000 writes of 116 bytes.


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    benchmark: str
    threads: int = 1
    flags: tuple = ()
    rounds: float = 0.0  # Operations of all threads together, as a multiple of num; 0: by duration.
    seconds: int = 0  # 0: as long as the operations take.
    quick_seconds: int = 2  # The same in the quick race.
    repeats: int = 0  # Timed runs inside one process, after a warm-up when warm is set.
    warm: bool = False
    fresh: bool = False  # db_bench makes the database itself.
    shapes: bool = False
    kind: str = "read"  # fill, write, read, mixed or prepare
    rate: float = 100e3  # RocksDB's operations per second, for the first guess of the time left.
    user_bytes: str = ""  # put, delete or nothing: what one operation hands to the store.
    exact: bool = False  # Both libraries must report the same number of operations.
    over_time: bool = False  # db_bench also writes down how many operations each second had.
    quick: bool = False

    @property
    def writes(self):
        return self.kind in ("fill", "write")


@dataclasses.dataclass(frozen=True)
class Stage:
    name: str
    rows: tuple
    scale: int = 1  # Keys as a multiple of num.
    value_size: int = 100
    cache_bytes: int = 2 << 30
    flags: tuple = ()


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a race was asked for, as far as the command lines depend on it."""

    num: int
    full: bool
    duration: int
    settle_seconds: int
    modes: tuple = ("throughput", "latency")
    slow_pairs: int = 1 << 30  # Pairs that also measure latency and run the rows over time.

    def latency(self, pair):
        return "latency" in self.modes and pair <= self.slow_pairs

    def rounds(self, row):
        # Five rounds of overwriting take minutes; the quick race makes do with one.
        return row.rounds if self.full else min(row.rounds, 1)

    def seconds(self, row):
        if not row.seconds:
            return 0
        return self.duration or (row.seconds if self.full else row.quick_seconds)

    def repeats(self, row, latency):
        if latency:
            return 1 if row.repeats else 0
        return row.repeats if self.full else min(row.repeats, 1)


def _fill(name, benchmark="fillrandom", threads=1, rate=170e3, quick=False, flags=()):
    return Row(name, benchmark, threads=threads, flags=flags, rounds=1, fresh=True, shapes=True,
               kind="fill", rate=rate, user_bytes="put", quick=quick)


def _overwrite(name, threads=1, rounds=5.0, rate=118e3, quick=False):
    return Row(name, "overwrite", threads=threads, rounds=rounds, shapes=True, kind="write",
               rate=rate, user_bytes="put", quick=quick)


def _change(name, benchmark, threads=1, rate=100e3, user_bytes="put", quick=False):
    return Row(name, benchmark, threads=threads, rounds=1, kind="write", rate=rate,
               user_bytes=user_bytes, quick=quick)


def _read(name, benchmark, threads=1, flags=(), repeats=0, warm=False, kind="read", quick=False):
    return Row(name, benchmark, threads=threads, flags=flags, seconds=4, repeats=repeats, warm=warm,
               kind=kind, quick=quick)


def _get(name, threads=1, quick=False, flags=()):
    return _read(name, "readrandom", threads=threads, flags=flags, repeats=3, warm=True,
                 quick=quick)


def _seek(name, nexts, quick=False):
    return _read(name, "seekrandom", flags=(f"--seek_nexts={nexts}",), repeats=2, warm=True,
                 quick=quick)


def _scan(name, benchmark, repeats=0, exact=False, quick=False):
    return Row(name, benchmark, repeats=repeats, rounds=1, rate=3e6, exact=exact, quick=quick)


def _sync(name, threads, quick=False):
    return Row(name, "fillsync", threads=threads, seconds=6, fresh=True, kind="fill", rate=6e3,
               quick=quick)


def _small_reads(prefix):
    return (
        _get(prefix + "readrandom-t1"),
        _get(prefix + "readrandom-t2", threads=2),
        _read(prefix + "readmissing", "readmissing"),
        _read(prefix + "multireadrandom", "multireadrandom", flags=("--batch_size=32",)),
        _scan(prefix + "readseq", "readseq", repeats=3),
        _scan(prefix + "readreverse", "readreverse"),
        _seek(prefix + "seekrandom-0", 0),
        _seek(prefix + "seekrandom-10", 10),
        _seek(prefix + "seekrandom-100", 100),
        _read(prefix + "readwhilewriting-1", "readwhilewriting", kind="mixed"),
    )


def _large_reads(prefix):
    return (
        _get(prefix + "readrandom-t1"),
        _get(prefix + "readrandom-t2", threads=2),
        _get(prefix + "direct-t1", flags=("--use_direct_reads=1",)),
        _get(prefix + "direct-t16", threads=16, flags=("--use_direct_reads=1",)),
    )


def _compressed(codec):
    """The small and the large set, compressed in files."""
    return (
        Stage(codec, (
            _fill(codec + "-fillrandom"),
            _overwrite(codec + "-overwrite-t1", rounds=1),
            *_small_reads(codec + "-"),
        ), flags=(f"--compression_type={codec}",)),
        Stage("large-" + codec, (
            _fill(f"large-{codec}-fillrandom", rate=147e3),
            _overwrite(f"large-{codec}-overwrite-t1", rounds=1, rate=136e3),
            *_large_reads(f"large-{codec}-"),
        ), scale=2, value_size=400, cache_bytes=512 << 20, flags=(f"--compression_type={codec}",)),
    )


# What db_bench takes when nothing is said: a small cache, snappy, no filter.
_DEFAULTS = ("--compression_type=snappy", "--bloom_bits=-1")

# The published mix of one production workload: gets, puts, scans, their lengths, hot ranges.
_MIXGRAPH = ("--mix_get_ratio=0.83", "--mix_put_ratio=0.14", "--mix_seek_ratio=0.03",
             "--value_k=0.2615", "--value_sigma=25.45", "--iter_k=2.517", "--iter_sigma=14.236",
             "--keyrange_dist_a=14.18", "--keyrange_dist_b=-2.917", "--keyrange_dist_c=0.0164",
             "--keyrange_dist_d=-0.08082", "--keyrange_num=30")

STAGES = (
    Stage("fillseq", (
        _fill("fillseq", "fillseq", rate=353e3, quick=True),
        # Long enough to show whether merges keep up, or make the writer wait in the end.
        Row("overwrite-over-time", "overwrite", seconds=300, quick_seconds=10, shapes=True,
            kind="write", user_bytes="put", over_time=True, quick=True),
    )),
    Stage("fillseq-nowal", (
        _fill("fillseq-nowal", "fillseq", rate=829e3, flags=("--disable_wal=1",)),)),
    Stage("random-t1", (
        _fill("fillrandom-t1", quick=True),
        _overwrite("overwrite-t1", quick=True),
        Row("found", "readrandom", kind="prepare", rate=250e3, quick=True,
            flags=("--reads=200000",), exact=True),
        _get("readrandom-t1", quick=True),
        _get("readrandom-t2", threads=2),
        _get("readrandom-t4", threads=4),
        _read("readmissing", "readmissing", quick=True),
        _read("multireadrandom", "multireadrandom", flags=("--batch_size=32",), quick=True),
        _scan("readseq", "readseq", repeats=3, exact=True, quick=True),
        _scan("readreverse", "readreverse", exact=True),
        _seek("seekrandom-0", 0),
        _seek("seekrandom-10", 10, quick=True),
        _seek("seekrandom-100", 100),
        _read("readwhilewriting-1", "readwhilewriting", kind="mixed", quick=True),
        _read("readwhilewriting-2", "readwhilewriting", threads=2, kind="mixed"),
        # The same writes beside both: what the speed of the writer does not explain.
        _read("readwhilewriting-paced", "readwhilewriting",
              flags=(f"--benchmark_write_rate_limit={PACED_BYTES}",), kind="mixed"),
        _read("seekrandomwhilewriting-10", "seekrandomwhilewriting", flags=("--seek_nexts=10",),
              kind="mixed"),
        _read("readrandomwriterandom-t1", "readrandomwriterandom", kind="mixed"),
        _read("readrandomwriterandom-t2", "readrandomwriterandom", threads=2, kind="mixed"),
        _read("mixgraph", "mixgraph", flags=_MIXGRAPH, kind="mixed"),
        Row("compact", "compact", shapes=True, kind="prepare", rounds=1, rate=1e6),
        _get("readrandom-compacted"),
        _scan("readseq-compacted", "readseq", repeats=3),
        _seek("seekrandom-0-compacted", 0),
        _seek("seekrandom-10-compacted", 10),
        _seek("seekrandom-100-compacted", 100),
    )),
    # What flushes leave, all of it overlapping: seeks over many runs.
    Stage("unmerged", (
        _fill("unmerged-fillrandom"),
        _seek("unmerged-seekrandom-0", 0),
        _seek("unmerged-seekrandom-10", 10),
        _seek("unmerged-seekrandom-100", 100),
    ), flags=("--disable_auto_compactions=1",)),
    Stage("random-t2", (
        _fill("fillrandom-t2", threads=2, rate=175e3),
        _overwrite("overwrite-t2", threads=2, rate=120e3),
    )),
    Stage("random-t4", (
        _fill("fillrandom-t4", threads=4, rate=127e3, quick=True),
        _overwrite("overwrite-t4", threads=4, rate=114e3),
    )),
    Stage("fillrandom-nowal", (_fill("fillrandom-nowal", rate=230e3, flags=("--disable_wal=1",)),)),
    Stage("fillsync-t1", (_sync("fillsync-t1", 1, quick=True),)),
    Stage("fillsync-t2", (_sync("fillsync-t2", 2),)),
    Stage("fillsync-t4", (_sync("fillsync-t4", 4),)),
    Stage("fillsync-t8", (_sync("fillsync-t8", 8),)),
    Stage("changes", (
        Row("fill-changes", "fillrandom", rounds=1, fresh=True, shapes=True, kind="prepare",
            rate=170e3),
        _change("updaterandom-t1", "updaterandom", rate=81e3),
        _change("updaterandom-t2", "updaterandom", threads=2, rate=112e3),
        _change("mergerandom", "mergerandom", rate=177e3),
        _change("deleterandom", "deleterandom", rate=179e3, user_bytes="delete"),
    ), flags=("--merge_operator=put",)),
    Stage("large", (
        _fill("large-fillrandom", rate=147e3),
        _overwrite("large-overwrite-t1", rounds=1, rate=136e3),
        _overwrite("large-overwrite-t4", rounds=1, threads=4, rate=121e3),
        *_large_reads("large-"),
    ), scale=2, value_size=400, cache_bytes=512 << 20),
    *_compressed("lz4"),
    *_compressed("snappy"),
    Stage("defaults", (
        _fill("defaults-fillrandom"),
        _overwrite("defaults-overwrite-t1", rounds=1),
        *_small_reads("defaults-"),
    ), cache_bytes=8 << 20, flags=_DEFAULTS),
    Stage("blob", (
        _fill("blob-fillrandom", rate=60e3),
        _overwrite("blob-overwrite-t1", rounds=1, rate=50e3),
        _get("blob-readrandom-t1"),
        _seek("blob-seekrandom-10", 10),
    ), value_size=1000, flags=("--enable_blob_files=1", "--enable_blob_garbage_collection=1")),
)


def reported_rows():
    return [row for stage in STAGES for row in stage.rows if row.kind != "prepare"]


def _in_group(row, group):
    if group == "large":
        return row.name.startswith("large-")
    if group == "writes":
        return row.writes
    return group == "reads" and not row.writes


def select(patterns, full):
    """Names of the rows to report. Raises ValueError for a pattern that fits no row."""
    if not patterns:
        return [row.name for row in reported_rows() if full or row.quick]
    chosen = set()
    for pattern in patterns:
        fits = {row.name for row in reported_rows()
                if _in_group(row, pattern) or fnmatch.fnmatchcase(row.name, pattern)}
        if not fits:
            raise ValueError(f"no row is called '{pattern}' (bench/run --list shows them)")
        chosen |= fits
    return [row.name for row in reported_rows() if row.name in chosen]


def needed_rows(stage, chosen):
    """The rows of the stage that have to run, in order: those chosen and those they stand on."""
    last = max((i for i, row in enumerate(stage.rows) if row.name in chosen), default=-1)
    needed = [row for i, row in enumerate(stage.rows[:last + 1])
              if row.shapes or row.name in chosen]
    # The comparison of hits belongs to the first reads of the settled database.
    if any(not row.writes and row.kind != "prepare" for row in needed):
        needed += [row for row in stage.rows if row.name == "found"]
        needed.sort(key=stage.rows.index)
    return needed


def keys(stage, settings):
    return settings.num * stage.scale


def operations(row, stage, settings):
    """Operations of all threads together, or 0 for a row that runs for a time."""
    return int(settings.rounds(row) * keys(stage, settings))


def flags(row, stage, settings, directory, latency):
    """The arguments of db_bench for one run of a row."""
    num = keys(stage, settings)
    seed = FILL_SEED if row.shapes else READ_SEED
    repeats = settings.repeats(row, latency)
    name = row.benchmark
    if repeats > 1 or (repeats and row.warm):
        name += "[" + ("W1-" if row.warm else "") + f"X{repeats}]"
    arguments = [f"--benchmarks={name}", *_common(stage, num, directory), f"--seed={seed}",
                 f"--histogram={int(latency)}", f"--threads={row.threads}"]
    if not row.fresh:
        arguments.append("--use_existing_db=1")
    total = operations(row, stage, settings)
    if row.writes or row.fresh:
        per_thread = total // row.threads
        if row.benchmark == "deleterandom":
            arguments.append(f"--deletes={per_thread}")
        elif total and per_thread != num:
            arguments.append(f"--writes={per_thread}")
    if settings.seconds(row):
        arguments.append(f"--duration={settings.seconds(row)}")
    if row.over_time:
        arguments += ["--report_interval_seconds=1", f"--report_file={timeline_path(directory)}"]
    arguments += row.flags
    return arguments


def _common(stage, num, directory):
    usual = (f"--db={directory}", f"--num={num}", "--key_size=16",
             f"--value_size={stage.value_size}", "--compression_type=none", "--bloom_bits=10",
             f"--cache_size={stage.cache_bytes}", "--open_files=-1")
    own = {flag.split("=")[0] for flag in stage.flags}
    return (*(flag for flag in usual if flag.split("=")[0] not in own), *stage.flags)


def timeline_path(directory):
    """Where a row over time writes its seconds: beside the database, not among its files."""
    return directory + ".seconds.csv"


def settle_flags(stage, settings, directory, idle_seconds):
    """Flush, wait for the merges, stay open and idle: each further wait sleeps five seconds."""
    waits = 1 + math.ceil(idle_seconds / WAIT_SECONDS)
    if "--disable_auto_compactions=1" in stage.flags:
        waits = 0  # RocksDB would wait for ever for merges that nobody starts
    return ["--benchmarks=" + ",".join(["flush"] + ["waitforcompaction"] * waits),
            *_common(stage, keys(stage, settings), directory), f"--seed={FILL_SEED}",
            "--use_existing_db=1"]


def user_bytes(row, stage, done):
    """Bytes of keys and values that `done` operations handed to the store; None when unknown."""
    if row.user_bytes == "put":
        return done * (16 + stage.value_size)
    if row.user_bytes == "delete":
        return done * 16
    return None


def live_bytes(stage, settings):
    """Keys and values of a randomly filled database without older versions, about."""
    num = keys(stage, settings)
    return num * (16 + stage.value_size)


def first_guess_seconds(row, stage, settings, latency):
    """How long RocksDB takes for one run of the row on a small machine."""
    base = 0.7 if row.fresh else 1.2
    if settings.seconds(row):
        repeats = settings.repeats(row, latency)
        return base + settings.seconds(row) * (max(1, repeats) + (1 if repeats and row.warm else 0))
    total = operations(row, stage, settings) * max(1, settings.repeats(row, latency))
    return base + total / row.rate


def settle_guess_seconds(stage, settings, idle_seconds):
    waits = 1 + math.ceil(idle_seconds / WAIT_SECONDS)
    return 1 + WAIT_SECONDS * waits + keys(stage, settings) / 2e6

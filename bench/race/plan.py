"""The order of a race: which run of which row on which library comes when, and how long it takes.

Pairs alternate: each row runs on RocksDB, then on Aether, and the next pair comes after the whole
board, so that slow drifts of the machine fall on both. Write rows get a database of their own for
throughput and another for latency, because db_bench's histograms cost time and a row that writes
cannot be run twice on the same state. Read rows run for both on the throughput pass's database.
Rows over time have no latency pass: they are long, and the same overwrite in operations has one.
"""

import dataclasses

from race import rows

LIBRARIES = ("RocksDB", "Aether")
QUICK_LIMIT_SECONDS = 340


@dataclasses.dataclass
class Step:
    """One process to run: a row, or the settling after it."""

    stage: rows.Stage
    row: rows.Row
    side: str  # of the race: one of LIBRARIES
    pair: int
    latency: bool
    reported: bool
    settle: bool = False
    idle_seconds: int = 0
    guess_seconds: float = 0

    def key(self):
        return (self.row.name, self.side, self.latency, self.settle)

    def timeout_seconds(self):
        return 40 + 8 * self.guess_seconds + self.idle_seconds


@dataclasses.dataclass
class Pass:
    """One fresh database per library and the steps that run on it."""

    stage: rows.Stage
    pair: int
    steps: list


def build(settings, chosen, pairs):
    """All passes in order. A `pairs` of 1 or more; `chosen` names the rows to report."""
    passes = []
    for pair in range(1, pairs + 1):
        for stage in rows.STAGES:
            passes += _stage_passes(stage, settings, chosen, pair, pairs)
    return passes


def _stage_passes(stage, settings, chosen, pair, pairs):
    if pair > settings.slow_pairs:
        chosen = [row.name for row in stage.rows if row.name in chosen and not row.over_time]
    needed = rows.needed_rows(stage, chosen)
    chosen_writes = [row for row in needed if row.writes and row.name in chosen]
    chosen_reads = [row for row in needed if not row.writes and row.name in chosen]
    throughput = "throughput" in settings.modes
    passes = []
    if chosen_reads and not chosen_writes:
        # Nothing here changes from pair to pair: one database serves them all.
        if pair == 1:
            steps = _steps(stage, settings, needed, chosen, range(1, pairs + 1))
            passes.append(Pass(stage, pair, steps))
        return passes
    if needed and (throughput or chosen_reads):
        passes.append(Pass(stage, pair, _steps(stage, settings, needed, chosen, [pair])))
    timed = [row for row in chosen_writes if not row.over_time]
    if timed and settings.latency(pair):
        last = needed.index(timed[-1])
        steps = []
        upto = [row for row in needed[:last + 1] if row.writes or row.shapes]
        for row in upto:
            steps += _run(stage, settings, row, pair, True, row in timed,
                          settle=row is not upto[-1])
        passes.append(Pass(stage, pair, steps))
    return passes


def _steps(stage, settings, needed, chosen, pairs):
    """The pass that measures throughput, and for rows that do not write also latency."""
    steps = []
    throughput = "throughput" in settings.modes
    for row in needed:
        reported = row.name in chosen
        if row.writes or row.shapes or not reported:
            measured = reported and throughput
            steps += _run(stage, settings, row, pairs[0], False, measured,
                          settle=row.user_bytes != "" or row.shapes,
                          idle_seconds=settings.settle_seconds if measured else 0)
            continue
        for pair in pairs:
            if throughput:
                steps += _run(stage, settings, row, pair, False, True)
            if settings.latency(pair):
                steps += _run(stage, settings, row, pair, True, True)
    return steps


def _run(stage, settings, row, pair, latency, reported, settle=False, idle_seconds=0):
    steps = []
    for library in LIBRARIES:
        steps.append(Step(stage, row, library, pair, latency, reported,
                          guess_seconds=rows.first_guess_seconds(row, stage, settings, latency)))
        if settle:
            steps.append(Step(stage, row, library, pair, latency, reported, True, idle_seconds,
                              rows.settle_guess_seconds(stage, settings, idle_seconds)))
    return steps


class Clock:
    """Expects the time left from what like steps took, and guesses for those not yet seen."""

    def __init__(self, passes):
        self._waiting = {id(step) for one in passes for step in one.steps}
        self._seen = {}
        self._spent = {name: [0.0, 0.0] for name in LIBRARIES}  # measured, guessed

    def done(self, step, seconds):
        self._waiting.remove(id(step))
        if seconds is None:
            return
        self._seen[step.key()] = seconds
        spent = self._spent[step.side]
        spent[0] += seconds
        spent[1] += step.guess_seconds

    def expect(self, step):
        if step.key() in self._seen:
            return self._seen[step.key()]
        measured, guessed = self._spent[step.side]
        if step.settle or step.row.seconds or guessed < 5:
            return step.guess_seconds
        return step.guess_seconds * min(4.0, max(0.2, measured / guessed))

    def pass_seconds(self, one):
        """What is left of a pass."""
        return sum(self.expect(step) for step in one.steps if id(step) in self._waiting)


def space_needed(settings, passes):
    """Bytes of disk the largest stage may take for both libraries at their peaks."""
    peak = 0
    for one in passes:
        peak = max(peak, rows.live_bytes(one.stage, settings) * 3 * len(LIBRARIES))
    return peak + (2 << 30)

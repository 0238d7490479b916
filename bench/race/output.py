"""Reads what db_bench prints: results of each timed run and its histograms."""

import dataclasses
import re
import statistics

_RESULT = re.compile(r"^(\S+)\s+:\s+([\d.]+) micros/op (\d+) ops/sec ([\d.]+) seconds "
                     r"(\d+) operations;(.*)$")
_WARM_UP = re.compile(r"^Warming up benchmark by running (\d+) times")
_FOUND = re.compile(r"\((\d+) of (\d+) found\)")
_FOUND_IN = re.compile(r"reads (\d+) in (\d+) found")
_OPERATION = re.compile(r"^Microseconds per (\w+):")
_COUNT = re.compile(r"^Count: (\d+) Average: ([\d.]+)\s+StdDev: ([\d.]+)")
_RANGE = re.compile(r"^Min: (\d+)\s+Median: ([\d.]+)\s+Max: (\d+)")
_PERCENTILES = re.compile(r"(P[\d.]+): ([\d.]+)")


@dataclasses.dataclass
class Timed:
    """One timed run as db_bench reports it."""

    micros: float
    ops_per_second: int
    seconds: float
    operations: int
    warm_up: bool
    found: tuple = None  # (hits, lookups)
    latency: dict = dataclasses.field(default_factory=dict)  # per operation: p50 ... max, in us


def parse(text, benchmark):
    """All runs of `benchmark`, warm-ups included, in order."""
    runs = []
    warm_ups = 0
    operation = None
    for line in text.splitlines():
        announced = _WARM_UP.match(line)
        if announced:
            warm_ups = int(announced.group(1))
        result = _RESULT.match(line)
        if result:
            operation = None
            if result.group(1) != benchmark:
                continue
            found = _FOUND.search(result.group(6)) or _FOUND_IN.search(result.group(6))
            runs.append(Timed(float(result.group(2)), int(result.group(3)), float(result.group(4)),
                              int(result.group(5)), warm_ups > 0,
                              tuple(map(int, found.groups())) if found else None))
            warm_ups = max(0, warm_ups - 1)
            continue
        if not runs:
            continue
        named = _OPERATION.match(line)
        if named:
            operation = named.group(1)
            runs[-1].latency[operation] = {}
        elif operation:
            _histogram_line(line, runs[-1].latency[operation])
    return runs


def _histogram_line(line, into):
    counted = _COUNT.match(line)
    bounds = _RANGE.match(line)
    if counted:
        into["count"] = int(counted.group(1))
        into["mean"] = float(counted.group(2))
    elif bounds:
        into["max"] = float(bounds.group(3))
    elif line.startswith("Percentiles:"):
        for name, value in _PERCENTILES.findall(line):
            into[name.lower()] = float(value)


def timeline(text):
    """[seconds since the start, operations in that second] of a --report_file, in order."""
    seconds = []
    for line in text.splitlines():
        second, comma, operations = line.partition(",")
        # The first line names the columns; the last may be cut off in a process that was ended.
        if comma and second.isdigit() and operations.isdigit():
            seconds.append([int(second), int(operations)])
    return seconds


def throughput(runs):
    """Median operations per second of the timed runs, without the warm-ups."""
    return statistics.median(run.ops_per_second for run in runs if not run.warm_up)


def main_latency(run):
    """The histogram of the operation the row is about: reads where a row does several things."""
    for name in ("read", "seek", "write", "update", "merge", "delete", "op"):
        if run.latency.get(name, {}).get("count"):
            return run.latency[name]
    return next((values for values in run.latency.values() if values.get("count")), {})


def complaint(stdout, stderr):
    """The line in which db_bench says what went wrong, or an empty string."""
    words = ("error", "Assertion", "terminate called", "unknown benchmark", "undefined symbol",
             "Invalid", "Corruption", "not supported", "Not implemented", "Sanitizer")
    for text in (stderr, stdout):
        # Progress reports end in carriage returns or runs of blanks, not in line ends.
        for line in reversed(re.split(r"[\r\n]|\.\.\. finished \d+ ops\s*", text)):
            if any(word in line for word in words):
                return line.strip()[:300]
    return ""

"""Turns measurements into tables and a JSON file. Nothing here knows how they are shown."""

import json
import math
import os
import platform
import statistics

from race import plan, rows

_MEDIANS = ("ops_per_second", "cpu_us_per_op", "memory_bytes_peak", "mapped_file_bytes_peak",
            "threads_peak", "space_bytes_peak", "space_bytes_settled", "write_amplification",
            "write_amplification_device", "seconds")
_LATENCIES = ("p50", "p99", "p99.9", "p99.99", "max")


def _median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def summarize(results, chosen):
    """One dict per row that ran: medians of each library, and the median of the pairwise ratios."""
    stages = {row.name: (row, stage) for stage in rows.STAGES for row in stage.rows}
    summary = []
    for name in chosen:
        if name not in results.measured:
            continue
        row, stage = stages[name]
        entry = {"row": name, "benchmark": row.benchmark, "threads": row.threads,
                 "value_size": stage.value_size, "libraries": {}, "errors": {}}
        rates = {}
        for library, modes in results.measured[name].items():
            runs = modes.get("throughput", [])
            timed = modes.get("latency", [])
            good = [run for run in runs if "error" not in run]
            medians = {key: _median([run.get(key) for run in good]) for key in _MEDIANS}
            medians["latency_us"] = {
                key: _median([run["latency_us"].get(key) for run in timed if "error" not in run])
                for key in _LATENCIES}
            medians["runs"] = runs
            medians["latency_runs"] = timed
            entry["libraries"][library] = medians
            rates[library] = {run["pair"]: run["ops_per_second"] for run in good}
            errors = [run["error"] for run in runs + timed if "error" in run]
            if errors:
                entry["errors"][library] = errors[0]
        first, second = (rates.get(library, {}) for library in plan.LIBRARIES)
        entry["ratios"] = [second[pair] / first[pair] for pair in sorted(first)
                           if pair in second and first[pair]]
        # Where a run failed the others prove nothing: the row has failed.
        entry["ratio"] = None if entry["errors"] else _median(entry["ratios"])
        summary.append(entry)
    return summary


def geometric_mean(summary):
    ratios = [entry["ratio"] for entry in summary if entry["ratio"]]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def _rate(value):
    if value is None:
        return "-"
    if value >= 1e6:
        return f"{value / 1e6:.2f}M"
    return f"{value / 1e3:.1f}k" if value >= 1e4 else f"{value:,.0f}"


def _number(value, digits=1):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{digits}f}"


def _ratio(value):
    return _number(value, 2)


def _megabytes(value):
    return "-" if value is None else f"{value / 1e6:,.0f}"


def _count(value):
    return "-" if value is None else f"{value:,.0f}"


def cells(entry):
    """The columns of the one table, as text."""
    rates = ["failed" if library in entry["errors"] else rate for library, rate in zip(
        plan.LIBRARIES, _pair(entry, ("ops_per_second",), _rate))]
    return [entry["row"], *rates, "-" if entry["ratio"] is None else f"{entry['ratio']:.2f}",
            *_pair(entry, ("latency_us", "p99.9"), _number),
            *_pair(entry, ("write_amplification",), _ratio),
            *_pair(entry, ("memory_bytes_peak",), _megabytes)]


HEADERS = ("workload", "RocksDB op/s", "Aether op/s", "ratio", "P99.9 us R", "P99.9 us A", "WA R",
           "WA A", "MB R", "MB A")


def table(summary):
    """The table for a terminal."""
    lines = [HEADERS] + [cells(entry) for entry in summary]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADERS))]
    text = []
    for number, line in enumerate(lines):
        padded = [line[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        text.append("  ".join(padded))
        if number == 0:
            text.append("-" * len(text[0]))
    mean = geometric_mean(summary)
    if mean:
        text.append(f"Geometric mean of {sum(1 for e in summary if e['ratio'])} ratios: {mean:.2f}")
    return "\n".join(text)


def median_of(entry, library, *path):
    """A median of one library, or None where it was not measured."""
    found = entry["libraries"].get(library)
    for key in path:
        found = (found or {}).get(key)
    return found


def _pair(entry, path, show):
    return [show(median_of(entry, library, *path)) for library in plan.LIBRARIES]


def spread(entry):
    """The lowest and the highest ratio of a pair, as text."""
    ratios = entry["ratios"]
    return f"{min(ratios):.2f} to {max(ratios):.2f}" if len(ratios) > 1 else "-"


_DETAILS = (("P50, us", ("latency_us", "p50"), _number),
            ("P99, us", ("latency_us", "p99"), _number),
            ("P99.9, us", ("latency_us", "p99.9"), _number),
            ("P99.99, us", ("latency_us", "p99.99"), _number),
            ("longest, us", ("latency_us", "max"), _number),
            ("CPU, us/op", ("cpu_us_per_op",), _ratio),
            ("threads", ("threads_peak",), _count))
_COSTS = (("WA", ("write_amplification",), _ratio),
          ("WA at the device", ("write_amplification_device",), _ratio),
          ("disk settled, MB", ("space_bytes_settled",), _megabytes),
          ("disk peak, MB", ("space_bytes_peak",), _megabytes),
          ("memory peak, MB", ("memory_bytes_peak",), _megabytes),
          ("mapped files peak, MB", ("mapped_file_bytes_peak",), _megabytes))


def details(summary):
    """Latency, CPU, threads: titles, each over two columns, and the lines."""
    return _two_by_two(summary, _DETAILS)


def costs(summary):
    """Bytes written, space and memory, as details()."""
    return _two_by_two(summary, _COSTS)


def _two_by_two(summary, columns):
    lines = []
    for entry in summary:
        line = [entry["row"]]
        for _, path, show in columns:
            # What the pairs before the failure measured is in the runs.
            line += ["failed" if library in entry["errors"] else text
                     for library, text in zip(plan.LIBRARIES, _pair(entry, path, show))]
        lines.append(line)
    return [title for title, _, _ in columns], lines


def machine(directory):
    """What the figures depend on. To be asked before the race, which is a load itself."""
    facts = {"kernel": platform.release(), "machine": platform.machine(),
             "cpus": len(os.sched_getaffinity(0)), "database_directory": directory}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            facts["cpu"] = next(line.split(":", 1)[1].strip() for line in cpuinfo
                                if line.startswith("model name"))
    except (OSError, StopIteration):
        facts["cpu"] = platform.processor()
    facts["system"] = _system()
    facts["load_average"] = os.getloadavg()[0]
    facts["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    facts["file_system"] = file_system(directory)
    facts["aether_environment"] = {name: value for name, value in os.environ.items()
                                   if name.startswith("AETHER_")}
    return facts


def _system():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()


def file_system(directory):
    best = ("", "unknown")
    real = os.path.realpath(directory)
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            fields = line.split()
            point = fields[1].rstrip("/") or "/"
            inside = real == point or real.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[0]):
                best = (point, fields[2])
    return best[1]


def write_json(path, value):
    """Replaces the file as a whole: a race that is killed leaves what it wrote last."""
    unfinished = path + ".new"
    try:
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.write("\n")
        os.replace(unfinished, path)
    finally:
        if os.path.exists(unfinished):
            os.unlink(unfinished)

"""Turns measurements into one table, a Markdown report and a JSON file."""

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
    """One dict per row: medians of each library, and the median of the pairwise ratios."""
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
        entry["ratio"] = _median(entry["ratios"])
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


def _megabytes(value):
    return "-" if value is None else f"{value / 1e6:,.0f}"


def _cells(entry):
    """The columns of the one table, as text."""
    both = [entry["libraries"].get(library, {}) for library in plan.LIBRARIES]
    rates = []
    for library, facts in zip(plan.LIBRARIES, both):
        text = _rate(facts.get("ops_per_second"))
        rates.append("failed" if library in entry["errors"] else text)
    tails = [_number(facts.get("latency_us", {}).get("p99.9")) for facts in both]
    amplification = [_number(facts.get("write_amplification"), 2) for facts in both]
    memory = [_megabytes(facts.get("memory_bytes_peak")) for facts in both]
    ratio = "-" if entry["ratio"] is None or entry["errors"] else f"{entry['ratio']:.2f}"
    return [entry["row"], *rates, ratio, *tails, *amplification, *memory]


_HEADERS = ["workload", "RocksDB op/s", "Aether op/s", "ratio", "P99.9 us R", "P99.9 us A", "WA R",
            "WA A", "MB R", "MB A"]


def table(summary):
    """The table for a terminal."""
    lines = [_HEADERS] + [_cells(entry) for entry in summary]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEADERS))]
    text = []
    for number, line in enumerate(lines):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        text.append("  ".join(cells))
        if number == 0:
            text.append("-" * len(text[0]))
    mean = geometric_mean(summary)
    if mean:
        text.append(f"Geometric mean of {sum(1 for e in summary if e['ratio'])} ratios: {mean:.2f}")
    return "\n".join(text)


def _markdown_table(headers, lines):
    text = ["| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    return "\n".join(text + ["| " + " | ".join(line) + " |" for line in lines])


def _pair(entry, read, show):
    return [show(read(entry["libraries"].get(library, {}))) for library in plan.LIBRARIES]


def _details(summary):
    lines = []
    for entry in summary:
        line = [entry["row"], str(len(entry["ratios"]))]
        spread = entry["ratios"]
        line.append(f"{min(spread):.2f}-{max(spread):.2f}" if spread else "-")
        line += _pair(entry, lambda f: f.get("cpu_us_per_op"), lambda v: _number(v, 2))
        for name in _LATENCIES:
            line.append(" / ".join(_pair(
                entry, lambda f, key=name: f.get("latency_us", {}).get(key), _number)))
        lines.append(line)
    return _markdown_table(["workload", "pairs", "ratios", "CPU us/op R", "A", "P50 us R / A",
                            "P99", "P99.9", "P99.99", "max"], lines)


def _space(summary):
    lines = []
    for entry in summary:
        line = [entry["row"]]
        for key in ("space_bytes_settled", "space_bytes_peak", "memory_bytes_peak",
                    "mapped_file_bytes_peak"):
            line.append(" / ".join(_pair(entry, lambda f, k=key: f.get(k), _megabytes)))
        for key in ("write_amplification", "write_amplification_device"):
            line.append(" / ".join(_pair(entry, lambda f, k=key: f.get(k),
                                         lambda v: _number(v, 2))))
        lines.append(line)
    return _markdown_table(["workload", "disk MB settled R / A", "disk MB peak", "memory MB peak",
                            "mapped files MB peak", "WA", "WA at the device"], lines)


def machine(directory):
    """What the figures depend on."""
    facts = {"kernel": platform.release(), "machine": platform.machine(),
             "cpus": len(os.sched_getaffinity(0)), "database_directory": directory}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            facts["cpu"] = next(line.split(":", 1)[1].strip() for line in cpuinfo
                                if line.startswith("model name"))
    except (OSError, StopIteration):
        facts["cpu"] = platform.processor()
    facts["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    facts["file_system"] = file_system(directory)
    facts["aether_environment"] = {name: value for name, value in os.environ.items()
                                   if name.startswith("AETHER_")}
    return facts


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


def facts_of_run(settings, pairs, seconds):
    text = (f"{settings.num:,} keys of 16 bytes, up to {pairs} pair{'s' if pairs > 1 else ''} a "
            f"row, {'the whole board' if settings.full else 'quick'}, "
            f"{seconds / 60:.1f} minutes")
    return text + ". Ratios are medians of the pairwise ratios, Aether over RocksDB."


def markdown(report, summary, plots):
    """The text of report.md. Its first line says which RocksDB was raced."""
    host = report["machine"]
    aether = report["libraries"]["Aether"]
    text = [report["raced"], "", "# Aether and RocksDB on the same db_bench", "",
            f"{report['about']} Machine: {host['cpus']} CPUs ({host['cpu']}), "
            f"{host['memory_bytes'] / 2**30:.0f} GiB, {host['file_system']}, Linux "
            f"{host['kernel']}. Aether: `{aether['path']}`"
            + (f", commit {report['commit']}" if report.get("commit") else "") + ".", "",
            _markdown_table(_HEADERS, [_cells(entry) for entry in summary]), ""]
    mean = report["geometric_mean"]
    if mean:
        text += [f"Geometric mean of the ratios: {mean:.2f}.", ""]
    if not report["settings"]["full"]:
        text += ["A quick race has few pairs and small databases: differences under 15 % prove "
                 "nothing.", ""]
    for title, items in (("Problems", report["problems"]), ("Checks", report["checks"]),
                         ("Left out for lack of time", report["left_out"])):
        if items:
            text += [f"## {title}", ""] + [f"- {item}" for item in items] + [""]
    for name in plots:
        text += [f"![{name}]({name})", ""]
    text += ["## Latency and CPU", "", _details(summary), "", "## Space, memory, bytes written", "",
             _space(summary), "",
             "How each figure is taken: docs/benchmarking.md. All runs and their command lines: "
             "report.json.", ""]
    return "\n".join(text)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")

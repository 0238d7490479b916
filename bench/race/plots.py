"""Draws the report's plots. Without matplotlib there are none, and the report shows none."""

import os

from race import plan

_NAMES = ("ratios.png", "tails.png", "costs.png")
_COLORS = ("#8a8d91", "#1f6fb4")


def draw(summary, directory):
    """Writes PNG files and returns their names. Plots of an earlier race are removed."""
    for name in _NAMES:
        if os.path.exists(os.path.join(directory, name)):
            os.unlink(os.path.join(directory, name))
    try:
        import matplotlib
    except ImportError:
        return []
    matplotlib.use("Agg")
    from matplotlib import pyplot
    names = []
    for name, drawer in zip(_NAMES, (_ratios, _tails, _costs)):
        figure = drawer(pyplot, summary)
        if figure is not None:
            figure.tight_layout()
            figure.savefig(os.path.join(directory, name), dpi=110)
            pyplot.close(figure)
            names.append(name)
    return names


def _value(entry, library, *path):
    value = entry["libraries"].get(library, {})
    for key in path:
        value = (value or {}).get(key)
    return value


def _height(count):
    return max(2.0, 0.9 + 0.3 * count)


def _ratios(pyplot, summary):
    entries = [entry for entry in summary if entry["ratio"]][::-1]
    if not entries:
        return None
    figure, axes = pyplot.subplots(figsize=(8, _height(len(entries))))
    ratios = [entry["ratio"] for entry in entries]
    bars = axes.barh([entry["row"] for entry in entries], [ratio - 1 for ratio in ratios], left=1,
                     color=[_COLORS[1] if ratio >= 1 else "#c0504d" for ratio in ratios])
    for bar, ratio in zip(bars, ratios):
        axes.annotate(f"{ratio:.2f}", (max(ratio, 1), bar.get_y() + bar.get_height() / 2),
                      xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(0.5, min(ratios) * 0.9), max(2, max(ratios) * 1.3))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("throughput, Aether / RocksDB")
    axes.tick_params(labelsize=8)
    return figure


def _tails(pyplot, summary):
    entries = [entry for entry in summary
               if all(_value(entry, library, "latency_us", "p99.9") for library in plan.LIBRARIES)]
    entries = entries[::-1]
    if not entries:
        return None
    figure, axes = pyplot.subplots(figsize=(8, _height(len(entries))))
    for position, entry in enumerate(entries):
        ends = [_value(entry, library, "latency_us", "p99.9") for library in plan.LIBRARIES]
        axes.plot(ends, [position, position], color="#cccccc", zorder=1)
        for library, color, end in zip(plan.LIBRARIES, _COLORS, ends):
            axes.scatter(end, position, color=color, zorder=2,
                         label=library if position == 0 else None)
    axes.set_yticks(range(len(entries)), [entry["row"] for entry in entries], fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("P99.9, microseconds")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(fontsize=8)
    return figure


def _costs(pyplot, summary):
    columns = (("write_amplification", 1, "write amplification"),
               ("cpu_us_per_op", 1, "CPU microseconds per operation"),
               ("memory_bytes_peak", 1e6, "peak memory, MB"))
    entries = summary[::-1]
    if not entries:
        return None
    figure, all_axes = pyplot.subplots(1, len(columns), sharey=True,
                                       figsize=(12, _height(len(entries))))
    for axes, (key, unit, title) in zip(all_axes, columns):
        for shift, (library, color) in enumerate(zip(plan.LIBRARIES, _COLORS)):
            values = [(_value(entry, library, key) or 0) / unit for entry in entries]
            axes.barh([i + 0.2 - 0.4 * shift for i in range(len(entries))], values, height=0.38,
                      color=color, label=library)
        if key == "cpu_us_per_op":
            axes.set_xscale("log")
        axes.set_xlabel(title, fontsize=8)
        axes.tick_params(labelsize=8)
    all_axes[0].set_yticks(range(len(entries)), [entry["row"] for entry in entries], fontsize=8)
    all_axes[0].legend(fontsize=8)
    return figure

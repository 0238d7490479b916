"""Draws the plots of a report as SVG, to stand inside the page.

What was not measured is written as such and never drawn as a bar of length zero; so is a row that
failed. RocksDB and Aether have one colour each throughout, told by a legend in every plot.
"""

import dataclasses
import io
import re
import statistics

from race import plan, report

COLORS = dict(zip(plan.LIBRARIES, ("#d55e00", "#0072b2")))  # Told apart by the colour-blind too.
_FAILED = "#b00020"
_GREY = "#767676"
_WIDTH = 10.0  # Inches, as all sizes here.
_TALL = 25  # Rows from which the scale stands above the plot as well.
_LANE = 0.19  # Half the distance of a row's two bars, in rows.
_NOISE = 1.15  # Ratios closer to 1 than this prove nothing.
_PERCENTILES = (("p50", "P50", "|"), ("p99", "P99", "o"), ("p99.9", "P99.9", "D"),
                ("p99.99", "P99.99", "^"), ("max", "longest", "x"))
_STYLE = {"svg.fonttype": "none", "svg.hashsalt": "race", "font.family": "DejaVu Sans",
          "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
          "axes.axisbelow": True, "legend.frameon": False, "grid.color": "#d8d8d8"}


@dataclasses.dataclass
class Plot:
    name: str
    title: str
    text: str  # How to read it.
    svg: str


def draw(entries):
    """All plots that have something to show. Raises ImportError without matplotlib.

    `entries`: rows of report.json in the order of the board, those that did not run with an item
    "not_run" that says why.
    """
    import matplotlib
    drawn = []
    with matplotlib.rc_context(_STYLE):
        for name, title, text, drawer in _plots(entries):
            figure = drawer()
            if figure is not None:
                drawn.append(Plot(name, title, text, _svg(figure, name)))
    return drawn


def _plots(entries):
    yield ("ratios", "Throughput, Aether over RocksDB",
           "Each bar is the median of the ratios of the pairs, the dots are the pairs and the line "
           "reaches from the lowest to the highest. The scale is logarithmic: twice as fast and "
           "half as fast are equally far from 1.",
           lambda: _ratios(entries))
    for entry in entries:
        yield ("seconds-" + entry["row"], f"{entry['row']}, second by second",
               "Operations that finished in each second. The strong line is the median of the "
               "pairs, the faint ones are the pairs.",
               lambda entry=entry: _seconds(entry))
    yield ("latency", "Latency",
           "From runs of their own with db_bench's histograms, medians of the pairs. The scale is "
           "logarithmic; further left is better.",
           lambda: _latency(entries))
    yield ("bytes", "Bytes written and space on disk, rows that write",
           "Write amplification counts the bytes written for each byte of key and value. Less is "
           "better.",
           lambda: _bars(entries, (
               ("write amplification", ("write_amplification",), 1, False),
               ("on disk when settled, MB", ("space_bytes_settled",), 1e6, False),
               ("on disk at the peak, MB", ("space_bytes_peak",), 1e6, False)),
               lambda entry: any(report.median_of(entry, library, "space_bytes_settled")
                                 for library in plan.LIBRARIES)))
    yield ("memory", "Memory and CPU",
           "The peak of anonymous and shared memory, and processor time with all background "
           "threads. Less is better.",
           lambda: _bars(entries, (
               ("peak memory, MB", ("memory_bytes_peak",), 1e6, False),
               ("CPU, microseconds per operation", ("cpu_us_per_op",), 1, True)),
               lambda entry: True))


def _figure(height):
    # Not pyplot: it would keep figures and want a display.
    from matplotlib.figure import Figure
    return Figure(figsize=(_WIDTH, height), layout="constrained")


def _height(rows):
    return 1.2 + 0.34 * rows


def _svg(figure, name):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg"):]
    # Several of them share one page, where an id may be given once.
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)


def _name_rows(axes, entries):
    axes.set_yticks(range(len(entries)), [entry["row"] for entry in entries])
    axes.set_ylim(len(entries) - 0.4, -0.6)  # The first row on top.
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", top=len(entries) > _TALL, labeltop=len(entries) > _TALL)
    axes.grid(axis="x")


def _legend(axes, handles, rows=0, title=False):
    """Above the axes, and above what else stands there."""
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(handles),
                borderaxespad=0.5 if rows <= _TALL else 4.5 if title else 2.5, columnspacing=1.5)


def _library_handles():
    from matplotlib.patches import Patch
    return [Patch(color=color, label=library) for library, color in COLORS.items()]


def _why_nothing(entry, library=None):
    """What stands where a figure would be, with its colour."""
    if entry.get("not_run"):
        return "not run", _GREY
    failed = [name for name in plan.LIBRARIES if name in entry["errors"]]
    if library is None and failed:
        return "failed: " + ", ".join(failed), _FAILED
    if library in failed:
        return "failed", _FAILED
    return "not measured", _GREY


def _write(axes, text, color, y, x=0.0):
    """Text beside the left edge of the plot, whatever its scale."""
    axes.annotate(text, (x, y), xycoords=axes.get_yaxis_transform(), xytext=(4, 0),
                  textcoords="offset points", va="center", fontsize=7, color=color)


def _plain(value, _=None):
    """A number without exponent: 0.5, 20, 1,000."""
    return f"{value:,.0f}" if value >= 1 and value == int(value) else f"{value:g}"


def _ratios(entries):
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    if not entries:
        return None
    figure = _figure(_height(len(entries)))
    axes = figure.subplots()
    axes.set_xscale("log", base=2)
    known = [ratio for entry in entries if entry["ratio"] for ratio in entry["ratios"]] or [1]
    low, high = min([0.5, *known]), max([2, *known])
    axes.set_xlim(low / 1.15, high * 1.6)  # Room for the figures at the right.
    axes.axvspan(1 / _NOISE, _NOISE, color="#eeeeee")
    axes.axvline(1, color="black", linewidth=0.8)
    for y, entry in enumerate(entries):
        ratio, pairs = entry["ratio"], entry["ratios"]
        if not ratio:
            _write(axes, *_why_nothing(entry), y)
            continue
        axes.barh(y, ratio - 1, left=1, height=0.62, color=COLORS[plan.LIBRARIES[ratio >= 1]])
        if len(pairs) > 1:
            axes.plot((min(pairs), max(pairs)), (y, y), color="black", linewidth=1)
            axes.plot(pairs, [y] * len(pairs), "o", color="white", markeredgecolor="black",
                      markersize=3.5, markeredgewidth=0.8)
        axes.annotate(f"{ratio:.2f}", (max(1, *pairs, ratio), y), xytext=(5, 0),
                      textcoords="offset points", va="center", fontsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: _plain(value) + "×")
    axes.set_xlabel("operations per second, Aether / RocksDB (logarithmic)")
    _name_rows(axes, entries)
    _legend(axes, [
        Patch(color=COLORS["Aether"], label="Aether is faster"),
        Patch(color=COLORS["RocksDB"], label="RocksDB is faster"),
        Line2D([], [], color="black", linewidth=1, marker="o", markerfacecolor="white",
               markersize=3.5, label="pairs, lowest to highest"),
        Patch(color="#eeeeee", label="within 15 %: proves nothing")], len(entries))
    return figure


def _seconds(entry):
    """Throughput over time; None for a row that did not record it."""
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator
    lines = {}
    for library in plan.LIBRARIES:
        runs = report.median_of(entry, library, "runs") or []
        lines[library] = [run["operations_by_second"] for run in runs
                          if run.get("operations_by_second")]
    if not any(lines.values()):
        return None
    figure = _figure(3.8)
    axes = figure.subplots()
    handles = []
    for library, runs in lines.items():
        label = library if runs else f"{library}: {_why_nothing(entry, library)[0]}"
        handles.append(Line2D([], [], color=COLORS[library], label=label))
        by_second = {}
        for run in runs:
            if len(runs) > 1:
                axes.plot(*zip(*run), color=COLORS[library], linewidth=0.8, alpha=0.3)
            for second, operations in run:
                by_second.setdefault(second, []).append(operations)
        if by_second:
            seconds = sorted(by_second)
            axes.plot(seconds, [statistics.median(by_second[second]) for second in seconds],
                      color=COLORS[library], linewidth=1.6,
                      marker="o" if len(seconds) < 40 else None, markersize=3)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value / 1e3:,.0f}k" if value else "0")
    axes.set_xlabel("seconds since the start of the row")
    axes.set_ylabel("operations per second")
    axes.grid()
    _legend(axes, handles)
    return figure


def _latency(entries):
    from matplotlib.lines import Line2D
    from matplotlib.ticker import LogLocator
    entries = [entry for entry in entries
               if any(_percentiles(entry, library) for library in plan.LIBRARIES)]
    if not entries:
        return None
    figure = _figure(_height(len(entries)) * 1.15)
    axes = figure.subplots()
    axes.set_xscale("log")
    for y, entry in enumerate(entries):
        for library, shift in zip(plan.LIBRARIES, (-_LANE, _LANE)):
            values = _percentiles(entry, library)
            if not values or library in entry["errors"]:
                _write(axes, *_why_nothing(entry, library), y + shift)
                continue
            axes.plot((min(values.values()), max(values.values())), (y + shift, y + shift),
                      color=COLORS[library], linewidth=1, alpha=0.6)
            for key, _, marker in _PERCENTILES:
                if key in values:
                    axes.plot(values[key], y + shift, marker, color=COLORS[library],
                              markersize=4.5)
    axes.xaxis.set_major_locator(LogLocator(numticks=20))  # Every power of ten.
    axes.xaxis.set_major_formatter(_plain)
    axes.set_xlabel("microseconds (logarithmic)")
    _name_rows(axes, entries)
    _legend(axes, _library_handles() + [
        Line2D([], [], color="black", linestyle="none", marker=marker, markersize=4.5, label=label)
        for _, label, marker in _PERCENTILES], len(entries))
    return figure


def _percentiles(entry, library):
    values = {key: report.median_of(entry, library, "latency_us", key)
              for key, _, _ in _PERCENTILES}
    return {key: value for key, value in values.items() if value}  # No logarithm of zero.


def _bars(entries, panels, wanted):
    from matplotlib.ticker import MaxNLocator
    entries = [entry for entry in entries if wanted(entry) or entry["errors"]]
    if not any(report.median_of(entry, library, *panels[0][1])
               for entry in entries for library in plan.LIBRARIES):
        return None
    figure = _figure(_height(len(entries)) * 1.1)
    all_axes = figure.subplots(1, len(panels), sharey=True)
    for axes, (title, path, unit, logarithmic) in zip(all_axes, panels):
        if logarithmic:
            axes.set_xscale("log")
        for y, entry in enumerate(entries):
            for library, shift in zip(plan.LIBRARIES, (-_LANE, _LANE)):
                value = report.median_of(entry, library, *path)
                if value is None or library in entry["errors"]:
                    _write(axes, *_why_nothing(entry, library), y + shift)
                    continue
                value /= unit
                axes.barh(y + shift, value, height=2 * _LANE * 0.92, color=COLORS[library])
                axes.annotate(_short(value), (value, y + shift), xytext=(3, 0),
                              textcoords="offset points", va="center", fontsize=7)
        axes.margins(x=0.2)  # Room for the figures.
        if logarithmic:
            title += " (logarithmic)"
        else:
            axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(_plain)
        axes.set_xlabel(title)
        if len(entries) > _TALL:
            axes.set_title(title, fontsize="medium")
        _name_rows(axes, entries)
    _legend(all_axes[0], _library_handles(), len(entries), title=True)
    return figure


def _short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

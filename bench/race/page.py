"""The page of a race: one HTML file with tables, plots and conditions, and nothing outside it.

It is made of report.json and nothing else, so that it can be made again at any time. Jinja fills
the template and escapes what db_bench and the system said.
"""

import os
import shlex

from race import plan, plots, record, report

NAME = "report.html"
_TEMPLATE = "page.html"


def remove(directory):
    """Removes the page of an earlier race."""
    path = os.path.join(directory, NAME)
    if os.path.exists(path):
        os.unlink(path)


def write(facts, directory):
    """Returns the absolute path of the page. Raises ImportError without Jinja or matplotlib."""
    text = render(facts)
    path = os.path.abspath(os.path.join(directory, NAME))
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        remove(directory)  # Half a page is worse than none.
        raise
    return path


def render(facts):
    """`facts`: what report.json holds."""
    import jinja2
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(os.path.dirname(os.path.abspath(__file__))),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["command"] = shlex.join
    entries = _entries(facts)
    return environment.get_template(_TEMPLATE).render(
        facts=facts, entries=entries, libraries=plan.LIBRARIES, colors=plots.COLORS,
        partial=record.incomplete(facts), failed=[e for e in entries if e["errors"]],
        not_run=[e for e in entries if e["not_run"]],
        headers=report.HEADERS, cells=report.cells, spread=report.spread,
        tables=(("Latency, CPU, threads", *report.details(entries)),
                ("Bytes written, space, memory", *report.costs(entries))),
        plots=plots.draw(entries))


def _entries(facts):
    """All rows that were asked for, in the order of the board; some of them never ran."""
    ran = {entry["row"]: entry for entry in facts["rows"]}
    why = record.not_run(facts)
    nothing = {"libraries": {}, "errors": {}, "ratios": [], "ratio": None}
    return [{**ran.get(name, {"row": name, **nothing}), "not_run": why.get(name, "")}
            for name in facts["chosen"]]

"""Keeps report.json true while a race runs, so that a race that is killed leaves what it measured.

The file is all that the page is made of: page.render() takes what is read from it.
"""

import os
import time

from race import report

JSON_NAME = "report.json"
FORMAT = 1  # Changes with the names and meanings of what the file holds.
RUNNING = "running"
COMPLETE = "complete"


class Record:
    """What is known of one race; `save` writes it. Failure to write is OSError."""

    def __init__(self, directory, chosen, race, conditions):
        """`conditions`: what does not change during the race, as JSON values by name."""
        self.path = os.path.join(directory, JSON_NAME)
        self._chosen = chosen
        self._race = race
        self._conditions = conditions
        self._started = time.monotonic()

    def facts(self, state):
        """`state`: RUNNING, COMPLETE, or a sentence that says what ended the race."""
        results = self._race.results
        summary = report.summarize(results, self._chosen)
        return {"format": FORMAT, **self._conditions, "state": state,
                "runs_done": self._race.runs_done, "runs_planned": self._race.runs_planned,
                "seconds": time.monotonic() - self._started,
                "geometric_mean": report.geometric_mean(summary),
                "chosen": self._chosen, "problems": results.problems, "checks": results.checks,
                "left_out": results.left_out, "rows": summary}

    def save(self, state):
        facts = self.facts(state)
        report.write_json(self.path, facts)
        return facts


def incomplete(facts):
    """One sentence when the race did not reach its end, otherwise an empty string."""
    if facts["state"] == COMPLETE:
        return ""
    why = facts["state"]
    if why == RUNNING:
        why = "the race was killed, or still runs"
    return (f"PARTIAL: {why}, after {facts['runs_done']} of {facts['runs_planned']} runs. "
            "Figures that are not there were not measured.")


def not_run(facts):
    """Rows that were asked for and never ran, with the reason."""
    measured = {entry["row"] for entry in facts["rows"]}
    late = set(facts["left_out"])
    return {name: "left out for lack of time" if name in late else "not run"
            for name in facts["chosen"] if name not in measured}

"""Turns the events of trace_pages into the TLA+ module TraceData for TraceSwip.

The engine speaks of addresses; Swip of pages, frames and threads by small numbers. Of a large file only some pages
are looked at: those that the driver has named. A frame belongs to the trace while it holds one of them.
"""

import json


class Converter:
    """One run of the driver. `out` is what TLC gets: (TLA+ text, line of the trace)."""

    def __init__(self):
        self.out = []
        self.crashes = 0
        self.pages = {}     # address of a swip -> page
        self.frames = {}    # address of a frame's bytes -> frame
        self.held = set()   # frames that hold one of the pages
        self.threads = {}
        self.where = {}     # thread -> [what it does, frame]

    def emit(self, line, name, *fields):
        text = "<<%s>>" % ", ".join([json.dumps(name)] + [
            ("TRUE" if f else "FALSE") if isinstance(f, bool) else str(f) for f in fields])
        self.out.append((text, line))

    def frame(self, address):
        return self.frames.setdefault(address, len(self.frames) + 1)

    def run(self, lines):
        for number, text in enumerate(lines):
            event = json.loads(text)
            thread = self.threads.setdefault(event["thread"], len(self.threads) + 1)
            getattr(self, "on_" + event["do"])(event, thread, number + 1)
        return self.out

    def at(self, thread, *doing):
        return self.where.get(thread, ["elsewhere"])[0] in doing

    def on_watch(self, e, thread, line):
        self.pages[e["page"]] = len(self.pages) + 1

    def on_resolve(self, e, thread, line):
        if e["page"] not in self.pages:
            return
        self.emit(line, "enter", thread, self.pages[e["page"]])
        self.emit(line, "resolve", thread, self.frame(e["frame"]) if e["frame"] else 0, e["cool"])
        self.where[thread] = ["found", e["frame"]] if e["frame"] else ["miss"]

    def on_warm(self, e, thread, line):
        if e["page"] in self.pages:
            self.emit(line, "warm", thread)

    def on_take(self, e, thread, line):
        if self.at(thread, "miss"):
            self.where[thread] = ["reading", e["frame"]]
            self.held.add(e["frame"])
            self.emit(line, "take", thread, self.frame(e["frame"]))

    def on_loaded(self, e, thread, line):
        if self.at(thread, "reading"):
            self.emit(line, "loaded", thread)

    def on_publish(self, e, thread, line):
        if self.at(thread, "reading"):
            self.emit(line, "publish", thread, e["won"])
            if not e["won"]:
                self.held.discard(self.where[thread][1])
            self.where[thread] = ["found"]

    def on_keep(self, e, thread, line):
        if self.at(thread, "reading"):
            self.emit(line, "keep", thread)
            self.where[thread] = ["pinned"]

    def on_pin(self, e, thread, line):
        if self.at(thread, "found"):
            self.emit(line, "pin", thread, self.frame(e["frame"]))
            self.where[thread] = ["pinned"]

    def on_unpin(self, e, thread, line):
        if self.at(thread, "pinned"):
            self.emit(line, "unpin", thread, self.frame(e["frame"]), e["freed"])
            if e["freed"]:
                self.held.discard(e["frame"])
            self.where[thread] = ["elsewhere"]

    def on_leave(self, e, thread, line):
        if self.at(thread, "found"):
            self.emit(line, "leave", thread)
            self.where[thread] = ["elsewhere"]

    def on_cool(self, e, thread, line):
        if e["frame"] in self.held:
            self.emit(line, "cool", self.frame(e["frame"]))

    def on_evict(self, e, thread, line):
        if e["frame"] in self.held:
            self.emit(line, "evict", self.frame(e["frame"]))

    def on_stamp(self, e, thread, line):
        if e["frame"] in self.held:
            self.emit(line, "stamp", self.frame(e["frame"]))

    def on_reclaim(self, e, thread, line):
        if e["frame"] in self.held:
            self.emit(line, "reclaim", self.frame(e["frame"]), e["freed"])
            if e["freed"]:
                self.held.discard(e["frame"])


def definitions(converters):
    """What TraceSwip expects of TraceData besides the runs."""
    return "\n".join([
        "EXTENDS Integers, Sequences",
        "NTracePages == %d" % max(len(c.pages) for c in converters),
        "NTraceFrames == %d" % max(1, max(len(c.frames) for c in converters)),
        "NTraceThreads == %d" % max(len(c.threads) for c in converters),
        ""])

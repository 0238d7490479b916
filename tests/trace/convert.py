"""Turns the events of trace_driver into the TLA+ module TraceData.

The engine speaks of files, offsets, pointers, threads and sequence numbers; the specifications of
chunks, tables, readers and tickets by small numbers. Nothing is judged here, with one exception that
a state machine cannot express: what the disk held after a death is known only when the next opening
has read it, so the event of the death gets it from there, and an edit of the manifest or an opening
during which the death came counts as done when that reading finds it. Whatever makes no sense becomes
an event that no step allows.
"""

import json

NO_SEQUENCE = 1000000  # NoSeq of Visibility
# Events that are of use to convert_tree.py only.
OF_TREES = {"edit", "appending", "appended", "file", "piece", "makeJob", "manifestRead", "reopen",
            "started", "unpin"}


def decode_batch(body):
    """(family, key, value) of the entries in a batch (engine/commit/batch.h); value None: deleted."""
    entries = []
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def field():
        nonlocal at
        size = varint()
        at += size
        return body[at - size:at].decode()

    while at < len(body):
        tag = body[at]
        at += 1
        if tag not in (0, 1, 4, 5):
            raise ValueError("tag %d" % tag)
        family = varint() if tag >= 4 else 0
        entries.append((family, field(), field() if tag in (1, 5) else None))
    return entries


class Life:
    """The events between two deaths. `kind` is the death before it."""

    def __init__(self, kind):
        self.kind = kind
        self.opening = []  # up to and with "opened"
        self.events = []
        self.opened = False

    def find(self, name):
        for event in self.opening:
            if event["do"] == name:
                return event
        return None


def split(lines):
    lives = [Life("process")]
    for number, line in enumerate(lines):
        event = json.loads(line)
        event["line"] = number + 1
        life = lives[-1]
        if event["do"] == "crash":
            lives.append(Life(event["kind"]))
        elif event["do"] == "freeze":
            pass
        elif life.opened:
            life.events.append(event)
        else:
            life.opening.append(event)
            life.opened = event["do"] == "opened"
    return lives


def drop_vain_openings(lives):
    """An opening that a death ended had an effect only if the next one finds its epoch."""
    kept = []
    worst = None
    for i, life in enumerate(lives):
        kind = "machine" if "machine" in (worst, life.kind) else life.kind
        worst = None
        life.kind = kind
        manifest = life.find("manifest")
        failed = life.find("openFailed")
        if not life.opened and failed is None:
            done = life.find("recovered")
            after = next((m for m in (x.find("manifest") for x in lives[i + 1:]) if m), None)
            if done and after and after["epoch"] == manifest["epoch"] + 1:
                life.opening.append({"do": "opened", "epoch": after["epoch"], "t": done["t"],
                                     "line": done["line"]})
                life.opened = True
            else:
                worst = kind
                continue
        kept.append(life)
    return kept


class Converter:
    def __init__(self):
        self.out = []      # (TLA+ text, line)
        self.history = []  # by ticket: dict(tag, end, families)
        self.chunks = []   # as ParallelWal numbers them: dict(key, epoch, tickets)
        self.flying = {}   # ticket: (chunk, stamped)
        self.cut_of_sequence = {0: 0}
        self.views = {}    # family: dict(tables, n, numbers)
        self.readers = {}  # thread: index
        self.snapshots = {}  # slot: sequence
        self.building = None  # (family, cut)
        self.installing = False
        self.epoch = 1
        self.crashes = 0

    def emit(self, line, name, *fields):
        text = "<<%s >>" % ", ".join([json.dumps(name)] + [str(f) for f in fields])
        self.out.append((text, line))

    def misfit(self, line, why):
        self.emit(line, "misfit", json.dumps(why))

    # --- lives ---

    def run(self, lines):
        lives = drop_vain_openings(split(lines))
        first = True
        for i, life in enumerate(lives):
            if not first:
                self.death(life)
            self.opening(life, first)
            first = False
            for event in life.events:
                if event["do"] in OF_TREES:
                    continue
                handler = getattr(self, "on_" + event["do"], None)
                if handler is None:
                    self.misfit(event["line"], event["do"] + ": " + event.get("status", ""))
                else:
                    handler(event, event["line"])
        return self.out

    def death(self, life):
        self.crashes += 1
        manifest = life.find("manifest")
        line = life.opening[0]["line"] if life.opening else 0
        if self.installing:
            family, cut = self.building
            flushed = dict((f, s) for f, s in manifest["flushed"]) if manifest else {}
            if self.cut_of_sequence.get(flushed.get(family)) == cut:
                self.emit(line, "install", family)
        found = {}
        for event in life.opening:
            if event["do"] == "chunk":
                found[(event["file"], event["offset"])] = event
        lengths = []
        kept = []
        known = set()
        for chunk in self.chunks:
            known.add(chunk["key"])
            event = found.get(chunk["key"])
            tickets = event["tickets"] if event else []
            same = tickets == chunk["tickets"][:len(tickets)] and len(tickets) <= len(chunk["tickets"])
            if event and event["epoch"] != chunk["epoch"]:
                same = not tickets
            if not same:
                self.misfit(line, "chunk %s has tickets %s, not a prefix of %s" %
                            (chunk["key"], tickets, chunk["tickets"]))
            lengths.append(len(tickets))
            if tickets:
                kept.append(dict(chunk, tickets=tickets))
        floor = manifest["floor"] if manifest else 0
        for key, event in found.items():
            if key not in known and any(t > floor for t in event["tickets"]):
                self.misfit(line, "chunk %s with tickets %s was never written" % (key, event["tickets"]))
        self.emit(line, "crash", json.dumps(life.kind), "<< %s >>" % ", ".join(map(str, lengths)))
        self.chunks = kept
        self.flying = {}
        self.readers = {}
        self.snapshots = {}
        self.building = None
        self.installing = False

    def opening(self, life, first):
        self.views = {}
        for event in life.opening:
            line = event["line"]
            if event["do"] == "view":
                self.views[event["family"]] = {"tables": event["tables"], "n": 1,
                                               "numbers": {event["view"]: 1}}
            elif event["do"] == "recovered" and not first:
                manifest = life.find("manifest")
                flushed = [self.cut_of_sequence.get(s, NO_SEQUENCE)
                           for _, s in sorted(manifest["flushed"])]
                cuts = ", ".join("[epoch |-> %d, last |-> %d]" % tuple(c) for c in manifest["cuts"])
                self.emit(line, "recovered", event["t"], manifest["epoch"], manifest["floor"],
                          "<<%s>>" % cuts, "<< %s >>" % ", ".join(map(str, flushed)))
            elif event["do"] == "opened":
                self.epoch = event["epoch"]
                if not first:
                    del self.history[event["t"]:]
                    self.emit(line, "opened", event["epoch"], event["t"])
            elif event["do"] == "openFailed":
                self.misfit(line, event["status"])

    # --- writes ---

    def on_reserve(self, e, line):
        entries = decode_batch(bytes.fromhex(e["body"]))
        key = (e["file"], e["offset"])
        index = next((i for i, c in enumerate(self.chunks) if c["key"] == key), None)
        fresh = index is None
        if fresh:
            index = len(self.chunks)
            self.chunks.append({"key": key, "epoch": self.epoch, "tickets": []})
        self.flying[e["t"]] = [index, False]
        self.history.append({"tag": entries[0][2].split(".")[0], "end": e["end"]})
        families = "{%s}" % ", ".join(str(f) for f in sorted({f for f, _, _ in entries}))
        text = "<< %s >>" % ", ".join('<<%d, "%s">>' % (f, k) for f, k, _ in entries)
        self.emit(line, "reserve", e["t"], e["stream"], index + 1, str(fresh).upper(), families, text,
                  e["end"])

    def on_bind(self, e, line):
        self.emit(line, "bind", e["t"])

    def on_stamp(self, e, line):
        place = self.flying.get(e["t"])
        if place and not place[1]:
            place[1] = True
            self.chunks[place[0]]["tickets"].append(e["t"])
        self.emit(line, "stamp", e["t"])

    def on_apply(self, e, line):
        self.emit(line, "apply", e["t"])

    def on_visible(self, e, line):
        ticket = next((t for t in range(len(self.history), 0, -1)
                       if self.history[t - 1]["end"] == e["sequence"]), 0)
        self.emit(line, "visible", e["sequence"], ticket)

    def on_publish(self, e, line):
        self.emit(line, "publish", e["v"])

    def on_ack(self, e, line):
        self.emit(line, "ack", e["t"])

    def on_ackSync(self, e, line):
        self.emit(line, "ackSync", e["t"])

    def on_syncStart(self, e, line):
        self.emit(line, "syncStart", e["token"], e["target"])

    def on_syncEnd(self, e, line):
        self.emit(line, "syncEnd", e["token"], e["durable"])

    # --- memtables, flushes ---

    def on_switch(self, e, line):
        self.cut_of_sequence[e["sequence"]] = e["cut"]
        self.emit(line, "switch", e["cut"], "{%s}" % ", ".join(map(str, e["families"])))

    def on_view(self, e, line):
        view = self.views[e["family"]]
        before = view["tables"]
        view["tables"] = e["tables"]
        view["n"] += 1
        view["numbers"][e["view"]] = view["n"]
        if e["tables"][0] not in before:
            name = "table"
        elif e["tables"] == before[:-1]:
            name = "flushed"
        else:
            name = "merged" if e["tables"] == before else "misfit"
        self.emit(line, name, e["family"], view["n"])

    def on_build(self, e, line):
        self.building = (e["family"], e["cut"])
        self.emit(line, "build", e["family"], e["cut"])

    def on_loadV(self, e, line):
        self.emit(line, "loadV", e["v"])

    def on_floor(self, e, line):
        self.emit(line, "floor", e["floor"])

    def on_installing(self, e, line):
        self.installing = True

    def on_install(self, e, line):
        self.installing = False
        self.emit(line, "install", e["family"])

    def on_release(self, e, line):
        self.emit(line, "release", e["floor"])

    # --- reads ---

    def on_takeSnapshot(self, e, line):
        slot = next(i for i in range(1, 100) if i not in self.snapshots)
        self.snapshots[slot] = e["sequence"]
        self.emit(line, "take", slot, e["sequence"])

    def on_releaseSnapshot(self, e, line):
        slot = next(i for i, s in self.snapshots.items() if s == e["sequence"])
        del self.snapshots[slot]
        self.emit(line, "drop", slot)

    def on_read(self, e, line):
        index = next(i for i in range(1, 100) if i not in self.readers.values())
        self.readers[e["thread"]] = index
        self.emit(line, "read", index, e["family"],
                  NO_SEQUENCE if e["snapshot"] < 0 else e["snapshot"])

    def on_pin(self, e, line):
        if e["thread"] in self.readers:
            numbers = self.views[e["family"]]["numbers"]
            self.emit(line, "pin", self.readers[e["thread"]], numbers.get(e["view"], 0))

    def on_load(self, e, line):
        if e["thread"] in self.readers:
            self.emit(line, "load", self.readers[e["thread"]], e["sequence"])

    def on_got(self, e, line):
        tickets = {b["tag"]: t + 1 for t, b in enumerate(self.history)}
        found = {k: tickets.get(v, NO_SEQUENCE) for k, v in e["found"]}
        if e["key"]:
            found.setdefault(e["key"], 0)
        else:
            for i in range(4):
                found.setdefault("k%d" % i, 0)
        index = self.readers.pop(e["thread"])
        self.emit(line, "got", index,
                  "<< %s >>" % ", ".join('<<"%s", %d>>' % x for x in sorted(found.items())))
        self.emit(line, "end", index)


def definitions(_):
    """What Trace expects of TraceData besides the runs."""
    return ""


def module(runs, more):
    """The text of TraceData for a list of event lists."""
    parts = ["---- MODULE TraceData ----", more]
    for i, run in enumerate(runs):
        parts.append("Run%d == <<\n%s\n>>" % (i + 1, ",\n".join(text for text, _ in run)))
    parts.append("Traces == <<%s>>" % ", ".join("Run%d" % (i + 1) for i in range(len(runs))))
    parts.append("====")
    return "\n".join(parts) + "\n"

"""Turns the events of trace_driver --tree into the TLA+ module TraceData for TraceTree.

The engine speaks of file numbers, run numbers, sequence numbers and names; HanoiMerge of files, merges and writes
by small numbers. What a file holds and what is synced comes from the disk's own events. Nothing is judged here, with
one exception that a state machine cannot express: whether an edit of the manifest that was being written when the death
came is in force, and how many writes the log has kept, is known only when it has been read again.
"""

import bisect
import json
import os

from convert import decode_batch

FIRST_MANIFEST = 1001  # above every run file


def parse_name(name):
    """("run" | "manifest", number), or (None, 0)."""
    stem, extension = os.path.splitext(name)
    if extension == ".sst" and stem.isdigit():
        return "run", int(stem)
    if name.startswith("MANIFEST-") and name[9:].isdigit():
        return "manifest", int(name[9:])
    return None, 0


def key_number(text):
    return int(text[1:]) + 1


class Converter:
    """One run of the driver. `out` is what TLC gets: (TLA+ text, line of the trace)."""

    def __init__(self):
        self.out = []
        self.crashes = 0
        self.ends = []       # last sequence of each write that has a number, in order
        self.bodies = []     # and its entries
        self.tags = {}       # value -> write
        self.visible = 0     # writes that readers see
        self.files = {}      # number of a run file -> as the specification names it
        self.manifests = {}
        self.file_count = self.manifest_count = 0
        self.merges = {}     # output run -> merge
        self.tree = None     # as the manifest has it: what the engine said last
        self.forget()

    def forget(self):
        """What a process knows of itself."""
        self.begun = {}      # number -> entries, for a file whose contents are synced
        self.synced = {}     # name -> bytes
        self.work = {}       # thread -> who it works for: "flush" or a merge
        self.edits = {}      # thread -> the edit on its way
        self.unpublished = {}  # thread -> who has an edit in the manifest but not in memory
        self.snapshots = []
        self.reader = {}     # thread -> what its read is about
        self.active = None   # the table that writers fill, and the one before
        self.former = None
        self.views = {}      # view -> the table that was active when it was made
        self.sealed = {}     # table -> the last sequence that it can hold
        self.swap = None     # how far a new manifest has come
        self.handle = None
        self.open = False

    def emit(self, line, name, *fields):
        text = "<<%s >>" % ", ".join([json.dumps(name)] + [str(f) for f in fields])
        self.out.append((text, line))

    def misfit(self, line, why):
        self.emit(line, "misfit", json.dumps(why))

    # --- values ---

    def write_of(self, sequence):
        """How many writes end at this sequence or before it."""
        return bisect.bisect_right(self.ends, sequence)

    def entry(self, e):
        key, sequence, kind = e
        write = bisect.bisect_left(self.ends, sequence) + 1
        return "[key |-> %d, seq |-> %d, del |-> %s]" % (key_number(key), write,
                                                        "TRUE" if kind == 0 else "FALSE")

    def entries(self, list_of_entries):
        return "{%s}" % ", ".join(self.entry(e) for e in list_of_entries)

    def sequences(self, snapshots):
        return "{%s}" % ", ".join(sorted({str(self.write_of(s)) for s in snapshots}))

    def tree_text(self, tree):
        """The value of a tree. Files and merges that nobody has heard of become number 0."""
        role = {}
        for output, inputs in tree["merges"]:
            merge = self.merges.get(output, 0)
            role[output] = ("out", merge)
            for run in inputs:
                role[run] = ("in", merge)
        levels = []
        for level in tree["levels"]:
            runs = []
            for run, files in level:
                parts = ", ".join("P(%d, %d)" % (self.files.get(f, 0), key_number(trim) if trim else 0)
                                  for f, trim in files)
                runs.append('R(<<%s>>, "%s", %d)' % ((parts,) + role.get(run, ("free", 0))))
            levels.append("<<%s>>" % ", ".join(runs))
        return "T(<<%s>>, %d)" % (", ".join(levels), self.write_of(tree["flushed"]))

    # --- lives ---

    def run(self, lines):
        events = []
        for number, text in enumerate(lines):
            event = json.loads(text)
            event["line"] = number + 1
            events.append(event)
        self.all = events
        started = False
        for at, event in enumerate(events):
            # The store comes into being before the specification begins.
            if not started:
                started = self.open = event["do"] == "started"
                self.note_first(event)
                continue
            handler = getattr(self, "on_" + event["do"], None)
            if handler is not None:
                handler(event, event["line"], at)
        return self.out

    def note_first(self, event):
        if event["do"] == "appended" and event["index"] == 0:
            self.manifests[event["manifest"]] = FIRST_MANIFEST
            self.handle = event["manifest"]
        elif event["do"] == "appended":
            self.misfit(event["line"], "an edit before the store was open")
        elif event["do"] == "view":
            self.note_view(event)

    def find(self, at, name, key=None):
        """The next event of this kind after `at`."""
        for event in self.all[at + 1:]:
            if event["do"] == name and (key is None or key(event)):
                return event
        return None

    def on_crash(self, e, line, at):
        self.crashes += 1
        left = self.find(at, "left")
        read = self.find(at, "manifestRead")
        if left is None or read is None:
            self.misfit(line, "nothing is left")
            return
        self.settle_edit(line, at, read)
        self.settle_writes(line, at)
        names = []
        for name in left["names"]:
            kind, number = parse_name(name)
            known = {"run": self.files, "manifest": self.manifests}.get(kind, {})
            if number in known:
                names.append(known[number])
        for known in (self.files, self.manifests):
            for number in [n for n, small in known.items() if small not in names]:
                del known[number]
        keeps = self.kept
        self.emit(line, "crash", json.dumps(e["kind"]), "{%s}" % ", ".join(map(str, sorted(names))),
                  self.manifests.get(read["manifest"], 0), keeps)
        del self.ends[keeps:]
        del self.bodies[keeps:]
        self.visible = keeps
        self.forget()
        self.handle = read["manifest"]

    def settle_edit(self, line, at, read):
        """An edit that was being appended counts when the last reading of this manifest has it."""
        for thread, edit in list(self.edits.items()):
            if edit.get("index") is None or edit["manifest"] != read["manifest"]:
                continue
            last = read
            for event in self.all[at + 1:]:
                if event["do"] == "manifestRead":
                    if event["manifest"] != read["manifest"]:
                        break
                    last = event
            if last["edits"] > edit["index"]:
                self.append_edit(thread, edit, line)

    def settle_writes(self, line, at):
        """How many writes the next recovery finds: more than were visible, or fewer."""
        dies_again = False
        found = None
        for event in self.all[at + 1:]:
            if event["do"] == "recovered":
                found = event["t"]
                break
            dies_again |= event["do"] == "crash" and event["kind"] == "machine"
        self.kept = self.visible
        if found is None:
            return
        if found > self.visible:
            self.make_visible(found, line)
            self.kept = found
        elif not dies_again:
            self.kept = found

    # --- writes and reads ---

    def on_reserve(self, e, line, at):
        entries = decode_batch(bytes.fromhex(e["body"]))
        self.ends.append(e["end"])
        self.bodies.append(entries)
        if e["t"] != len(self.ends):
            self.misfit(line, "ticket %d is write %d" % (e["t"], len(self.ends)))
        for _, _, value in entries:
            if value is not None:
                self.tags[value.split(".")[0]] = e["t"]

    def make_visible(self, upto, line):
        while self.visible < min(upto, len(self.ends)):
            batch = " @@ ".join('%d :> "%s"' % (key_number(key), "del" if value is None else "put")
                                for _, key, value in self.bodies[self.visible])
            self.visible += 1
            self.emit(line, "write", "(%s)" % batch, self.visible)

    def on_visible(self, e, line, at):
        self.make_visible(self.write_of(e["sequence"]), line)

    def on_takeSnapshot(self, e, line, at):
        self.snapshots.append(e["sequence"])
        self.emit(line, "take", self.write_of(e["sequence"]))

    def on_releaseSnapshot(self, e, line, at):
        self.snapshots.remove(e["sequence"])
        if e["sequence"] not in self.snapshots:
            self.emit(line, "release", self.write_of(e["sequence"]))

    def on_read(self, e, line, at):
        self.reader[e["thread"]] = e

    def note_view(self, e):
        table = e["tables"][0]
        if table != self.active:
            self.former, self.active = self.active, table
            self.sealed.pop(table, None)  # the memory of one that is gone
        self.views[e["view"]] = table

    def on_switch(self, e, line, at):
        if e["families"]:
            self.sealed[self.former] = e["sequence"]

    def on_pin(self, e, line, at):
        if e["thread"] in self.reader:
            self.reader[e["thread"]]["table"] = self.views[e["view"]]
            self.emit(line, "pin")

    def on_load(self, e, line, at):
        if e["thread"] in self.reader:
            self.reader[e["thread"]]["sequence"] = e["sequence"]

    def on_unpin(self, e, line, at):
        self.emit(line, "unpin")

    def on_got(self, e, line, at):
        read = self.reader.pop(e["thread"])
        # A read whose view is older than a switch sees what was there at the switch: that was after it had begun.
        sequence = min(read["sequence"], self.sealed.get(read["table"], read["sequence"]))
        found = {key_number(k): self.tags.get(v, -1) for k, v in e["found"]}
        self.emit(line, "got", self.write_of(sequence),
                  "<< %s >>" % ", ".join(str(found.get(k, 0)) for k in range(1, 7)))

    def on_readFailed(self, e, line, at):
        self.misfit(line, e["status"])

    # --- files ---

    def on_sync(self, e, line, at):
        self.synced[e["name"]] = e["bytes"]

    def on_file(self, e, line, at):
        """The file is whole. It counts when its bytes were synced."""
        if self.synced.get("%06d.sst" % e["number"]) != e["bytes"]:
            self.misfit(line, "file %d is not synced" % e["number"])
        self.begun[e["number"]] = e["entries"]
        if self.work.get(e["thread"]) == "flush":
            self.create(e["number"], "flushFile", line, key_number(e["entries"][-1][0]))

    def create(self, number, event, line, *fields):
        self.file_count += 1
        self.files[number] = self.file_count
        self.emit(line, event, self.file_count, *fields, self.entries(self.begun[number]))

    def on_unlink(self, e, line, at):
        kind, number = parse_name(e["name"])
        if kind == "run" and number in self.files:
            self.emit(line, "unlink", self.files.pop(number))
        elif kind == "manifest" and number in self.manifests:
            small = self.manifests.pop(number)
            if self.swap == "done" and self.open:
                self.swap = None
                self.emit(line, "swapUnlink")
            else:
                self.emit(line, "unlink", small)

    def on_syncDir(self, e, line, at):
        work = self.work.get(e["thread"])
        if self.swap == ("created", e["thread"]):
            self.swap = ("synced", e["thread"])
            self.emit(line, "swapSync")
        elif self.swap == ("renamed", e["thread"]):
            self.swap = "done"
            self.emit(line, "swapDone")
        elif work == "flush":
            self.emit(line, "flushSync")
        elif work is not None:
            self.emit(line, "mergeSync", work)
        else:
            self.emit(line, "logSync")

    # --- flushes and merges ---

    def on_build(self, e, line, at):
        self.work[e["thread"]] = "flush"
        self.emit(line, "flushBegin", e["cut"], self.sequences(e["snapshots"]))

    def on_makeJob(self, e, line, at):
        self.emit(line, "makeJob", self.merges.get(e["run"], 0), self.sequences(e["snapshots"]))

    def on_piece(self, e, line, at):
        merge = self.merges.get(e["run"], 0)
        self.work[e["thread"]] = merge
        if e["file"] == 0:
            self.emit(line, "mergeNothing", merge, key_number(e["upto"]))
        else:
            self.create(e["file"], "mergeFile", line, merge, key_number(e["upto"]))

    # --- the manifest ---

    def on_edit(self, e, line, at):
        self.edits[e["thread"]] = e

    def on_appending(self, e, line, at):
        if e["thread"] in self.edits:
            self.edits[e["thread"]].update(index=e["index"], manifest=e["manifest"])

    def on_appended(self, e, line, at):
        edit = self.edits.get(e["thread"])
        if edit is not None:
            self.append_edit(e["thread"], edit, line)
        elif e["index"] == 0:
            self.manifest_count += 1
            self.manifests[e["manifest"]] = FIRST_MANIFEST + self.manifest_count
            self.swap = ("created", e["thread"])
            self.handle = e["manifest"]
            self.emit(line, "swapCreate", self.manifests[e["manifest"]])

    def append_edit(self, thread, edit, line):
        del self.edits[thread]
        tree = edit["tree"]
        self.tree = tree
        going = {output for output, _ in tree["merges"]}
        if edit["kind"] == "begin":
            for output in list(self.merges):
                if output not in going:
                    del self.merges[output]
            self.merges[edit["run"]] = next(m for m in range(1, 100)
                                            if m not in self.merges.values())
            self.emit(line, "beginMerge", self.merges[edit["run"]], self.tree_text(tree))
        elif edit["kind"] == "flush":
            self.emit(line, "append", 0, self.tree_text(tree))
            self.unpublished[thread] = 0
        elif edit["kind"] == "piece":
            merge = self.work.get(thread, 0)
            self.emit(line, "append", merge, self.tree_text(tree))
            self.unpublished[thread] = merge
        else:
            self.emit(line, edit["kind"], self.merges.get(edit["run"], 0), self.tree_text(tree))
            if edit["kind"] == "complete":
                self.merges.pop(edit["run"], None)

    def on_view(self, e, line, at):
        """The new version, and with it what an edit says, is there for readers."""
        self.note_view(e)
        if e["thread"] in self.unpublished:
            self.emit(line, "publish", self.unpublished.pop(e["thread"]))
            self.work.pop(e["thread"], None)

    def on_rename(self, e, line, at):
        if e["name"] == "CURRENT":
            self.swap = ("renamed", e["thread"])
            self.emit(line, "swapRename", self.manifests.get(self.handle, 0))

    def on_reopen(self, e, line, at):
        tree = e["tree"]
        going = {output for output, _ in tree["merges"]}
        # A later death may undo an edit that was read here, before anything was done about it.
        again = None
        for event in self.all[at + 1:]:
            if event["do"] == "opened":
                break
            if event["do"] == "reopen":
                again = event
        undone = again is not None and again["manifest"] == e["manifest"] and again["tree"] != tree
        if not undone:
            for output in list(self.merges):
                if output not in going:
                    del self.merges[output]
        manifest = self.manifests.get(e["manifest"], 0)
        if undone:
            self.emit(line, "reopenUndone", manifest)
        else:
            self.emit(line, "reopen", manifest, self.tree_text(tree))

    def on_started(self, e, line, at):
        self.swap = None
        self.open = True
        self.emit(line, "started")

    def on_openFailed(self, e, line, at):
        self.misfit(line, e["status"])


def definitions(converters):
    """What TraceTree expects of TraceData besides the runs."""
    return "\n".join([
        "EXTENDS Integers, Sequences, TLC",
        "P(f, t) == [file |-> f, trim |-> t]",
        "R(parts, role, merge) == [parts |-> parts, role |-> role, merge |-> merge]",
        "T(levels, flushed) == [levels |-> [l \\in 0..Len(levels) - 1 |-> levels[l + 1]],"
        " flushed |-> flushed]",
        "NRunFiles == %d" % max(1, max(c.file_count for c in converters)),
        "NManifests == %d" % max(c.manifest_count + 1 for c in converters),
        ""])

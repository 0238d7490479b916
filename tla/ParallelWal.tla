----------------------------- MODULE ParallelWal -----------------------------
(***************************************************************************)
(* The write path as it is implemented in engine/commit, engine/wal and    *)
(* engine/store: numbers, parallel streams, publication, sync, flushes,    *)
(* the floor, recovery, epochs.  docs/log-protocol.md tells it in prose.   *)
(*                                                                         *)
(* A batch leases a stream, takes a ticket (Reserve), stores its record    *)
(* (Stamp), goes into the memtables (Apply).  The watermark passes it when *)
(* everything before it is done too (Publish); then it may be acknowledged *)
(* (Ack), with sync=true once the durable ticket has passed it (AckSync).  *)
(*                                                                         *)
(* What the machine keeps: of each chunk of the log any prefix of its      *)
(* records that holds at least what was synced.  A chunk with nothing that *)
(* is still needed may lose more, up to everything, because its segment    *)
(* was recycled.  The manifest changes in one step.                        *)
(*                                                                         *)
(* Left out, and why:                                                      *)
(*  - disableWAL batches and skip records: they are promised nothing.      *)
(*  - Helping.  A helper does to a bound ticket what its owner would do,   *)
(*    so Stamp and Apply are steps of whoever takes them.  That the ring   *)
(*    is not reused under a helper is watermark.h, invariant 3.            *)
(*  - The done mark and the scan over it: Publish moves over any number of *)
(*    applied tickets at once.                                             *)
(*  - Sequence numbers: they rise with the tickets, so S_x, the last       *)
(*    sequence in the runs of a family, is a ticket here (man.flushed).    *)
(*    Visibility has them.                                                 *)
(*  - Anchors (evidence, not data), merges (HanoiMerge), families that     *)
(*    come and go, flushes during recovery, the other recovery modes.      *)
(*  - The second sync token in the small models: Tokens is a constant.     *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Families,      \* column families
  FamilySets,    \* the sets of families that a batch may touch
  Streams,       \* streams of the log
  ChunkRecords,  \* records that fit into a chunk
  Tokens,        \* sync tokens
  Bugs           \* planted bugs; see the models MCParallelWal_*.cfg

VARIABLES
  hist,       \* the batches by ticket, [id, fam]; its length is the ticket part of W
  born,       \* how many batches ever took a ticket
  fly,        \* tickets that were not applied when last seen: [s, c, stamped, applied]
  published,  \* V: every batch up to it is stamped and applied
  durable,    \* D: every batch up to it survives the machine
  told,       \* ids acknowledged with sync=false
  toldSync,   \* ids acknowledged with sync=true
  chunks,     \* chunks of the log: epoch, records, and how many of them are certainly durable
  cur,        \* of each stream the chunk it writes to, 0 for none
  token,      \* of each sync token: what its holder has read
  tables,     \* of each family its memtables, oldest first; the last one takes writes
  flush,      \* what the flush thread is doing
  released,   \* the log was told that records up to here are not needed
  man,        \* the manifest: epoch, cuts, floor, and per family runs and flushed ticket
  up,         \* "up", "poisoned", "resumed", "down", "scanned", "corrupt"
  dark        \* while the store is down: whether the machine died, or only the process

vars == <<hist, born, fly, published, durable, told, toldSync, chunks, cur, token, tables, flush,
          released, man, up, dark>>

-----------------------------------------------------------------------------
(* Words.                                                                  *)

Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Last(s) == s[Len(s)]
Range(s) == {s[i] : i \in 1..Len(s)}

None == 0
Open == 1000000    \* the cut of a table that still takes writes
Running == up \in {"up", "poisoned"}

\* Names of the variables that groups of steps leave alone.
memory == <<fly, cur, token, tables, flush>>
promises == <<told, toldSync>>
disk == <<chunks, released, man>>

Flying(t) == t \in DOMAIN fly
StreamFree(s) == \A t \in DOMAIN fly : fly[t].s = s => fly[t].applied
IsEmpty(table) == table.has = {}
NewTable(begin) == [begin |-> begin, cut |-> Open, has |-> {}]

\* Which table takes ticket t of family f: the cuts are exact in ticket order.
TableOf(f, t) == CHOOSE i \in 1..Len(tables[f]) : /\ tables[f][i].begin < t
                                                  /\ t <= tables[f][i].cut

\* Recovery::Counts (engine/wal/recovery.cc), the epoch rule: a record of the epoch in force
\* counts beyond every cut, one of an earlier epoch between the cut before and its own.
CutBefore(i) == IF i = 1 THEN 0 ELSE man.cuts[i - 1].last
Counts(e, t) == \/ /\ e = man.epoch
                   /\ \A i \in 1..Len(man.cuts) : man.cuts[i].epoch # e /\ t > man.cuts[i].last
                \/ \E i \in 1..Len(man.cuts) : /\ man.cuts[i].epoch = e
                                               /\ t > CutBefore(i) /\ t <= man.cuts[i].last

\* The records that a recovery from the chunks cs would look at.
Live(cs) == {<<c, i>> \in UNION {{<<d, j>> : j \in 1..Len(cs[d].recs)} : d \in 1..Len(cs)} :
                /\ cs[c].recs[i].t > man.floor
                /\ Counts(cs[c].epoch, cs[c].recs[i].t)}
LiveRecords(cs) == {cs[x[1]].recs[x[2]] : x \in Live(cs)}

\* Recovery::FindPrefix: the last ticket before the first gap above the floor.
RECURSIVE Run(_, _)
Run(tickets, last) == IF last + 1 \in tickets THEN Run(tickets, last + 1) ELSE last
LastOf(cs) == Run({r.t : r \in LiveRecords(cs)}, man.floor)

\* A chunk that may not be recycled: it holds a record that counts above what was released.
Needed(c) == \E i \in 1..Len(c.recs) : c.recs[i].t > released /\ Counts(c.epoch, c.recs[i].t)

-----------------------------------------------------------------------------

Manifest0 == [epoch |-> 1, cuts |-> <<>>, floor |-> 0,
              flushed |-> [f \in Families |-> 0], runs |-> [f \in Families |-> {}]]
Idle == [stage |-> "idle", f |-> None, v |-> 0, floor |-> 0, has |-> {}]
FreeToken == [busy |-> FALSE, target |-> 0, covers |-> <<>>]

Init == /\ hist = <<>> /\ born = 0 /\ fly = <<>>
        /\ published = 0 /\ durable = 0 /\ told = {} /\ toldSync = {}
        /\ chunks = <<>> /\ cur = [s \in Streams |-> None]
        /\ token = [k \in Tokens |-> FreeToken]
        /\ tables = [f \in Families |-> <<NewTable(0)>>]
        /\ flush = Idle /\ released = 0
        /\ man = Manifest0
        /\ up = "up" /\ dark = FALSE

-----------------------------------------------------------------------------
(* A write.                                                                *)

\* Pipeline::Impl::Commit and TakeNumbers (engine/commit/pipeline_impl.cc), Log::Lease and
\* Log::MakeRoom (engine/wal/log.cc): lease stream s, take a chunk if the one at hand is full,
\* then one atomic add gives ticket, generation and sequence numbers.
Reserve(s, fam, fresh) ==
  /\ up = "up" /\ StreamFree(s)
  /\ IF fresh THEN TRUE ELSE cur[s] # None
  /\ LET t == Len(hist) + 1
         c == IF fresh THEN Len(chunks) + 1 ELSE cur[s]
     IN /\ born' = born + 1
        /\ hist' = Append(hist, [id |-> born', fam |-> fam])
        /\ chunks' = IF fresh THEN Append(chunks, [epoch |-> man.epoch, recs |-> <<>>, synced |-> 0])
                              ELSE chunks
        /\ cur' = [cur EXCEPT ![s] = c]
        /\ fly' = [u \in DOMAIN fly \union {t} |->
                     IF u = t THEN [s |-> s, c |-> c, stamped |-> FALSE, applied |-> FALSE]
                              ELSE fly[u]]
  /\ UNCHANGED <<published, durable, promises, token, tables, flush, released, man, up, dark>>

\* Pipeline::Impl::Finish and Help, StampAndWriteOut: the header makes the record valid.
Stamp(t) ==
  /\ Running /\ Flying(t) /\ ~fly[t].stamped
  /\ chunks' = [chunks EXCEPT ![fly[t].c].recs =
                  Append(@, [t |-> t, id |-> hist[t].id, fam |-> hist[t].fam])]
  /\ fly' = [fly EXCEPT ![t].stamped = TRUE]
  /\ UNCHANGED <<hist, born, published, durable, promises, cur, token, tables, flush, released,
                 man, up, dark>>

\* ApplyBatch (engine/commit/batch.cc), called by Finish and Help.
Apply(t) ==
  /\ Running /\ Flying(t) /\ ~fly[t].applied
  /\ fly[t].stamped \/ "DoneBeforeStamp" \in Bugs
  /\ tables' = [f \in Families |->
                  IF f \in hist[t].fam
                    THEN [tables[f] EXCEPT ![TableOf(f, t)].has = @ \union {hist[t].id}]
                    ELSE tables[f]]
  /\ fly' = [fly EXCEPT ![t].applied = TRUE]
  /\ UNCHANGED <<hist, born, published, durable, promises, chunks, cur, token, flush, released,
                 man, up, dark>>

\* Watermark::Publish and Advance (engine/commit/watermark.cc): V moves to n.
Publish(n) ==
  /\ Running /\ n \in published + 1 .. Len(hist)
  /\ \A t \in published + 1 .. n : fly[t].applied
  /\ published' = n
  /\ fly' = [t \in {u \in DOMAIN fly : u > n} |-> fly[t]]
  /\ UNCHANGED <<hist, born, durable, promises, chunks, cur, token, tables, flush, released, man,
                 up, dark>>

\* Pipeline::Impl::Write, after Watermark::WaitFor.
Ack(t) ==
  /\ Running /\ t \in 1..Len(hist)
  /\ t <= published \/ ("AckBeforePublish" \in Bugs /\ Flying(t) /\ fly[t].applied)
  /\ hist[t].id \notin told
  /\ told' = told \union {hist[t].id}
  /\ UNCHANGED <<hist, born, published, durable, toldSync, memory, disk, up, dark>>

\* Pipeline::Impl::Write with sync=true, after Syncer::SyncTo.
AckSync(t) ==
  /\ Running /\ t \in 1..durable
  /\ hist[t].id \notin toldSync
  /\ toldSync' = toldSync \union {hist[t].id}
  /\ UNCHANGED <<hist, born, published, durable, told, memory, disk, up, dark>>

-----------------------------------------------------------------------------
(* Durability.                                                             *)

\* Syncer::SyncOnce (engine/commit/syncer.cc): V is read first, then SegmentPool::SyncAll lists
\* the segments. What is in the log at the first of the two instants will be durable at the end.
SyncStart(k) ==
  /\ up = "up" /\ ~token[k].busy
  /\ token' = [token EXCEPT ![k] = [busy |-> TRUE, target |-> published,
                                    covers |-> [c \in 1..Len(chunks) |-> Len(chunks[c].recs)]]]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, tables, flush, disk, up, dark>>

\* Syncer::Raise, after fdatasync of every segment that was listed.
SyncEnd(k) ==
  /\ Running /\ token[k].busy
  /\ chunks' = [c \in 1..Len(chunks) |->
                  IF c <= Len(token[k].covers)
                    THEN [chunks[c] EXCEPT !.synced = Max(@, token[k].covers[c])]
                    ELSE chunks[c]]
  /\ durable' = IF up = "poisoned" THEN durable  \* Syncer::SyncOnce looks at the poison again
                ELSE Max(durable, IF "ListBeforeV" \in Bugs THEN published ELSE token[k].target)
  /\ token' = [token EXCEPT ![k] = FreeToken]
  /\ UNCHANGED <<hist, born, fly, published, promises, cur, tables, flush, released, man, up, dark>>

-----------------------------------------------------------------------------
(* Memtables and flushes.                                                  *)

\* EnvImpl::SwitchTables (engine/store/env_impl.cc), Pipeline::Impl::NextGeneration: the cut is the
\* compare-and-swap on W, so it is exact in ticket order and no writer waits. A family whose table
\* looks empty keeps it; an insert that is under way may be seen or not.
Switch(fams) ==
  /\ Running /\ fams # {}
  /\ \A f \in fams : \E t \in Last(tables[f]).begin + 1 .. Len(hist) : f \in hist[t].fam
  /\ tables' = [f \in Families |->
                  IF f \in fams
                    THEN Append([tables[f] EXCEPT ![Len(tables[f])].cut = Len(hist)],
                                NewTable(Len(hist)))
                    ELSE tables[f]]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, token, flush, disk, up, dark>>

\* EnvImpl::FlushOne (engine/store/background.cc) up to RunFlush: V has reached the cut, so the
\* table is complete; then it is written to a run, file and name synced.
FlushBuild(f) ==
  /\ Running /\ flush.stage = "idle" /\ Len(tables[f]) > 1
  /\ tables[f][1].cut <= published \/ "FlushBeforeV" \in Bugs
  /\ flush' = [Idle EXCEPT !.stage = "built", !.f = f, !.has = tables[f][1].has]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, token, tables, disk, up, dark>>

\* EnvImpl::ComputeFloor (engine/store/env_impl.cc): the oldest ticket that some family still needs
\* of the log, at most v. The table that is being flushed does not count. Whether an active table
\* counts is up to its looking empty: one with an insert under way may be seen either way, so the
\* choice of `pinning` is free between what is applied and what has a number.
Rest(f) == IF f = flush.f THEN Tail(tables[f]) ELSE tables[f]
MustPin == {f \in Families : Len(Rest(f)) > 1 \/ ~IsEmpty(Rest(f)[1])}
MayPin == {f \in Families : \/ Len(Rest(f)) > 1
                            \/ \E t \in Rest(f)[1].begin + 1 .. Len(hist) : f \in hist[t].fam}
FloorOf(v, pinning) ==
  LET begins == {Rest(f)[1].begin : f \in pinning} \union {v}
  IN CHOOSE b \in begins : \A c \in begins : b <= c

\* FlushOne: Pipeline::Published, before anything else is looked at.
FlushLoadV ==
  /\ Running /\ flush.stage = (IF "FloorBeforeV" \in Bugs THEN "pinned" ELSE "built")
  /\ flush' = IF "FloorBeforeV" \in Bugs
                THEN [flush EXCEPT !.stage = "floor", !.floor = Min(@, published)]
                ELSE [flush EXCEPT !.stage = "loaded", !.v = published]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, token, tables, disk, up, dark>>

FlushFloor(pinning) ==
  /\ Running /\ flush.stage = (IF "FloorBeforeV" \in Bugs THEN "built" ELSE "loaded")
  /\ MustPin \subseteq pinning /\ pinning \subseteq MayPin
  /\ flush' = IF "FloorBeforeV" \in Bugs
                THEN [flush EXCEPT !.stage = "pinned", !.floor = FloorOf(Len(hist), pinning)]
                ELSE [flush EXCEPT !.stage = "floor", !.floor = FloorOf(flush.v, pinning)]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, token, tables, disk, up, dark>>

\* FlushOne and InstallLocked: the log before the manifest, unless this edit moves the floor past
\* the cut; then one synced edit, then the view without the table.
FlushInstall ==
  /\ Running /\ flush.stage = "floor"
  /\ LET f == flush.f
         cut == tables[f][1].cut
         floor == Max(man.floor, flush.floor)
     IN /\ flush.floor >= cut \/ durable >= cut \/ "ManifestBeforeLog" \in Bugs
        /\ man' = [man EXCEPT !.runs[f] = @ \union flush.has, !.flushed[f] = cut,
                              !.floor = floor,
                              !.cuts = SelectSeq(@, LAMBDA x : x.last > floor)]
        /\ tables' = [tables EXCEPT ![f] = Tail(@)]
  /\ flush' = [flush EXCEPT !.stage = "installed"]
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, chunks, cur, token, released, up, dark>>

\* Pipeline::ReleaseLog, SegmentPool::Release: segments wholly below the floor may go from now on.
FlushRelease ==
  /\ Running
  /\ flush.stage = (IF "ReleaseBeforeManifest" \in Bugs THEN "floor" ELSE "installed")
  /\ released' = Max(released, flush.floor)
  /\ flush' = IF "ReleaseBeforeManifest" \in Bugs THEN flush ELSE Idle
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, chunks, cur, token, tables, man, up, dark>>

-----------------------------------------------------------------------------
(* Errors: a failed sync poisons the log; Resume starts a new one.         *)

\* Pipeline::Impl::Poison. No batch takes a number from here on; those that have one come to an end.
Poison == /\ up = "up" /\ up' = "poisoned"
          /\ UNCHANGED <<hist, born, published, durable, promises, memory, disk, dark>>

\* EnvImpl::ResumeLog (engine/store/resume.cc) after DrainForResume, with background work paused:
\* all memtables become runs and one new manifest has them, a new epoch and the floor past all.
Resume ==
  /\ up = "poisoned" /\ published = Len(hist) /\ flush.stage \in {"idle", "installed"}
  /\ \A k \in Tokens : ~token[k].busy
  /\ man' = [epoch |-> IF "EpochReused" \in Bugs THEN man.epoch ELSE man.epoch + 1,
             cuts |-> <<>>, floor |-> published,
             flushed |-> [f \in Families |-> published],
             runs |-> [f \in Families |->
                         man.runs[f] \union (UNION {x.has : x \in Range(tables[f])})]]
  /\ tables' = [f \in Families |-> <<NewTable(published)>>]
  /\ flush' = Idle /\ up' = "resumed"
  /\ UNCHANGED <<hist, born, fly, published, durable, promises, chunks, cur, token, released, dark>>

\* EnvImpl::FlushLoop: a flush that fails is given up and tried again later.
FlushFail == /\ up = "poisoned" /\ flush.stage \in {"built", "loaded", "floor"}
             /\ flush' = Idle
             /\ UNCHANGED <<hist, born, fly, published, durable, promises, cur, token, tables, disk,
                            up, dark>>

\* Pipeline::Impl::FinishResume, Log::Restart.
FinishResume ==
  /\ up = "resumed" /\ up' = "up"
  /\ released' = published /\ durable' = published
  /\ cur' = [s \in Streams |-> None]
  /\ UNCHANGED <<hist, born, fly, published, promises, chunks, token, tables, flush, man, dark>>

-----------------------------------------------------------------------------
(* Deaths.                                                                 *)

\* What is in memory is gone; V, D and the history stay only as what the recovery is judged by.
Forget == /\ up' = "down"
          /\ fly' = <<>> /\ cur' = [s \in Streams |-> None]
          /\ token' = [k \in Tokens |-> FreeToken]
          /\ tables' = [f \in Families |-> <<>>] /\ flush' = Idle
          /\ UNCHANGED <<hist, born, published, durable, promises, released, man>>

\* Chunks with a record less at the end; those without any are of no interest.
Cut(c, n) == [c EXCEPT !.recs = SubSeq(@, 1, n), !.synced = Min(@, n)]
Trim(lengths) == SelectSeq([c \in 1..Len(chunks) |-> Cut(chunks[c], lengths[c])],
                           LAMBDA c : c.recs # <<>>)
\* A segment that may be recycled: new bytes may cover any part of the old ones.
MayBeGone(c, n) == ~Needed(chunks[c]) /\ n <= Len(chunks[c].recs)

\* kill -9: the page cache has every record that was stamped.
Kept(lengths) == \A c \in 1..Len(chunks) : \/ lengths[c] = Len(chunks[c].recs)
                                           \/ MayBeGone(c, lengths[c])
ProcessCrash(lengths) ==
  /\ up \notin {"corrupt"}
  /\ Kept(lengths)
  /\ chunks' = Trim(lengths)
  /\ dark' = (up \in {"down", "scanned"} /\ dark)
  /\ Forget

\* Power loss: of each chunk at least what was synced.
Survives(lengths) == \A c \in 1..Len(chunks) :
                        \/ lengths[c] \in chunks[c].synced .. Len(chunks[c].recs)
                        \/ MayBeGone(c, lengths[c])
MachineCrash(lengths) ==
  /\ up \notin {"corrupt"}
  /\ Survives(lengths)
  /\ chunks' = Trim(lengths)
  /\ dark' = TRUE
  /\ Forget

-----------------------------------------------------------------------------
(* Recovery.                                                               *)

\* Recovery::ListSegments and MakeDurable (engine/wal/recovery.cc): everything that will be read is
\* synced before it is read.
RecoverSync ==
  /\ up = "down" /\ up' = "scanned"
  /\ chunks' = IF "NoSyncInRecovery" \in Bugs THEN chunks
               ELSE [c \in 1..Len(chunks) |-> [chunks[c] EXCEPT !.synced = Len(chunks[c].recs)]]
  /\ UNCHANGED <<hist, born, published, durable, promises, memory, released, man, dark>>

\* What Recovery::FindPrefix, CheckPrefix and Finish refuse: two records for one ticket, and a log
\* that ends before what was recovered earlier or before what the runs hold (S_x).
Damaged(last) ==
  \/ \E x, y \in Live(chunks) : x # y /\ chunks[x[1]].recs[x[2]].t = chunks[y[1]].recs[y[2]].t
  \/ man.cuts # <<>> /\ Last(man.cuts).last > last
  \/ \E f \in Families : man.flushed[f] > last

\* Recovery::Run, EnvImpl::ReplayRecord, StartPipeline (engine/store/env_open.cc): replay the run of
\* tickets above the floor, each family only beyond its S_x; then make the next epoch and the cut
\* of this one durable; then accept writes.
RecoverInstall ==
  /\ up = "scanned"
  /\ LET last == LastOf(chunks)
     IN IF Damaged(last)
        THEN /\ up' = "corrupt"
             /\ UNCHANGED <<hist, born, published, durable, promises, memory, disk, dark>>
        ELSE /\ up' = "up" /\ dark' = FALSE
             /\ hist' = SubSeq(hist, 1, Min(last, Len(hist)))
             /\ published' = last /\ durable' = last
             /\ tables' = [f \in Families |->
                             <<[NewTable(man.floor) EXCEPT !.has =
                                  {r.id : r \in {q \in LiveRecords(chunks) :
                                     q.t <= last /\ f \in q.fam /\ q.t > man.flushed[f]}}]>>]
             /\ man' = IF "EpochReused" \in Bugs THEN man
                       ELSE [man EXCEPT !.epoch = @ + 1,
                                        !.cuts = IF last > man.floor
                                                   THEN Append(@, [epoch |-> man.epoch, last |-> last])
                                                   ELSE @]
             /\ released' = man.floor
             /\ told' = IF dark THEN told \intersect {hist[t].id : t \in 1..Min(last, Len(hist))} ELSE told
             /\ UNCHANGED <<born, toldSync, fly, cur, token, flush, chunks>>

-----------------------------------------------------------------------------

Longest == LET sizes == {Len(chunks[c].recs) : c \in 1..Len(chunks)} \union {0}
           IN CHOOSE n \in sizes : \A m \in sizes : m <= n
Lengths == [1..Len(chunks) -> 0..Longest]

Write == \/ \E s \in Streams, fam \in FamilySets :
              Reserve(s, fam, IF cur[s] = None THEN TRUE ELSE Len(chunks[cur[s]].recs) >= ChunkRecords)
         \/ \E t \in DOMAIN fly : Stamp(t) \/ Apply(t) \/ Publish(t)
         \/ \E t \in 1..Len(hist) : Ack(t) \/ AckSync(t)
\* Nobody syncs without a ticket that is not durable yet.
Durable == \E k \in Tokens : (published > durable /\ SyncStart(k)) \/ SyncEnd(k)
Flush == \/ \E fams \in SUBSET Families : Switch(fams) \/ FlushFloor(fams)
         \/ \E f \in Families : FlushBuild(f)
         \/ FlushLoadV \/ FlushInstall \/ FlushRelease
Errors == Poison \/ FlushFail \/ Resume \/ FinishResume
Death == \E lengths \in Lengths : ProcessCrash(lengths) \/ MachineCrash(lengths)
Recovery == RecoverSync \/ RecoverInstall

Next == Write \/ Durable \/ Flush \/ Errors \/ Death \/ Recovery

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What has to hold.                                                       *)

OnLine == up \in {"up", "poisoned", "resumed"}

\* Tickets are dense and each has one owner; within a chunk they rise.
TicketsDense == OnLine => DOMAIN fly = published + 1 .. Len(hist)
StreamsAscend == \A c \in 1..Len(chunks) : \A i, j \in 1..Len(chunks[c].recs) :
                    i < j => chunks[c].recs[i].t < chunks[c].recs[j].t
OneWriterAStream == \A t, u \in DOMAIN fly :
                       t # u /\ fly[t].s = fly[u].s => fly[t].applied \/ fly[u].applied

WatermarksInOrder == durable <= published /\ published <= Len(hist)

\* Everything published is stamped, and in the tables of its families or in their runs.
PublishedIsStamped ==
  OnLine => \A t \in 1..published : \/ t <= man.floor
                                    \/ \E r \in LiveRecords(chunks) : r.t = t /\ r.id = hist[t].id

\* Everything up to D survives the machine: in the log, or below the floor in runs.
SyncedPart == [c \in 1..Len(chunks) |-> Cut(chunks[c], chunks[c].synced)]
DurableIsDurable ==
  OnLine => \A t \in 1..durable : \/ t <= man.floor
                                  \/ \E r \in LiveRecords(SyncedPart) : r.t = t /\ r.id = hist[t].id
BelowTheFloorIsInRuns ==
  up # "corrupt" => \A t \in 1..Min(man.floor, Len(hist)) :
                       \A f \in hist[t].fam : hist[t].id \in man.runs[f]

\* S_x is never ahead of what a recovery would find.
RunsWithinLog == \A f \in Families : OnLine => man.flushed[f] <= Max(durable, man.floor)
NothingNeededIsReleased == released <= man.floor
OneRecordATicket == \A x, y \in Live(chunks) :
                       chunks[x[1]].recs[x[2]].t = chunks[y[1]].recs[y[2]].t => x = y
NeverCorrupt == up # "corrupt"

-----------------------------------------------------------------------------
(* ParallelWal refines Durability.                                         *)

\* What readers find in family f: its runs, and its tables up to V.
Visible(f) ==
  man.runs[f] \union
    ((UNION {x.has : x \in Range(tables[f])}) \intersect {hist[t].id : t \in 1..published})

Users == INSTANCE Durability WITH
           history <- hist, visible <- published,
           contents <- [f \in Families |-> IF OnLine THEN Visible(f) ELSE {}],
           state <- IF OnLine THEN "open" ELSE IF dark THEN "dark" ELSE "killed"

RefinesDurability == Users!Spec
KeepsPromises == Users!ToldIsKept /\ Users!ToldSyncIsKept
=============================================================================

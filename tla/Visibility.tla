----------------------------- MODULE Visibility -----------------------------
(***************************************************************************)
(* What readers see while writers, flushes and snapshots go on             *)
(* (engine/commit/watermark.cc, engine/store/env_impl.cc and family.cc,    *)
(* engine/lsm/snapshot_list.h and flush_job.cc).                           *)
(*                                                                         *)
(* A batch takes as many sequence numbers as it has entries and inserts    *)
(* them one by one.  R, the visible sequence, moves only to the end of a   *)
(* batch before which everything is inserted; then V moves.  A reader pins *)
(* the view of its family first and loads R afterwards.  A new memtable    *)
(* goes into the view before any batch can be numbered into it.  A flush   *)
(* turns a table into a run and leaves out entries that a newer one of the *)
(* same table hides from every snapshot in the list.                       *)
(*                                                                         *)
(* Left out: the log (ParallelWal); merges, which obey the same rule as    *)
(* flushes (HanoiMerge); deletes and ranges, which are values here.        *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS Families,
          Keys,       \* keys of each family
          Writes,     \* the batches that may be written: sequences of <<family, key>>
          Readers,
          Snapshots,
          VisibilityBugs

VARIABLES batches,    \* by ticket: [entries, end (last sequence), table (of each family)]
          inserted,   \* of each ticket, which of its entries are in the memtables
          watermark,  \* V
          visible,    \* R
          writing,    \* of each family, the table that takes what is numbered now
          view,       \* of each family: [n, tables, runs], sets of table numbers
          sealing,    \* families whose view has a new table that no batch can reach yet
          build,      \* of each family, the flush under way: [table, snaps], table 0 for none
          hidden,     \* entries <<ticket, i>> that the runs leave out
          snaps,      \* of each snapshot its sequence, NoSeq when it is not held
          taking,     \* of each snapshot, the sequence it has loaded but not registered
          reader      \* of each reader: [stage, family, snap, since, view, seq, got]

vars == <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
          taking, reader>>

NoSeq == 1000000
Pairs == {<<f, k>> : f \in Families, k \in Keys}
Bug(name) == name \in VisibilityBugs

Max(a, b) == IF a > b THEN a ELSE b
Range(s) == {s[i] : i \in 1..Len(s)}
EndOf(t) == IF t = 0 THEN 0 ELSE batches[t].end
First(t) == EndOf(t - 1) + 1
SeqOf(t, i) == EndOf(t - 1) + i
Whole(t) == inserted[t] = 1..Len(batches[t].entries)

NoReader == [stage |-> "idle", family |-> CHOOSE f \in Families : TRUE, snap |-> NoSeq, since |-> 0,
             view |-> [n |-> 0, tables |-> {}, runs |-> {}], seq |-> 0, got |-> [k \in Keys |-> 0]]
NoBuild == [table |-> 0, snaps |-> {}]

Init == /\ batches = <<>> /\ inserted = <<>> /\ watermark = 0 /\ visible = 0
        /\ writing = [f \in Families |-> 1]
        /\ view = [f \in Families |-> [n |-> 1, tables |-> {1}, runs |-> {}]]
        /\ sealing = {} /\ build = [f \in Families |-> NoBuild] /\ hidden = {}
        /\ snaps = [s \in Snapshots |-> NoSeq] /\ taking = [s \in Snapshots |-> NoSeq]
        /\ reader = [r \in Readers |-> NoReader]

-----------------------------------------------------------------------------
(* Writers.                                                                *)

\* Pipeline::Impl::TakeNumbers (engine/commit/pipeline_impl.cc): numbers and tables in one atomic add.
Number(entries) ==
  /\ batches' = Append(batches, [entries |-> entries, end |-> EndOf(Len(batches)) + Len(entries),
                                 table |-> writing])
  /\ inserted' = Append(inserted, {})
  /\ UNCHANGED <<watermark, visible, writing, view, sealing, build, hidden, snaps, taking, reader>>

\* ApplyBatch, MemTable::Insert: by the owner or a helper, any part of the batch at a time.
Insert(t, some) ==
  /\ t \in 1..Len(batches) /\ some \subseteq 1..Len(batches[t].entries) /\ some # {}
  /\ some \intersect inserted[t] = {}
  /\ inserted' = [inserted EXCEPT ![t] = @ \union some]
  /\ UNCHANGED <<batches, watermark, visible, writing, view, sealing, build, hidden, snaps, taking,
                 reader>>

\* Watermark::RaiseVisible: R first, to the end of ticket n, when all up to n are inserted.
RaiseVisible(n) ==
  /\ n \in watermark + 1 .. Len(batches) /\ EndOf(n) > visible
  /\ \/ \A t \in watermark + 1 .. n : Whole(t)
     \/ Bug("HalfBatch") /\ inserted[n] # {} /\ \A t \in watermark + 1 .. n - 1 : Whole(t)
  /\ visible' = EndOf(n)
  /\ UNCHANGED <<batches, inserted, watermark, writing, view, sealing, build, hidden, snaps, taking,
                 reader>>

\* Watermark::Publish, Advance: then V.
MoveWatermark(n) ==
  /\ n \in watermark + 1 .. Len(batches) /\ EndOf(n) <= visible
  /\ watermark' = n
  /\ UNCHANGED <<batches, inserted, visible, writing, view, sealing, build, hidden, snaps, taking,
                 reader>>

-----------------------------------------------------------------------------
(* Memtables and flushes.                                                  *)

\* EnvImpl::SwitchTables, its `publish`: the view of the family has the new table ...
PublishTable(f) ==
  /\ f \notin sealing
  /\ Bug("CutBeforeView") \/ writing[f] \in view[f].tables
  /\ view' = [view EXCEPT ![f].n = @ + 1,
                          ![f].tables = @ \union {IF Bug("CutBeforeView") THEN writing[f]
                                                  ELSE writing[f] + 1}]
  /\ Bug("CutBeforeView") => writing[f] \notin view[f].tables
  /\ sealing' = IF Bug("CutBeforeView") THEN sealing ELSE sealing \union {f}
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, build, hidden, snaps, taking, reader>>

\* ... before Pipeline::Impl::NextGeneration lets a batch into it.
CutTables(fams) ==
  /\ fams # {}
  /\ IF Bug("CutBeforeView") THEN \A f \in fams : writing[f] \in view[f].tables
                             ELSE fams \subseteq sealing
  /\ writing' = [f \in Families |-> IF f \in fams THEN writing[f] + 1 ELSE writing[f]]
  /\ sealing' = sealing \ fams
  /\ UNCHANGED <<batches, inserted, watermark, visible, view, build, hidden, snaps, taking, reader>>

\* EnvImpl::FlushOne: V has reached the cut of the oldest table; then the snapshots are collected
\* and RunFlush writes the run.
BuildRun(f) ==
  /\ build[f] = NoBuild
  /\ \E x \in view[f].tables :
       /\ x < writing[f] /\ \A y \in view[f].tables : x <= y
       /\ \A t \in 1..Len(batches) : batches[t].table[f] <= x => t <= watermark
       /\ build' = [build EXCEPT ![f] = [table |-> x,
                                         snaps |-> {snaps[s] : s \in Snapshots} \ {NoSeq}]]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, hidden, snaps, taking,
                 reader>>

\* Entries of f's table x that a newer one hides from all snapshots of the list.
Superseded(f, x, list) ==
  {<<t, i>> \in UNION {{<<u, j>> : j \in 1..Len(batches[u].entries)} : u \in 1..Len(batches)} :
     /\ batches[t].entries[i][1] = f /\ batches[t].table[f] = x
     /\ \E u \in 1..Len(batches) : \E j \in 1..Len(batches[u].entries) :
          /\ batches[u].entries[j] = batches[t].entries[i] /\ batches[u].table[f] = x
          /\ SeqOf(u, j) > SeqOf(t, i)
          /\ \A s \in list : ~(SeqOf(t, i) <= s /\ s < SeqOf(u, j))}

\* EnvImpl::InstallLocked: the view has the run instead of the table.
InstallRun(f) ==
  /\ build[f] # NoBuild
  /\ view' = [view EXCEPT ![f].n = @ + 1, ![f].tables = @ \ {build[f].table},
                          ![f].runs = @ \union {build[f].table}]
  /\ hidden' = hidden \union Superseded(f, build[f].table, build[f].snaps)
  /\ build' = [build EXCEPT ![f] = NoBuild]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, sealing, snaps, taking, reader>>

\* A view that holds the same tables and runs as the one before: a merge was installed.
Republish(f) ==
  /\ view' = [view EXCEPT ![f].n = @ + 1]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, sealing, build, hidden, snaps, taking,
                 reader>>

-----------------------------------------------------------------------------
(* Snapshots: SnapshotList::Take and Release (engine/lsm/snapshot_list.h). *)

\* R is loaded under the lock under which flushes collect the list.
TakeSnapshot(s) ==
  /\ snaps[s] = NoSeq /\ taking[s] = NoSeq
  /\ IF Bug("SnapshotOutsideLock")
       THEN taking' = [taking EXCEPT ![s] = visible] /\ UNCHANGED snaps
       ELSE snaps' = [snaps EXCEPT ![s] = visible] /\ UNCHANGED taking
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, reader>>

RegisterSnapshot(s) ==  \* with the bug only
  /\ taking[s] # NoSeq
  /\ snaps' = [snaps EXCEPT ![s] = taking[s]] /\ taking' = [taking EXCEPT ![s] = NoSeq]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, reader>>

ReleaseSnapshot(s) ==
  /\ snaps[s] # NoSeq
  /\ \A r \in Readers : reader[r].stage = "idle" \/ reader[r].snap # snaps[s]
  /\ snaps' = [snaps EXCEPT ![s] = NoSeq]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, taking,
                 reader>>

-----------------------------------------------------------------------------
(* Readers: FamilyStore::Get, MakeSource (engine/store/family.cc).         *)

\* A read of family f, at a snapshot that is held or at whatever is visible (NoSeq).
StartRead(r, f, snap) ==
  /\ reader[r].stage = "idle"
  /\ snap \in {NoSeq} \union {snaps[s] : s \in Snapshots}
  /\ reader' = [reader EXCEPT ![r] = [NoReader EXCEPT !.stage = "started", !.family = f,
                                                      !.snap = snap, !.since = watermark]]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
                 taking>>

PinView(r) ==
  /\ reader[r].stage = (IF Bug("SequenceBeforeView") THEN "loaded" ELSE "started")
  /\ reader' = [reader EXCEPT ![r].view = view[reader[r].family],
                              ![r].stage = IF @ = "loaded" THEN "ready" ELSE "pinned"]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
                 taking>>

LoadSequence(r) ==
  /\ reader[r].stage = (IF Bug("SequenceBeforeView") THEN "started" ELSE "pinned")
  /\ reader' = [reader EXCEPT ![r].seq = IF reader[r].snap = NoSeq THEN visible ELSE reader[r].snap,
                              ![r].stage = IF @ = "pinned" THEN "ready" ELSE "loaded"]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
                 taking>>

\* The ticket whose entry a search in view v at sequence seq finds for key k of f; 0 for none.
Found(f, k, v, seq) ==
  LET hits == {t \in 1..Len(batches) :
                 \E i \in 1..Len(batches[t].entries) :
                   /\ batches[t].entries[i] = <<f, k>> /\ i \in inserted[t] /\ SeqOf(t, i) <= seq
                   /\ \/ batches[t].table[f] \in v.tables
                      \/ batches[t].table[f] \in v.runs /\ <<t, i>> \notin hidden}
  IN IF hits = {} THEN 0 ELSE CHOOSE t \in hits : \A u \in hits : u <= t

Read(r) ==
  /\ reader[r].stage = "ready"
  /\ reader' = [reader EXCEPT ![r].got = [k \in Keys |-> Found(reader[r].family, k, reader[r].view,
                                                               reader[r].seq)],
                              ![r].stage = "done"]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
                 taking>>

EndRead(r) ==
  /\ reader[r].stage = "done"
  /\ reader' = [reader EXCEPT ![r] = NoReader]
  /\ UNCHANGED <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
                 taking>>

\* The store was opened again with the first n batches; they are in one table or in runs.
Reopen(n) ==
  /\ n \in 0..Len(batches)
  /\ batches' = [t \in 1..n |-> [batches[t] EXCEPT !.table = [f \in Families |-> 1]]]
  /\ inserted' = [t \in 1..n |-> 1..Len(batches[t].entries)]
  /\ watermark' = n /\ visible' = EndOf(n)
  /\ writing' = [f \in Families |-> 1]
  /\ view' = [f \in Families |-> [n |-> 1, tables |-> {1}, runs |-> {}]]
  /\ sealing' = {} /\ build' = [f \in Families |-> NoBuild] /\ hidden' = {}
  /\ snaps' = [s \in Snapshots |-> NoSeq] /\ taking' = [s \in Snapshots |-> NoSeq]
  /\ reader' = [r \in Readers |-> NoReader]

-----------------------------------------------------------------------------

Writers == \/ \E w \in Writes : Number(w)
           \/ \E t \in 1..Len(batches) : \E i \in 1..Len(batches[t].entries) : Insert(t, {i})
           \/ \E n \in 1..Len(batches) : RaiseVisible(n) \/ MoveWatermark(n)
Background == \/ \E f \in Families : PublishTable(f) \/ BuildRun(f) \/ InstallRun(f)
              \/ \E fams \in SUBSET Families : CutTables(fams)
Reading == \/ \E s \in Snapshots : TakeSnapshot(s) \/ RegisterSnapshot(s) \/ ReleaseSnapshot(s)
           \/ \E r \in Readers :
                \/ \E f \in Families, snap \in {NoSeq} \union {snaps[s] : s \in Snapshots} :
                     StartRead(r, f, snap)
                \/ PinView(r) \/ LoadSequence(r) \/ Read(r) \/ EndRead(r)

Next == Writers \/ Background \/ Reading
Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------

\* The newest batch up to ticket n that writes key k of family f.
Newest(f, k, n) == LET hits == {t \in 1..n : <<f, k>> \in Range(batches[t].entries)}
                   IN IF hits = {} THEN 0 ELSE CHOOSE t \in hits : \A u \in hits : u <= t
State(f, n) == [k \in Keys |-> Newest(f, k, n)]

\* R is the end of a prefix of whole batches, and not behind V.
VisibleIsAPrefix ==
  \E n \in watermark .. Len(batches) : /\ visible = EndOf(n)
                                       /\ \A t \in 1..n : Whole(t)

\* A read returns the state after some whole batch: not before what was acknowledged when the read
\* began (so one reads one's own writes), at a snapshot exactly that one's.
Prefixes(r) == IF reader[r].snap = NoSeq
               THEN {n \in reader[r].since .. Len(batches) : EndOf(n) <= visible}
               ELSE {n \in 0..Len(batches) : EndOf(n) = reader[r].snap}
ReadsAPrefix == \A r \in Readers : reader[r].stage = "done" =>
                  \E n \in Prefixes(r) : reader[r].got = State(reader[r].family, n)

\* Each table a batch may be numbered into is in the view of its family.
ViewHasTheTable == \A f \in Families : writing[f] \in view[f].tables

\* What a flush leaves out no snapshot needs.
SnapshotsStable == \A s \in Snapshots : snaps[s] # NoSeq =>
                     \A f \in Families, k \in Keys :
                        Found(f, k, view[f], snaps[s]) =
                          Newest(f, k, CHOOSE n \in 0..Len(batches) : EndOf(n) = snaps[s])

TablesAscend == \A t, u \in 1..Len(batches) : t < u =>
                   \A f \in Families : batches[t].table[f] <= batches[u].table[f]
=============================================================================

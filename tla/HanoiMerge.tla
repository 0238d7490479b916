---------------------------- MODULE HanoiMerge ----------------------------
(* How the runs of one family are flushed and merged, a piece at a time, on a disk that forgets.

   The engine keeps three things in step: the run files, whose directory entries are durable only
   once the directory has been synced; the manifest, whose edits are durable once appended; and the
   version in memory, which readers use. A merge installs its output in pieces. Each piece is one
   manifest edit: the output file is added, inputs that are used up are removed, the others are
   trimmed up to the cut. Files leave the disk when no version and no reader holds them.

   What must hold, whatever the merges do and wherever a crash falls:
     - readers, with a snapshot or without, see the map that was written  (ReadersSeeTheMap)
     - what a reader holds is there                                      (ReadersKeepTheirFiles)
     - a crash at this moment would lose nothing and bring nothing back  (CrashIsHarmless)
     - a tombstone goes only when it has nothing left to hide            (TombstonesGoLast)
     - the files of a run do not overlap                                 (RunsAreSorted)

   Left out: the log (a memtable that is not in a run survives a crash; ParallelWal is about that),
   range deletions, merge operands, several families, and sizes (HanoiPacing is about debt). The
   parts of one edit that cannot be told apart from outside are one action. Numbers of files that
   have gone for good are used again, which the engine never does; nothing here depends on it.
   tests/trace/TraceTree.tla holds runs of the engine against these actions. *)

EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  NKeys,         \* keys are 1..NKeys
  Last,          \* levels are 0..Last, from young to old
  Fanout,        \* how many runs a merge of Hanoi takes at least
  AnyStretch,    \* merges also take what Tiered and Leveled may
  Merges,        \* merges that may go on at the same time
  NFiles,        \* run files that may exist at the same time
  Batches,       \* what one memtable may hold: functions from some keys to "put" or "del"
  MaxWrites,     \* batches that are written
  MemWrites,     \* batches that may wait in memtables
  FlushPieces,   \* a flush may write several files (FALSE: one)
  LogSyncs,      \* the log syncs the directory, which it shares, at any time
  MaxSnapshots,  \* snapshots held at the same time
  MaxCrashes,
  MaxErrors,     \* operations of the file system that fail
  WithReader,    \* a reader may hold on to a version
  SwapSteps,     \* a new manifest is written step by step (FALSE: at once)
  Bugs            \* planted bugs; see the models

Keys == 1..NKeys
Levels == 0..Last
Files == 1..NFiles
Manifests == 101..103
NoFile == 0
Flusher == 0
Workers == Merges \cup {Flusher}

VARIABLES
  \* What was written.
  seq,        \* the newest sequence number
  latest,     \* key -> sequence of the put that a reader finds now, 0 when there is none
  snapshots,  \* held by the application: [seq, map]
  \* Memory.
  mem,        \* entries of memtables that have not been flushed
  tree,       \* the version that readers get: [levels, flushed]
  jobs,       \* merge -> the job that works on it
  flush,      \* the flush that goes on
  edit,       \* a manifest edit on its way: appended, not yet published in memory
  retired,    \* files that no version needs any more, still to be unlinked
  pinned,     \* files of the version that a reader holds
  failed,     \* the manifest takes no more edits: what its file holds is not known
  swap,       \* how far the writing of a new manifest has come
  up,         \* "up", "opening" or "down"
  \* The disk.
  names,      \* files in the directory as the kernel shows it
  durable,    \* files in the directory as it is on the disk
  content,    \* run file -> its entries
  manifests,  \* manifest file -> the tree that it describes
  handle,     \* the manifest that takes edits
  current,    \* the manifest that CURRENT names, as the kernel shows it
  onDisk,     \* the same on the disk
  \* Bounds of the model.
  crashes, errors

written == <<seq, latest, snapshots>>
memory == <<mem, tree, jobs, flush, edit, retired, pinned, failed, swap, up>>
disk == <<names, durable, content, manifests, handle, current, onDisk>>
bounds == <<crashes, errors>>
vars == <<written, memory, disk, bounds>>

--------------------------------------------------------------------------
(* Entries, files, runs. A run is a list of parts in key order, a part a file and its trim: entries
   up to and including the trim do not count any more. Within a level runs stand newest first. *)

Entry == [key : Keys, seq : 1..MaxWrites, del : BOOLEAN]
NoTree == [levels |-> [l \in Levels |-> <<>>], flushed |-> 0]
NoJob == [stage |-> "none", snaps |-> {}, older |-> {}, file |-> NoFile, upto |-> 0]
NoFlush == [stage |-> "none", cut |-> 0, snaps |-> {}, files |-> <<>>, upto |-> 0]
NoEdit == [by |-> -1]

Max(S) == CHOOSE x \in S : \A y \in S : y <= x
Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Range(s) == {s[i] : i \in DOMAIN s}

KeysOf(f) == {e.key : e \in content[f]}
Smallest(f) == Min(KeysOf(f))
Largest(f) == Max(KeysOf(f))

RECURSIVE Flatten(_, _)
Flatten(levels, l) == IF l > Last THEN <<>> ELSE levels[l] \o Flatten(levels, l + 1)
\* All runs, newest first: Version::runs (version.h).
RunsOf(t) == Flatten(t.levels, 0)
FilesOfRun(run) == {p.file : p \in Range(run.parts)}
FilesOf(t) == UNION {FilesOfRun(r) : r \in Range(RunsOf(t))}
EntriesOf(run) == UNION {{e \in content[p.file] : e.key > p.trim} : p \in Range(run.parts)}

\* What a reader finds: the first source, from young to old, that has an entry of the key not above
\* the sequence decides (Version::Get in version.cc).
RECURSIVE Find(_, _, _, _)
Find(sources, i, k, s) ==
  IF i > Len(sources) THEN 0
  ELSE LET hits == {e \in sources[i] : e.key = k /\ e.seq <= s}
       IN IF hits = {} THEN Find(sources, i + 1, k, s)
          ELSE LET newest == CHOOSE e \in hits : \A d \in hits : d.seq <= e.seq
               IN IF newest.del THEN 0 ELSE newest.seq
Read(t, m, s) ==
  LET runs == RunsOf(t)
      sources == <<m>> \o [i \in DOMAIN runs |-> EntriesOf(runs[i])]
  IN [k \in Keys |-> Find(sources, 1, k, s)]

--------------------------------------------------------------------------
(* What a merge keeps: Reducer::ReduceKey (reducer.cc). Snapshots cut the sequence numbers into
   stripes, 0 is the oldest; within a stripe only the newest entry of a key counts. *)

Stripe(s, snaps) == Cardinality({n \in snaps : n < s})
Shadowed(e, input, snaps) ==
  \E d \in input : d.key = e.key /\ d.seq > e.seq /\ Stripe(d.seq, snaps) = Stripe(e.seq, snaps)
\* Rule 3. `older` holds the keys that may have older data outside the input.
TombstoneGoes(e, older, snaps) ==
  /\ e.del
  /\ Stripe(e.seq, snaps) = 0 \/ "DropIgnoresSnapshots" \in Bugs
  /\ e.key \notin older \/ "DropIgnoresOlder" \in Bugs
Reduce(input, older, snaps) ==
  {e \in input : ~Shadowed(e, input, snaps) /\ ~TombstoneGoes(e, older, snaps)}

--------------------------------------------------------------------------
(* Parts of a tree that belong to a merge. *)

RunsIn(t, m) == {r \in Range(RunsOf(t)) : r.role = "in" /\ r.merge = m}
Going(t, m) == \E r \in Range(RunsOf(t)) : r.merge = m
InputEntries(t, m) == UNION {EntriesOf(r) : r \in RunsIn(t, m)}
InputParts(t, m) == UNION {Range(r.parts) : r \in RunsIn(t, m)}

\* MergeJob::MergeJob: every run behind the newest input that is neither input nor output is older.
\* MergeJob::OlderDataExists goes by the ranges of files, which is on the safe side.
RangeOf(run) ==
  UNION {{k \in Keys : k >= Smallest(p.file) /\ k <= Largest(p.file) /\ k > p.trim}
         : p \in Range(run.parts)}
OlderKeys(t, m) ==
  LET runs == RunsOf(t)
      inputs == {i \in DOMAIN runs : runs[i].role = "in" /\ runs[i].merge = m}
      older == {i \in DOMAIN runs : i > Min(inputs) /\ runs[i].merge # m}
  IN UNION {RangeOf(runs[i]) : i \in older}

--------------------------------------------------------------------------
(* Edits: what ApplyEdit (manifest_edit.cc) makes of a tree. *)

NewRun(role, m) == [parts |-> <<>>, role |-> role, merge |-> m]
EachRun(t, F(_, _, _)) ==
  [t EXCEPT !.levels = [l \in Levels |-> [i \in DOMAIN @[l] |-> F(l, i, @[l][i])]]]

WithFlushed(t, files, s) ==
  [t EXCEPT !.levels[0] =
              <<[NewRun("free", 0) EXCEPT
                   !.parts = [i \in DOMAIN files |-> [file |-> files[i], trim |-> 0]]]>> \o @,
            !.flushed = s]

\* A pick is the set of places <<level, index>> of its runs and the level of its output.
WithMerge(t, m, pick) ==
  LET marked == EachRun(t, LAMBDA l, i, r : IF <<l, i>> \in pick.runs
                                            THEN [r EXCEPT !.role = "in", !.merge = m] ELSE r)
  IN [marked EXCEPT !.levels[pick.output] = <<NewRun("out", m)>> \o @]

Cut(p, upto) ==
  IF Smallest(p.file) <= upto /\ "TrimLeftOut" \notin Bugs THEN [p EXCEPT !.trim = upto] ELSE p
WithPiece(t, m, f, upto) ==
  EachRun(t, LAMBDA l, i, r :
    CASE r.merge = m /\ r.role = "in" ->
           (LET rest == SelectSeq(r.parts, LAMBDA p : Largest(p.file) > upto)
            IN [r EXCEPT !.parts = [j \in DOMAIN rest |-> Cut(rest[j], upto)]])
      [] r.merge = m /\ r.role = "out" /\ f # NoFile ->
           [r EXCEPT !.parts = Append(@, [file |-> f, trim |-> 0])]
      [] OTHER -> r)

WithMoved(t, m, f) ==
  EachRun(t, LAMBDA l, i, r :
    CASE r.merge = m /\ r.role = "in" ->
           [r EXCEPT !.parts = SelectSeq(@, LAMBDA p : p.file # f)]
      [] r.merge = m /\ r.role = "out" ->
           [r EXCEPT !.parts = Append(@, [file |-> f, trim |-> 0])]
      [] OTHER -> r)

WithoutInputs(t, m) ==
  LET kept == [t EXCEPT !.levels =
                 [l \in Levels |-> SelectSeq(@[l], LAMBDA r : ~(r.role = "in" /\ r.merge = m))]]
  IN EachRun(kept, LAMBDA l, i, r :
                     IF r.merge = m THEN [r EXCEPT !.role = "free", !.merge = 0] ELSE r)

--------------------------------------------------------------------------
(* Which runs may be merged: CollectTail, PickLevel, PickAll (strategy.cc) and the strategies. The free
   runs of some levels that are neighbours in age, ending at the oldest. Hanoi (hanoi.cc) takes the
   tail of a level into the next, or the tail of everything into the last. Tiered (tiered.cc) and
   Leveled (leveled.cc) take whatever MergePick (strategy.h) allows: Stretches. Sizes decide which of
   them is taken when, so here each may be taken at any time. *)

TailRuns(t, first, last) ==
  {p \in UNION {{l} \X DOMAIN t.levels[l] : l \in first..last} :
     /\ \A i \in p[2]..Len(t.levels[p[1]]) : t.levels[p[1]][i].role = "free"
     /\ \A l \in (p[1] + 1)..last : \A r \in Range(t.levels[l]) : r.role = "free"}
\* The output becomes the newest run of its level: when inputs come from that level, no younger run may
\* stand there, such as the growing output of another merge.
OrderStays(t, p) ==
  (\E q \in p.runs : q[1] = p.output) =>
    \A i \in DOMAIN t.levels[p.output] : <<p.output, i>> \in p.runs
\* Flushes and other merges may install something between the pick and BeginMerge: then the youngest
\* runs of what would be picked now are left out.
NotYounger(p, q) == p[1] > q[1] \/ (p[1] = q[1] /\ p[2] >= q[2])
Tails(runs) == {{p \in runs : NotYounger(p, youngest)} : youngest \in runs}
Tailed(t) ==
  {p \in UNION {{[runs |-> runs, output |-> IF l = Last THEN Last ELSE l + 1]
                  : runs \in Tails(TailRuns(t, l, l))} : l \in Levels}
         \cup {[runs |-> runs, output |-> Last] : runs \in Tails(TailRuns(t, 0, Last))}
     : /\ Cardinality(p.runs) >= Fanout
       /\ OrderStays(t, p) \/ "OutputBeforeYounger" \in Bugs}
\* Neighbours in age, all free, into a level where what is younger stands above and what is older does not;
\* a single run only if it gets deeper.
PlacesOf(t) == UNION {{l} \X DOMAIN t.levels[l] : l \in Levels}
Stretches(t) ==
  {p \in {[runs |-> {q \in PlacesOf(t) : NotYounger(q, y) /\ NotYounger(o, q)}, output |-> l]
            : y \in PlacesOf(t), o \in PlacesOf(t), l \in Levels}
     : /\ p.runs # {}
       /\ \A q \in p.runs : t.levels[q[1]][q[2]].role = "free" /\ q[1] <= p.output
       /\ Cardinality(p.runs) > 1 \/ \A q \in p.runs : q[1] < p.output
       /\ \A q \in PlacesOf(t) \ p.runs :
            IF \A r \in p.runs : NotYounger(q, r) THEN q[1] >= p.output ELSE q[1] < p.output}
Picks(t) == Tailed(t) \cup (IF AnyStretch THEN Stretches(t) ELSE {})

--------------------------------------------------------------------------
(* The disk. *)

\* Forgets what nobody can reach any more, so that equal states are equal.
Tidy(c, present) == [f \in Files |-> IF f \in present THEN c[f] ELSE {}]
FreshFile == Min(Files \ (names \cup durable))
HasFreshFile == Files \ (names \cup durable) # {}

\* JobContext::NewBuilder and FinishFile: the bytes are synced, the name is not.
CreateFile(f, entries) ==
  /\ names' = names \cup {f}
  /\ content' = [content EXCEPT ![f] = entries]
  /\ UNCHANGED <<durable, manifests, handle, current, onDisk>>

\* FileSystem::SyncDir: all names of the directory.
SyncNames ==
  /\ durable' = names
  /\ content' = Tidy(content, names)
  /\ manifests' = [n \in names \cap Manifests |-> manifests[n]]
  /\ onDisk' = current
  /\ UNCHANGED <<names, handle, current>>

RemoveNames(files) ==
  /\ names' = names \ files
  /\ content' = Tidy(content, durable \cup names')
  /\ UNCHANGED <<durable, manifests, handle, current, onDisk>>

ManifestFree == edit = NoEdit /\ swap = "no" /\ ~failed

--------------------------------------------------------------------------
FirstManifest == Min(Manifests)
Init ==
  /\ seq = 0 /\ latest = [k \in Keys |-> 0] /\ snapshots = {}
  /\ mem = {} /\ tree = NoTree /\ jobs = [m \in Merges |-> NoJob] /\ flush = NoFlush
  /\ edit = NoEdit /\ retired = {} /\ pinned = {} /\ failed = FALSE /\ swap = "no" /\ up = "up"
  /\ names = {FirstManifest} /\ durable = {FirstManifest} /\ content = [f \in Files |-> {}]
  /\ manifests = [n \in names |-> NoTree]
  /\ handle = FirstManifest /\ current = FirstManifest /\ onDisk = FirstManifest
  /\ crashes = 0 /\ errors = 0

(* Writers and readers. *)

\* Pipeline::Write (pipeline.cc) as far as trees are concerned: a batch becomes visible.
Write(batch) ==
  /\ up = "up" /\ Cardinality({e.seq : e \in mem}) < MemWrites /\ seq < MaxWrites
  /\ seq' = seq + 1
  /\ mem' = mem \cup {[key |-> k, seq |-> seq', del |-> batch[k] = "del"] : k \in DOMAIN batch}
  /\ latest' = [k \in Keys |-> IF k \notin DOMAIN batch THEN latest[k]
                               ELSE IF batch[k] = "del" THEN 0 ELSE seq']
  /\ UNCHANGED <<snapshots, tree, jobs, flush, edit, retired, pinned, failed, swap, up, disk,
                 bounds>>

\* EnvImpl::GetSnapshot (env_impl.cc).
TakeSnapshot ==
  /\ up = "up" /\ Cardinality(snapshots) < MaxSnapshots
  /\ snapshots' = snapshots \cup {[seq |-> seq, map |-> latest]}
  /\ snapshots' # snapshots
  /\ UNCHANGED <<seq, latest, memory, disk, bounds>>

\* EnvImpl::ReleaseSnapshot (env_impl.cc).
ReleaseSnapshot(s) ==
  /\ up = "up" /\ s \in snapshots
  /\ snapshots' = snapshots \ {s}
  /\ UNCHANGED <<seq, latest, memory, disk, bounds>>

\* FamilyStore::PinView (family.cc): an iterator.
PinVersion ==
  /\ WithReader /\ up = "up" /\ pinned = {}
  /\ pinned' = FilesOf(tree)
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, failed, swap, up, disk, bounds>>
UnpinVersion ==
  /\ up = "up" /\ pinned # {}
  /\ pinned' = {}
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, failed, swap, up, disk, bounds>>

--------------------------------------------------------------------------
(* The flush: EnvImpl::FlushOne (background.cc) and RunFlush (flush_job.cc). *)

\* The oldest sealed memtable: everything up to its cut is visible before the snapshots are collected.
FlushBegin(cut) ==
  /\ up = "up" /\ flush.stage = "none" /\ ~failed
  /\ cut \in {e.seq : e \in mem}
  /\ flush' = [NoFlush EXCEPT !.stage = "ready", !.cut = cut, !.snaps = {s.seq : s \in snapshots}]
  /\ UNCHANGED <<written, mem, tree, jobs, edit, retired, pinned, failed, swap, up, disk, bounds>>

\* The next file: everything up to a key. Tombstones stay, since older runs are not looked at.
FlushInput == {e \in mem : e.seq <= flush.cut}
FlushWrite(upto) ==
  LET kept == {e \in FlushInput : ~Shadowed(e, FlushInput, flush.snaps)}
      output == {e \in kept : e.key > flush.upto /\ e.key <= upto}
      last == Max({e.key : e \in kept})
  IN /\ up = "up" /\ flush.stage = "ready" /\ HasFreshFile /\ ~failed
     /\ output # {} /\ (upto = last \/ FlushPieces)
     /\ CreateFile(FreshFile, output)
     /\ flush' = [flush EXCEPT !.stage = IF upto = last THEN "written" ELSE "ready",
                               !.files = Append(@, FreshFile), !.upto = upto]
     /\ UNCHANGED <<written, mem, tree, jobs, edit, retired, pinned, failed, swap, up, bounds>>

\* JobContext::SyncNames (job_context.cc).
FlushSync ==
  /\ up = "up" /\ flush.stage = "written"
  /\ SyncNames
  /\ flush' = [flush EXCEPT !.stage = "synced"]
  /\ UNCHANGED <<written, mem, tree, jobs, edit, retired, pinned, failed, swap, up, bounds>>

Synced(stage) == stage = "synced" \/ (stage = "written" /\ "SkipDirectorySync" \in Bugs)
FlushEdit == WithFlushed(tree, flush.files, flush.cut)
FlushReady == up = "up" /\ Synced(flush.stage)

--------------------------------------------------------------------------
(* Merges: EnvImpl::BeginMerge, MakeJob, StepMerge (background.cc) and MergeJob (merge_job.cc). *)

\* An edit without files: readers cannot tell its halves apart, and a crash in the middle is a crash
\* before or after it.
InstallAtOnce(t) ==
  /\ manifests' = [manifests EXCEPT ![handle] = t]
  /\ tree' = t

\* EnvImpl::BeginMerge: the merge is named in the manifest before it does anything.
BeginMerge(m, pick) ==
  /\ up = "up" /\ ManifestFree /\ pick \in Picks(tree)
  /\ ~Going(tree, m) /\ \A n \in Merges : n < m => Going(tree, n)
  /\ InstallAtOnce(WithMerge(tree, m, pick))
  /\ UNCHANGED <<written, mem, jobs, flush, edit, retired, pinned, failed, swap, up,
                 names, durable, content, handle, current, onDisk, bounds>>

\* EnvImpl::MakeJob: for a new merge, and for one that a crash or an error has interrupted. The
\* snapshots are collected after the version: later ones see everything that it holds.
MakeJob(m) ==
  /\ up = "up" /\ jobs[m].stage = "none" /\ Going(tree, m)
  /\ jobs' = [jobs EXCEPT ![m] = [stage |-> "ready", snaps |-> {s.seq : s \in snapshots},
                                  older |-> OlderKeys(tree, m), file |-> NoFile, upto |-> 0]]
  /\ UNCHANGED <<written, mem, tree, flush, edit, retired, pinned, failed, swap, up, disk, bounds>>

\* MergeJob::Step up to the file that is complete: everything up to a key is merged.
MergeWrite(m, upto) ==
  LET input == {e \in InputEntries(tree, m) : e.key <= upto}
      output == Reduce(input, jobs[m].older, jobs[m].snaps)
      usedUp == \E p \in InputParts(tree, m) : Largest(p.file) <= upto
  IN /\ up = "up" /\ jobs[m].stage = "ready" /\ ~failed
     /\ upto \in {e.key : e \in InputEntries(tree, m)}
     /\ IF output = {}
        THEN /\ usedUp
             /\ jobs' = [jobs EXCEPT ![m].stage = "synced", ![m].upto = upto]
             /\ UNCHANGED disk
        ELSE /\ HasFreshFile
             /\ CreateFile(FreshFile, output)
             /\ jobs' = [jobs EXCEPT ![m].stage = "written", ![m].upto = upto, ![m].file = FreshFile]
     /\ UNCHANGED <<written, mem, tree, flush, edit, retired, pinned, failed, swap, up, bounds>>

\* MergeJob::FinishOutput: the name, before the edit.
MergeSync(m) ==
  /\ up = "up" /\ jobs[m].stage = "written"
  /\ SyncNames
  /\ jobs' = [jobs EXCEPT ![m].stage = "synced"]
  /\ UNCHANGED <<written, mem, tree, flush, edit, retired, pinned, failed, swap, up, bounds>>

MergeEdit(m) == WithPiece(tree, m, jobs[m].file, jobs[m].upto)
MergeReady(m) == up = "up" /\ Synced(jobs[m].stage)

\* MergeJob::MoveCluster: a file that no other input overlaps goes over as it is.
MergeMove(m, f) ==
  /\ up = "up" /\ ManifestFree /\ jobs[m].stage = "ready"
  /\ \E p \in InputParts(tree, m) : p.file = f /\ p.trim = 0
  /\ \A p \in InputParts(tree, m) : p.file # f => Smallest(p.file) > Largest(f)
  /\ InstallAtOnce(WithMoved(tree, m, f))
  /\ UNCHANGED <<written, mem, jobs, flush, edit, retired, pinned, failed, swap, up,
                 names, durable, content, handle, current, onDisk, bounds>>

\* MergeJob::Complete: the inputs are empty by now.
MergeComplete(m) ==
  /\ up = "up" /\ ManifestFree /\ jobs[m].stage = "ready" /\ InputParts(tree, m) = {}
  /\ InstallAtOnce(WithoutInputs(tree, m))
  /\ jobs' = [jobs EXCEPT ![m] = NoJob]
  /\ UNCHANGED <<written, mem, flush, edit, retired, pinned, failed, swap, up,
                 names, durable, content, handle, current, onDisk, bounds>>

--------------------------------------------------------------------------
(* Installing: EnvImpl::InstallLocked (env_impl.cc), in two steps under manifest_mutex_. *)

ReadyToInstall(w) == IF w = Flusher THEN FlushReady ELSE MergeReady(w)
EditOf(w) == IF w = Flusher THEN FlushEdit ELSE MergeEdit(w)

\* Manifest::Append (manifest.cc): the edit is durable.
AppendEdit(w) ==
  /\ ReadyToInstall(w) /\ ManifestFree
  /\ manifests' = [manifests EXCEPT ![handle] = EditOf(w)]
  /\ edit' = [by |-> w, tree |-> EditOf(w)]
  /\ UNCHANGED <<written, mem, tree, jobs, flush, retired, pinned, failed, swap, up,
                 names, durable, content, handle, current, onDisk, bounds>>

\* The new version is published, files that it does not hold are marked obsolete
\* (OpenFile::MarkObsolete).
Publish(w) ==
  /\ edit # NoEdit /\ edit.by = w
  /\ tree' = edit.tree
  /\ retired' = retired \cup (FilesOf(tree) \ FilesOf(edit.tree))
  /\ edit' = NoEdit
  /\ IF w = Flusher
     THEN /\ mem' = {e \in mem : e.seq > flush.cut}
          /\ flush' = NoFlush
          /\ UNCHANGED jobs
     ELSE /\ jobs' = [jobs EXCEPT ![w].stage = "ready", ![w].file = NoFile, ![w].upto = 0]
          /\ UNCHANGED <<mem, flush>>
  /\ UNCHANGED <<written, pinned, failed, swap, up, disk, bounds>>

\* EnvImpl::RemoveObsoleteFiles (background.cc): OpenFile::~OpenFile has seen the last reader go.
Unlinkable ==
  (IF "UnlinkPinned" \in Bugs THEN retired ELSE retired \ pinned)
  \cup (IF "UnlinkBeforeManifest" \notin Bugs THEN {}
        ELSE UNION {FilesOf(tree) \ FilesOf(EditOf(w)) : w \in {x \in Workers : ReadyToInstall(x)}})
Unlink(f) ==
  /\ up = "up" /\ f \in Unlinkable /\ f \in names
  /\ RemoveNames({f})
  /\ retired' = retired \ {f}
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, pinned, failed, swap, up, bounds>>

--------------------------------------------------------------------------
(* Errors. A job that fails is thrown away; MakeJob makes another that goes on from what was
   installed last. *)

ForgetWork(w) ==
  IF w = Flusher THEN flush' = NoFlush /\ UNCHANGED jobs
  ELSE jobs' = [jobs EXCEPT ![w] = NoJob] /\ UNCHANGED flush
FilesOfWork(w) == IF w = Flusher THEN Range(flush.files) ELSE {jobs[w].file}

\* SyncNames fails: JobContext::Discard.
SyncFails(w) ==
  /\ up = "up" /\ errors < MaxErrors
  /\ IF w = Flusher THEN flush.stage = "written" ELSE jobs[w].stage = "written"
  /\ ForgetWork(w)
  /\ RemoveNames(FilesOfWork(w))
  /\ errors' = errors + 1
  /\ UNCHANGED <<written, mem, tree, edit, retired, pinned, failed, swap, up, crashes>>

\* Manifest::Append fails: the edit may be on the disk or not, so its file must stay, and the
\* manifest takes no more edits.
AppendFails(w) ==
  /\ errors < MaxErrors /\ ReadyToInstall(w) /\ ManifestFree
  /\ \E t \in {tree, EditOf(w)} : manifests' = [manifests EXCEPT ![handle] = t]
  /\ failed' = TRUE
  /\ errors' = errors + 1
  /\ ForgetWork(w)
  /\ IF "DiscardAfterAppend" \in Bugs THEN names' = names \ FilesOfWork(w) ELSE UNCHANGED names
  /\ UNCHANGED <<written, mem, tree, edit, retired, pinned, swap, up,
                 durable, content, handle, current, onDisk, crashes>>

--------------------------------------------------------------------------
(* A new manifest: EnvImpl::NewManifest (env_impl.cc) and Manifest::Create (manifest.cc), at each
   opening, when the old one has grown, and by EnvImpl::Resume after an error. *)

FreshManifest == Min(Manifests \ (names \cup durable))
MaySwap == edit = NoEdit /\ swap = "no" /\ up \in {"up", "opening"}

\* At once, for models that are about something else. The number stays the same.
SwapAtOnce ==
  /\ ~SwapSteps /\ MaySwap /\ (failed \/ up = "opening")
  /\ manifests' = [manifests EXCEPT ![handle] = tree]
  /\ failed' = FALSE
  /\ IF up = "opening" THEN swap' = "opened" ELSE UNCHANGED swap
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, up,
                 names, durable, content, handle, current, onDisk, bounds>>

\* The file, synced, with the whole state as its first edit.
SwapCreate ==
  /\ SwapSteps /\ MaySwap /\ Manifests \ (names \cup durable) # {}
  /\ LET n == FreshManifest IN
     /\ manifests' = [x \in DOMAIN manifests \cup {n} |-> IF x = n THEN tree ELSE manifests[x]]
     /\ names' = names \cup {n}
     /\ handle' = n
  /\ swap' = "created"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, failed, up,
                 durable, content, current, onDisk, bounds>>

SwapSync ==
  /\ swap = "created"
  /\ IF "SwapWithoutSync" \in Bugs THEN UNCHANGED disk ELSE SyncNames
  /\ swap' = "synced"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, failed, up, bounds>>

\* WriteStringToFileAtomically (file_system.cc): the rename ...
SwapManifest ==
  /\ swap = "synced"
  /\ current' = handle
  /\ swap' = "renamed"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, failed, up,
                 names, durable, content, manifests, handle, onDisk, bounds>>

\* ... and the sync of the directory.
SwapDone ==
  /\ swap = "renamed"
  /\ IF "SwapUnlinksEarly" \in Bugs THEN UNCHANGED disk ELSE SyncNames
  /\ swap' = IF up = "opening" THEN "opened" ELSE "durable"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, failed, up, bounds>>

\* The manifest before goes; while the store is opened it is an orphan like others.
SwapUnlink ==
  /\ swap = "durable"
  /\ LET kept == names \ (Manifests \ {handle}) IN
     /\ names' = kept
     /\ manifests' = [n \in (kept \cup durable) \cap Manifests |-> manifests[n]]
  /\ failed' = FALSE
  /\ swap' = "no"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, up,
                 durable, content, handle, current, onDisk, bounds>>

\* CURRENT may name the new one or the old one: neither may take another edit.
SwapFails ==
  /\ errors < MaxErrors /\ up = "up" /\ swap \in {"created", "synced", "renamed"}
  /\ failed' = TRUE
  /\ swap' = "no"
  /\ errors' = errors + 1
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, up, disk, crashes>>

--------------------------------------------------------------------------
(* Crashes. The process forgets its memory; the machine also forgets names that were not synced: each
   of them for itself, in any combination. What the log holds comes back as a memtable. *)

\* `kept` and `c` are what the next process finds, `lasting` and `d` what a machine would keep of it.
Down(kept, lasting, c, d) ==
  /\ names' = kept /\ durable' = lasting
  /\ content' = Tidy(content, kept \cup lasting)
  /\ manifests' = [n \in (kept \cup lasting) \cap Manifests |-> manifests[n]]
  /\ current' = c /\ onDisk' = d /\ handle' = c
  /\ up' = "down"
  /\ tree' = NoTree /\ jobs' = [m \in Merges |-> NoJob] /\ flush' = NoFlush /\ edit' = NoEdit
  /\ retired' = {} /\ pinned' = {} /\ failed' = FALSE /\ swap' = "no"
  /\ snapshots' = {}
  /\ crashes' = crashes + 1
  /\ UNCHANGED errors
LogSurvives == UNCHANGED <<seq, latest, mem>>

ProcessDies == Down(names, durable, current, onDisk)
MachineDies(kept, c) ==
  /\ names \cap durable \subseteq kept /\ kept \subseteq names \cup durable
  /\ c \in {current, onDisk}
  /\ Down(kept, kept, c, c)

ProcessCrash ==
  /\ up # "down" /\ crashes < MaxCrashes
  /\ ProcessDies /\ LogSurvives

\* Also while no process runs.
MachineCrash ==
  /\ crashes < MaxCrashes
  /\ \E kept \in {(names \cap durable) \cup s
                  : s \in SUBSET ((names \cup durable) \ (names \cap durable))} :
       \E c \in {current, onDisk} : MachineDies(kept, c)
  /\ LogSurvives

\* EnvImpl::ReadManifest, BuildFamilies, RecoverLog (env_open.cc): what is in runs is not replayed.
Unflushed(t) == {e \in mem : e.seq > t.flushed}
Reopen ==
  /\ up = "down"
  /\ current \in DOMAIN manifests
  /\ tree' = manifests[current]
  /\ mem' = Unflushed(tree')
  /\ up' = "opening"
  /\ UNCHANGED <<written, jobs, flush, edit, retired, pinned, failed, swap, disk, bounds>>

\* EnvImpl::RemoveOrphans (env_open.cc), after the new manifest.
Orphans == names \ (FilesOf(tree) \cup {handle})
RemoveOrphan(f) ==
  /\ up = "opening" /\ swap = "opened" /\ f \in Orphans
  /\ names' = names \ {f}
  /\ content' = Tidy(content, durable \cup names')
  /\ manifests' = [n \in (names' \cup durable) \cap Manifests |-> manifests[n]]
  /\ UNCHANGED <<written, memory, durable, handle, current, onDisk, bounds>>

\* EnvImpl::StartThreads (env_open.cc). MakeJob goes on with the merges that were interrupted.
StartThreads ==
  /\ up = "opening" /\ swap = "opened" /\ Orphans = {}
  /\ up' = "up" /\ swap' = "no"
  /\ UNCHANGED <<written, mem, tree, jobs, flush, edit, retired, pinned, failed, disk, bounds>>

\* SegmentPool (segment_pool.cc) makes files of the log in the same directory, and syncs it.
LogSync ==
  /\ LogSyncs /\ up # "down"
  /\ SyncNames
  /\ UNCHANGED <<written, memory, bounds>>

--------------------------------------------------------------------------
Next ==
  \/ \E b \in Batches : Write(b)
  \/ TakeSnapshot \/ \E s \in snapshots : ReleaseSnapshot(s)
  \/ PinVersion \/ UnpinVersion
  \/ \E cut \in 1..seq : FlushBegin(cut)
  \/ \E k \in Keys : FlushWrite(k)
  \/ FlushSync
  \/ \E m \in Merges :
       \/ \E p \in Picks(tree) : BeginMerge(m, p)
       \/ MakeJob(m)
       \/ \E k \in Keys : MergeWrite(m, k)
       \/ MergeSync(m)
       \/ \E f \in Files : MergeMove(m, f)
       \/ MergeComplete(m)
  \/ \E w \in Workers : AppendEdit(w) \/ Publish(w) \/ SyncFails(w) \/ AppendFails(w)
  \/ \E f \in Files : Unlink(f)
  \/ SwapAtOnce \/ SwapCreate \/ SwapSync \/ SwapManifest \/ SwapDone \/ SwapUnlink \/ SwapFails
  \/ ProcessCrash \/ MachineCrash \/ Reopen \/ StartThreads \/ LogSync
  \/ \E f \in Files \cup Manifests : RemoveOrphan(f)

Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------
TypeOK ==
  /\ seq \in 0..MaxWrites
  /\ mem \subseteq Entry
  /\ names \subseteq Files \cup Manifests /\ durable \subseteq Files \cup Manifests
  /\ FilesOf(tree) \subseteq Files
  /\ \A f \in Files : content[f] \subseteq Entry
  /\ up \in {"up", "opening", "down"}

ReadersSeeTheMap ==
  up = "up" => /\ Read(tree, mem, seq) = latest
               /\ \A s \in snapshots : Read(tree, mem, s.seq) = s.map

ReadersKeepTheirFiles ==
  up = "up" => pinned \cup FilesOf(tree) \subseteq names

\* Whatever the kernel had written of the names when the machine died: CURRENT names a manifest that
\* is there, so are its files, and with what the log holds they are what was written.
CrashIsHarmless ==
  \A c \in {current, onDisk} :
    /\ c \in names \cap durable
    /\ FilesOf(manifests[c]) \subseteq names \cap durable
    /\ Read(manifests[c], Unflushed(manifests[c]), seq) = latest

\* A tombstone that a piece leaves out, although nothing newer takes its place, hides nothing: no run
\* below the inputs has its key, and no snapshot is older than it.
TombstonesGoLast ==
  \A m \in Merges :
    jobs[m].stage \in {"written", "synced"} =>
      LET input == {e \in InputEntries(tree, m) : e.key <= jobs[m].upto}
          output == IF jobs[m].file = NoFile THEN {} ELSE content[jobs[m].file]
          runs == RunsOf(tree)
          newestInput == Min({i \in DOMAIN runs : runs[i].role = "in" /\ runs[i].merge = m})
          below == UNION {EntriesOf(runs[i])
                          : i \in {j \in DOMAIN runs : j > newestInput /\ runs[j].merge # m}}
      IN \A e \in input : (e.del /\ e \notin output) =>
           \/ \E d \in input : d.key = e.key /\ d.seq > e.seq
                               /\ ~\E s \in snapshots : s.seq >= e.seq /\ s.seq < d.seq
           \/ /\ ~\E o \in below : o.key = e.key
              /\ ~\E s \in snapshots : s.seq < e.seq /\ \E o \in input : o.key = e.key /\ o.seq <= s.seq

RunsAreSorted ==
  \A r \in Range(RunsOf(tree)) : \A i, j \in DOMAIN r.parts :
    i < j => Largest(r.parts[i].file) < Smallest(r.parts[j].file)
=============================================================================

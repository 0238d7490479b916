------------------------------ MODULE TraceTree ------------------------------
(* Is what the engine did with run files and manifests a behaviour of HanoiMerge?

   tests/trace/convert_tree.py writes the module TraceData: some runs of the engine, each a sequence
   of events in the order in which they happened. Here each event allows just the action of HanoiMerge
   that it stands for, and the values that the engine saw have to be those of the action: the entries
   of each file, the tree that each manifest edit makes, the snapshots that a merge goes by, what the
   disk kept of the names. A run from which no step is left before its end (a deadlock for TLC) did
   something that the specification does not allow; `at` is the event that did not fit.

   What HanoiMerge leaves to others is added here: numbers of files come from the trace, and after
   the death of a machine the log may have lost the newest writes (ParallelWal says which).

   The events and their places in the engine are listed in README.md. *)
EXTENDS HanoiMerge, TraceData, TLC

VARIABLES
  run,   \* which run of TraceData
  at,    \* its next event
  past   \* the map after each write

Event == Traces[run][at]

\* Replaces FreshFile and FreshManifest (TraceTree.cfg): the name is what the engine has taken.
TheFile == Event[2]
TheManifest == Event[2]
ManyManifests == 1001..1000 + NManifests
TraceFiles == NRunFiles

TraceInit == Init /\ run \in 1..Len(Traces) /\ at = 1 /\ past = <<>>

Still(check) == check /\ UNCHANGED vars
Same(step) == step /\ past' = past

\* <<"write", batch, how many there are now>>
WriteOne(e) == Write(e[2]) /\ seq' = e[3] /\ past' = Append(past, latest')

\* A snapshot of the same sequence may be held twice.
Take(e) == seq = e[2] /\ IF \E s \in snapshots : s.seq = e[2] THEN UNCHANGED vars ELSE TakeSnapshot
Release(e) == \E s \in snapshots : s.seq = e[2] /\ ReleaseSnapshot(s)

\* A version without files has nothing to hold.
Pin == IF FilesOf(tree) = {} THEN Still(pinned = {}) ELSE PinVersion
Unpin == IF pinned = {} THEN UNCHANGED vars ELSE UnpinVersion

\* <<"got", writes that were visible, key -> sequence or 0>>
Got(e) == \A k \in Keys : (IF e[2] = 0 THEN 0 ELSE past[e[2]][k]) = e[3][k]

\* <<"crash", kind, names, CURRENT, writes that the log brings back>>. A process that had not read
\* anything yet may die again.
LogIsCut(upto) ==
  /\ upto <= seq
  /\ seq' = upto
  /\ mem' = {e \in mem : e.seq <= upto}
  /\ latest' = IF upto = 0 THEN [k \in Keys |-> 0] ELSE past[upto]
  /\ past' = SubSeq(past, 1, upto)
Crash(e) ==
  IF e[2] = "machine"
  THEN MachineDies(e[3], e[4]) /\ LogIsCut(e[5])
  ELSE /\ IF up = "down" THEN UNCHANGED vars ELSE ProcessDies /\ LogSurvives
       /\ names = e[3] /\ current = e[4] /\ seq = e[5]
       /\ UNCHANGED past

\* <<"reopen", CURRENT, the tree in the manifest>>; <<"reopenUndone", CURRENT>> when a later crash
\* undid what was read.
OpenAgain(e) == Reopen /\ current = e[2] /\ (e[1] = "reopen" => tree' = e[3])

Step(e) ==
  CASE e[1] = "write" -> WriteOne(e)
    [] e[1] = "take" -> Same(Take(e))
    [] e[1] = "release" -> Same(Release(e))
    [] e[1] = "pin" -> Same(Pin)
    [] e[1] = "unpin" -> Same(Unpin)
    [] e[1] = "got" -> Same(Still(Got(e)))
    [] e[1] = "flushBegin" -> Same(FlushBegin(e[2]) /\ flush'.snaps = e[3])
    [] e[1] = "flushFile" -> Same(FlushWrite(e[3]) /\ content'[e[2]] = e[4])
    [] e[1] = "flushSync" -> Same(FlushSync)
    [] e[1] = "beginMerge" -> Same(\E p \in Picks(tree) : BeginMerge(e[2], p) /\ tree' = e[3])
    [] e[1] = "makeJob" -> Same(MakeJob(e[2]) /\ jobs'[e[2]].snaps = e[3])
    [] e[1] = "mergeFile" -> Same(MergeWrite(e[3], e[4]) /\ jobs'[e[3]].file = e[2]
                                  /\ content'[e[2]] = e[5])
    [] e[1] = "mergeNothing" -> Same(MergeWrite(e[2], e[3]) /\ jobs'[e[2]].file = NoFile)
    [] e[1] = "mergeSync" -> Same(MergeSync(e[2]))
    [] e[1] = "move" -> Same(\E f \in FilesOf(tree) : MergeMove(e[2], f) /\ tree' = e[3])
    [] e[1] = "complete" -> Same(MergeComplete(e[2]) /\ tree' = e[3])
    [] e[1] = "append" -> Same(AppendEdit(e[2]) /\ edit'.tree = e[3])
    [] e[1] = "publish" -> Same(Publish(e[2]))
    [] e[1] = "unlink" -> Same(IF up = "opening" THEN RemoveOrphan(e[2]) ELSE Unlink(e[2]))
    [] e[1] = "logSync" -> Same(LogSync)
    [] e[1] = "swapCreate" -> Same(SwapCreate)
    [] e[1] = "swapSync" -> Same(SwapSync)
    [] e[1] = "swapRename" -> Same(SwapManifest /\ current' = e[2])
    [] e[1] = "swapDone" -> Same(SwapDone)
    [] e[1] = "swapUnlink" -> Same(SwapUnlink)
    [] e[1] = "crash" -> Crash(e)
    [] e[1] \in {"reopen", "reopenUndone"} -> Same(OpenAgain(e))
    [] e[1] = "started" -> Same(StartThreads)
    [] OTHER -> FALSE

TraceNext == \/ /\ at <= Len(Traces[run]) /\ Step(Event)
                /\ at' = at + 1 /\ run' = run
             \/ at > Len(Traces[run]) /\ UNCHANGED <<vars, run, at, past>>

TraceSpec == TraceInit /\ [][TraceNext]_<<vars, run, at, past>>
=============================================================================

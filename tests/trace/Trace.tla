-------------------------------- MODULE Trace --------------------------------
(***************************************************************************)
(* Is what the engine did a behaviour of ParallelWal and of Visibility?    *)
(*                                                                         *)
(* tests/trace/convert.py writes the module TraceData: some runs of the    *)
(* engine, each a sequence of events in the order in which they happened.  *)
(* Here each event allows just the steps of the two specifications that it *)
(* stands for, with the values the engine saw.  A run from which no step   *)
(* is left before its end (a deadlock for TLC) did something that the      *)
(* specifications do not allow; `at` is the event that did not fit.        *)
(*                                                                         *)
(* The events and their places in the engine are listed in README.md.      *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TraceData

CONSTANTS Families, FamilySets, Streams, ChunkRecords, Tokens, Bugs,
          Keys, Writes, Readers, Snapshots, VisibilityBugs

VARIABLES hist, born, fly, published, durable, told, toldSync, chunks, cur, token, tables, flush,
          released, man, up, dark
VARIABLES batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
          taking, reader
VARIABLES run,  \* which run of TraceData
          at    \* its next event

wal == <<hist, born, fly, published, durable, told, toldSync, chunks, cur, token, tables, flush,
         released, man, up, dark>>
seen == <<batches, inserted, watermark, visible, writing, view, sealing, build, hidden, snaps,
          taking, reader>>

W == INSTANCE ParallelWal
S == INSTANCE Visibility

Init == W!Init /\ S!Init /\ run \in 1..Len(Traces) /\ at = 1

OnlyWal(step) == step /\ UNCHANGED seen
OnlySeen(step) == step /\ UNCHANGED wal
Still(check) == check /\ UNCHANGED wal /\ UNCHANGED seen

\* <<"reserve", ticket, stream, chunk, is the chunk new, families, entries, last sequence>>
Reserve(e) == /\ e[2] = Len(hist) + 1
              /\ W!Reserve(e[3], e[6], e[5]) /\ cur'[e[3]] = e[4]
              /\ S!Number(e[7]) /\ batches'[e[2]].end = e[8]

\* The owner and helpers may do all of this more than once.
Stamp(t) == IF t \in DOMAIN fly /\ ~fly[t].stamped THEN OnlyWal(W!Stamp(t)) ELSE Still(t <= Len(hist))
Apply(t) == IF t \in DOMAIN fly /\ ~fly[t].applied
              THEN W!Apply(t) /\ S!Insert(t, 1..Len(batches[t].entries))
              ELSE Still(t <= Len(hist))

Switch(e) == IF e[3] = {} THEN Still(e[2] = Len(hist))
             ELSE e[2] = Len(hist) /\ W!Switch(e[3]) /\ S!CutTables(e[3])

Floor(e) == \E pinning \in SUBSET Families : OnlyWal(W!FlushFloor(pinning)) /\ flush'.floor = e[2]

\* <<"crash", kind, how many records each chunk has left>>
Crash(e) == OnlyWal(IF e[2] = "machine" THEN W!MachineCrash(e[3]) ELSE W!ProcessCrash(e[3]))

\* <<"recovered", last ticket, epoch, floor, cuts, flushed tickets by family>>
Recovered(e) == /\ OnlyWal(W!RecoverSync)
                /\ man.epoch = e[3] /\ man.floor = e[4] /\ man.cuts = e[5]
                /\ \A f \in Families : man.flushed[f] = e[6][f + 1]
                /\ W!LastOf(chunks) = e[2]

\* <<"opened", epoch, last ticket>>
Opened(e) == /\ W!RecoverInstall /\ up' = "up"
             /\ man'.epoch = e[2] /\ published' = e[3]
             /\ S!Reopen(e[3])

\* <<"got", reader, <<key, ticket>>...>>
Got(e) == /\ OnlySeen(S!Read(e[2]))
          /\ \A i \in 1..Len(e[3]) : reader'[e[2]].got[e[3][i][1]] = e[3][i][2]

Event(e) ==
  CASE e[1] = "reserve" -> Reserve(e)
    [] e[1] = "bind" -> Still(e[2] \in DOMAIN fly /\ ~fly[e[2]].applied)
    [] e[1] = "stamp" -> Stamp(e[2])
    [] e[1] = "apply" -> Apply(e[2])
    [] e[1] = "visible" -> OnlySeen(S!RaiseVisible(e[3])) /\ visible' = e[2]
    [] e[1] = "publish" -> W!Publish(e[2]) /\ S!MoveWatermark(e[2])
    [] e[1] = "ack" -> OnlyWal(W!Ack(e[2]))
    [] e[1] = "ackSync" -> OnlyWal(W!AckSync(e[2]))
    [] e[1] = "syncStart" -> OnlyWal(W!SyncStart(e[2])) /\ token'[e[2]].target = e[3]
    [] e[1] = "syncEnd" -> OnlyWal(W!SyncEnd(e[2])) /\ durable' = e[3]
    [] e[1] = "switch" -> Switch(e)
    [] e[1] = "table" -> OnlySeen(S!PublishTable(e[2])) /\ view'[e[2]].n = e[3]
    [] e[1] = "build" -> W!FlushBuild(e[2]) /\ tables[e[2]][1].cut = e[3] /\ S!BuildRun(e[2])
    [] e[1] = "loadV" -> OnlyWal(W!FlushLoadV) /\ flush'.v = e[2]
    [] e[1] = "floor" -> Floor(e)
    [] e[1] = "install" -> OnlyWal(W!FlushInstall) /\ flush.f = e[2]
    [] e[1] = "flushed" -> OnlySeen(S!InstallRun(e[2])) /\ view'[e[2]].n = e[3]
    [] e[1] = "merged" -> OnlySeen(S!Republish(e[2])) /\ view'[e[2]].n = e[3]
    [] e[1] = "release" -> OnlyWal(W!FlushRelease) /\ flush.floor = e[2]
    [] e[1] = "take" -> OnlySeen(S!TakeSnapshot(e[2])) /\ snaps'[e[2]] = e[3]
    [] e[1] = "drop" -> OnlySeen(S!ReleaseSnapshot(e[2]))
    [] e[1] = "read" -> OnlySeen(S!StartRead(e[2], e[3], e[4]))
    [] e[1] = "pin" -> OnlySeen(S!PinView(e[2])) /\ reader'[e[2]].view.n = e[3]
    [] e[1] = "load" -> OnlySeen(S!LoadSequence(e[2])) /\ reader'[e[2]].seq = e[3]
    [] e[1] = "got" -> Got(e)
    [] e[1] = "end" -> OnlySeen(S!EndRead(e[2]))
    [] e[1] = "crash" -> Crash(e)
    [] e[1] = "recovered" -> Recovered(e)
    [] e[1] = "opened" -> Opened(e)
    [] OTHER -> FALSE

Next == \/ /\ at <= Len(Traces[run]) /\ Event(Traces[run][at])
           /\ at' = at + 1 /\ run' = run
        \/ at > Len(Traces[run]) /\ UNCHANGED <<wal, seen, run, at>>

Spec == Init /\ [][Next]_<<wal, seen, run, at>>

-----------------------------------------------------------------------------
(* The invariants of the two specifications; the costly ones only when the store was opened.   *)

JustOpened == at > 1 /\ Traces[run][at - 1][1] = "opened"

Kept == W!WatermarksInOrder /\ W!NothingNeededIsReleased /\ W!NeverCorrupt
Promises == W!KeepsPromises
ReadsAPrefix == S!ReadsAPrefix
RunsWithinLog == W!RunsWithinLog
WhenOpened == JustOpened => /\ W!TicketsDense /\ W!StreamsAscend /\ W!PublishedIsStamped
                            /\ W!DurableIsDurable /\ W!BelowTheFloorIsInRuns
                            /\ W!OneRecordATicket /\ W!Users!BatchesWhole
=============================================================================

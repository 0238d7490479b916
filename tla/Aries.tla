------------------------------- MODULE Aries -------------------------------
(* Recovery of the pages of the B+tree (C. Mohan et al., ARIES, 1992) over the parallel log.

   Transactions change records in pages, under locks that they hold to their end. Every change is a
   record in one of several streams of the log; a transaction stays in one stream. All records take
   their number from one counter, and that number is the page's GSN. A page may be written to the
   disk before its transactions end (steal) and need not be written when they do (no force). What a
   crash leaves of the log is a prefix in the order of the numbers, without a gap (ParallelWal), that
   holds at least what was durable in all streams.

   Recovery: analysis finds the losers, redo repeats history page by page, undo takes the losers'
   changes back and writes a compensation record for each. A crash may fall into any of it. The first
   change of a page after a checkpoint carries the page's whole image, so that a page that was torn by
   a crash can be made anew.

   What must hold:
     - a committed transaction's changes are there, all of them, and nobody else's  (WinnersOnly)
     - what was acknowledged is committed, wherever the log may end                 (AckedIsSafe)
     - the disk holds no change that the log may lose                               (LogGoesFirst)
     - a page in memory is what history makes of it                                 (HistoryIsRepeated)

   Changes are additions, which must neither be repeated nor left out: values would hide both. No
   code implements this yet; it is the design that the B+tree follows (engine/btree, engine/txn). *)

EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Items,        \* what is locked and changed: <<page, name>>
  Txns,         \* transactions, 1..n
  Streams,
  StreamOf,     \* transaction -> stream
  MaxUpdates,   \* changes of a transaction
  MaxCrashes,
  MaxCheckpoints,
  Absent, Torn, \* states of a page, unlike all contents
  Bugs          \* planted bugs; see the models

Pages == {i[1] : i \in Items}
ItemsOf(p) == {i \in Items : i[1] = p}
Amount(t) == 10 ^ (t - 1)
NoRecord == 0

VARIABLES
  log,         \* the records: [kind, txn, item, amount, next, image]
  synced,      \* stream -> its records with numbers up to this are durable
  start,       \* redo begins here: the last checkpoint's word
  memory,      \* page -> [value : items -> number, gsn], or Absent
  disk,        \* page -> the same, or Torn
  writing,     \* pages that are being written
  imaged,      \* pages that were changed since the last checkpoint began
  checkpoint,  \* the checkpoint that goes on: [on, at, left: pages that it waits for]
  txn,         \* transaction -> "new", "active", "aborting", "committing", "acked", "ended"
  phase,       \* "up", "down", "redo", "undo"
  redone,      \* page -> the records up to here were looked at
  crashes, checkpoints
vars == <<log, synced, start, memory, disk, writing, imaged, checkpoint, txn, phase, redone, crashes,
          checkpoints>>

Max(S) == CHOOSE x \in S : \A y \in S : y <= x
Min(S) == CHOOSE x \in S : \A y \in S : x <= y
NoCheckpoint == [on |-> FALSE, at |-> 1, left |-> {}]
Blank(p) == [value |-> [i \in ItemsOf(p) |-> 0], gsn |-> 0]

--------------------------------------------------------------------------
(* The log. *)

End == Len(log)
\* A compensation record is in the stream of its transaction.
StreamOfRecord(n) == StreamOf[log[n].txn]
\* Everything up to here is durable, whatever its stream: Pipeline's durable ticket (pipeline_impl.cc).
Durable ==
  LET lost == {n \in 1..End : n > synced[StreamOfRecord(n)]}
  IN IF lost = {} THEN End ELSE Min(lost) - 1
LastOf(t) == LET own == {n \in 1..End : log[n].txn = t} IN IF own = {} THEN NoRecord ELSE Max(own)

Change(p, i, amount, gsn) == [value |-> [p.value EXCEPT ![i] = @ + amount], gsn |-> gsn]

\* Appends a change of an item and applies it to the page in memory.
AppendChange(kind, t, i, amount, next) ==
  LET p == i[1]
      after == Change(memory[p], i, amount, End + 1)
      image == IF p \in imaged \/ "NoImages" \in Bugs THEN Absent ELSE after
  IN /\ log' = Append(log, [kind |-> kind, txn |-> t, item |-> i, amount |-> amount,
                            next |-> next, image |-> image])
     /\ memory' = [memory EXCEPT ![p] = after]
     /\ imaged' = imaged \cup {p}

AppendMark(kind, t) ==
  log' = Append(log, [kind |-> kind, txn |-> t, item |-> <<>>, amount |-> 0, next |-> NoRecord,
                      image |-> Absent])

\* The change that undo of a transaction comes to next: behind a compensation record it goes on where
\* that one says.
UndoNext(t) ==
  LET n == LastOf(t) IN
  IF n = NoRecord THEN NoRecord ELSE IF log[n].kind = "clr" THEN log[n].next ELSE n
LastChange(t) ==
  LET own == {n \in 1..End : log[n].txn = t /\ log[n].kind = "update"}
  IN IF own = {} THEN NoRecord ELSE Max(own)

Has(t, kind) == \E n \in 1..End : log[n].txn = t /\ log[n].kind = kind
Winner(t) == Has(t, "commit")
Ended(t) == Has(t, "end")
Began(t) == LastOf(t) # NoRecord
Losers == {t \in Txns : Began(t) /\ ~Winner(t) /\ ~Ended(t)}

--------------------------------------------------------------------------
Init ==
  /\ log = <<>> /\ synced = [s \in Streams |-> 0] /\ start = 1
  /\ memory = [p \in Pages |-> Absent] /\ disk = [p \in Pages |-> Blank(p)]
  /\ writing = {} /\ imaged = {} /\ checkpoint = NoCheckpoint
  /\ txn = [t \in Txns |-> "new"]
  /\ phase = "up" /\ redone = [p \in Pages |-> 0]
  /\ crashes = 0 /\ checkpoints = 0

(* Transactions. *)

HoldsLock(t, i) ==
  /\ txn[t] \in {"active", "aborting"}
  /\ \E n \in 1..End : log[n].txn = t /\ log[n].kind = "update" /\ log[n].item = i
Updates(t) == Cardinality({n \in 1..End : log[n].txn = t /\ log[n].kind = "update"})

\* A page is latched while it is written.
MayChange(p) == memory[p] # Absent /\ p \notin writing

Update(t, i) ==
  /\ phase = "up" /\ txn[t] \in {"new", "active"} /\ Updates(t) < MaxUpdates
  /\ MayChange(i[1])
  /\ \A u \in Txns \ {t} : ~HoldsLock(u, i)
  /\ AppendChange("update", t, i, Amount(t), LastChange(t))
  /\ txn' = [txn EXCEPT ![t] = "active"]
  /\ UNCHANGED <<synced, start, disk, writing, checkpoint, phase, redone, crashes, checkpoints>>

\* The locks go with the commit record, not with the acknowledgement: who builds on this transaction
\* has larger numbers, and what a crash leaves is a prefix.
Commit(t) ==
  /\ phase = "up" /\ txn[t] = "active"
  /\ AppendMark("commit", t)
  /\ txn' = [txn EXCEPT ![t] = "committing"]
  /\ UNCHANGED <<synced, start, memory, disk, writing, imaged, checkpoint, phase, redone, crashes,
                 checkpoints>>

Acknowledge(t) ==
  /\ phase = "up" /\ txn[t] = "committing"
  /\ IF "AckOwnStream" \in Bugs THEN LastOf(t) <= synced[StreamOf[t]] ELSE LastOf(t) <= Durable
  /\ txn' = [txn EXCEPT ![t] = "acked"]
  /\ UNCHANGED <<log, synced, start, memory, disk, writing, imaged, checkpoint, phase, redone,
                 crashes, checkpoints>>

Abort(t) ==
  /\ phase = "up" /\ txn[t] = "active"
  /\ txn' = [txn EXCEPT ![t] = "aborting"]
  /\ UNCHANGED <<log, synced, start, memory, disk, writing, imaged, checkpoint, phase, redone,
                 crashes, checkpoints>>

\* One change back, with its compensation record; or, when none is left, the end.
UndoStep(t) ==
  LET n == UndoNext(t) IN
  IF n # NoRecord
  THEN /\ MayChange(log[n].item[1])
       /\ AppendChange("clr", t, log[n].item, -log[n].amount, log[n].next)
  ELSE /\ AppendMark("end", t)
       /\ UNCHANGED <<memory, imaged>>

Rollback(t) ==
  /\ phase = "up" /\ txn[t] = "aborting"
  /\ UndoStep(t)
  /\ txn' = [txn EXCEPT ![t] = IF log'[Len(log')].kind = "end" THEN "ended" ELSE @]
  /\ UNCHANGED <<synced, start, disk, writing, checkpoint, phase, redone, crashes, checkpoints>>

--------------------------------------------------------------------------
(* Pages, the log's disk, checkpoints. *)

\* Swip: Resolve.
Load(p) ==
  /\ phase = "up" /\ memory[p] = Absent /\ p \notin writing
  /\ memory' = [memory EXCEPT ![p] = disk[p]]
  /\ UNCHANGED <<log, synced, start, disk, writing, imaged, checkpoint, txn, phase, redone, crashes,
                 checkpoints>>

SyncStream(s) ==
  /\ phase # "down" /\ \E n \in (synced[s] + 1)..End : StreamOfRecord(n) = s
  /\ synced' = [synced EXCEPT ![s] = End]
  /\ UNCHANGED <<log, start, memory, disk, writing, imaged, checkpoint, txn, phase, redone, crashes,
                 checkpoints>>

Dirty(p) == memory[p] # Absent /\ (disk[p] = Torn \/ memory[p] # disk[p])

\* Swip: WriteBack. The page goes when the log is durable up to its GSN, in all streams: the page may
\* depend on records of others.
LogIsBehind(p) ==
  CASE "PageBeforeLog" \in Bugs -> FALSE
    [] "PageAfterOwnStream" \in Bugs ->
         memory[p].gsn > 0 /\ memory[p].gsn > synced[StreamOfRecord(memory[p].gsn)]
    [] OTHER -> memory[p].gsn > Durable
FlushPage(p) ==
  /\ phase \in {"up", "undo"} /\ Dirty(p) /\ p \notin writing /\ ~LogIsBehind(p)
  /\ writing' = writing \cup {p}
  /\ UNCHANGED <<log, synced, start, memory, disk, imaged, checkpoint, txn, phase, redone, crashes,
                 checkpoints>>
PageWritten(p) ==
  /\ p \in writing
  /\ disk' = [disk EXCEPT ![p] = memory[p]]
  /\ writing' = writing \ {p}
  /\ checkpoint' = [checkpoint EXCEPT !.left = @ \ {p}]
  /\ UNCHANGED <<log, synced, start, memory, imaged, txn, phase, redone, crashes, checkpoints>>

\* Swip: Evict.
Drop(p) ==
  /\ phase = "up" /\ memory[p] # Absent /\ ~Dirty(p) /\ p \notin writing
  /\ memory' = [memory EXCEPT ![p] = Absent]
  /\ UNCHANGED <<log, synced, start, disk, writing, imaged, checkpoint, txn, phase, redone, crashes,
                 checkpoints>>

\* A checkpoint stops nobody. From its beginning on changes carry images again; it ends when every page
\* that was dirty then has been written, and only then redo may begin at its beginning: until then a
\* torn page needs the images from before. (The log before that is still read by undo.)
BeginCheckpoint ==
  /\ phase = "up" /\ checkpoints < MaxCheckpoints /\ ~checkpoint.on
  /\ checkpoint' = [on |-> TRUE, at |-> End + 1,
                    left |-> IF "CheckpointDoesNotWait" \in Bugs THEN {} ELSE {p \in Pages : Dirty(p)}]
  /\ imaged' = {}
  /\ checkpoints' = checkpoints + 1
  /\ UNCHANGED <<log, synced, start, memory, disk, writing, txn, phase, redone, crashes>>
\* The oldest record that a page on the disk may lack.
FirstLacking(p) ==
  LET gsn == IF disk[p] = Torn THEN 0 ELSE disk[p].gsn
      lacking == {n \in 1..End : n > gsn /\ log[n].item # <<>> /\ log[n].item[1] = p}
  IN IF lacking = {} THEN End + 1 ELSE Min(lacking)
EndCheckpoint ==
  /\ phase = "up" /\ checkpoint.on /\ checkpoint.left = {}
  /\ checkpoint.at <= Durable + 1
  /\ start' = IF "CheckpointDoesNotWait" \in Bugs
              THEN Min({checkpoint.at} \cup {FirstLacking(p) : p \in Pages}) ELSE checkpoint.at
  /\ checkpoint' = NoCheckpoint
  /\ UNCHANGED <<log, synced, memory, disk, writing, imaged, txn, phase, redone, crashes,
                 checkpoints>>

--------------------------------------------------------------------------
(* Crashes and recovery. *)

\* Of the log a prefix is left; a page that was being written may be torn.
Crash ==
  /\ phase # "down" /\ crashes < MaxCrashes
  /\ \E n \in Durable..End :
       /\ log' = SubSeq(log, 1, n)
       /\ synced' = [s \in Streams |-> n]
  /\ \E torn \in SUBSET writing :
       disk' = [p \in Pages |-> IF p \in torn THEN Torn ELSE disk[p]]
  /\ memory' = [p \in Pages |-> Absent]
  /\ writing' = {} /\ imaged' = {} /\ checkpoint' = NoCheckpoint
  /\ txn' = [t \in Txns |-> IF txn[t] = "acked" THEN "acked" ELSE "new"]
  /\ phase' = "down"
  /\ crashes' = crashes + 1
  /\ UNCHANGED <<start, redone, checkpoints>>

\* Analysis: who has won, and where redo begins.
Analyse ==
  /\ phase = "down"
  /\ phase' = "redo"
  /\ memory' = [p \in Pages |-> disk[p]]
  /\ redone' = [p \in Pages |-> start - 1]
  /\ txn' = [t \in Txns |-> IF ~Began(t) THEN "new"
                            ELSE IF Winner(t) THEN (IF txn[t] = "acked" THEN "acked" ELSE "committing")
                            ELSE IF Ended(t) THEN "ended" ELSE "aborting"]
  /\ UNCHANGED <<log, synced, start, disk, writing, imaged, checkpoint, crashes, checkpoints>>

\* Redo of one record of one page; pages go on independently of each other. An image takes the place
\* of whatever the disk holds; a change is applied when the page does not have it yet.
NextOf(p) ==
  LET left == {n \in (redone[p] + 1)..End : log[n].item # <<>> /\ log[n].item[1] = p}
  IN IF left = {} THEN NoRecord ELSE Min(left)
Redo(p) ==
  LET n == NextOf(p)
      r == log[n]
      page == memory[p]
  IN /\ phase = "redo" /\ n # NoRecord
     /\ memory' = [memory EXCEPT ![p] =
          IF r.image # Absent /\ (page = Torn \/ page.gsn < n) THEN r.image
          ELSE IF page = Torn THEN page
          ELSE IF "RedoSkipsCompensation" \in Bugs /\ r.kind = "clr" THEN page
          ELSE IF page.gsn < n \/ "RedoAlways" \in Bugs
               THEN Change(page, r.item, r.amount, n) ELSE page]
     /\ redone' = [redone EXCEPT ![p] = n]
     /\ UNCHANGED <<log, synced, start, disk, writing, imaged, checkpoint, txn, phase, crashes,
                    checkpoints>>

RedoDone ==
  /\ phase = "redo" /\ \A p \in Pages : NextOf(p) = NoRecord
  /\ phase' = "undo"
  /\ redone' = [p \in Pages |-> 0]
  /\ UNCHANGED <<log, synced, start, memory, disk, writing, imaged, checkpoint, txn, crashes,
                 checkpoints>>

Undo(t) ==
  /\ phase = "undo" /\ txn[t] = "aborting"
  /\ UndoStep(t)
  /\ txn' = [txn EXCEPT ![t] = IF log'[Len(log')].kind = "end" THEN "ended" ELSE @]
  /\ UNCHANGED <<synced, start, disk, writing, checkpoint, phase, redone, crashes, checkpoints>>

Recovered ==
  /\ phase = "undo" /\ Losers = {}
  /\ phase' = "up"
  /\ UNCHANGED <<log, synced, start, memory, disk, writing, imaged, checkpoint, txn, redone,
                 crashes, checkpoints>>

--------------------------------------------------------------------------
Next ==
  \/ \E t \in Txns : (\E i \in Items : Update(t, i))
                     \/ Commit(t) \/ Acknowledge(t) \/ Abort(t) \/ Rollback(t) \/ Undo(t)
  \/ \E p \in Pages : Load(p) \/ FlushPage(p) \/ PageWritten(p) \/ Drop(p) \/ Redo(p)
  \/ \E s \in Streams : SyncStream(s)
  \/ BeginCheckpoint \/ EndCheckpoint \/ Crash \/ Analyse \/ RedoDone \/ Recovered
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------
RECURSIVE Sum(_)
Sum(records) ==
  IF records = {} THEN 0
  ELSE LET n == CHOOSE n \in records : TRUE IN log[n].amount + Sum(records \ {n})
\* What these records make of an item.
Total(i, records) == Sum({n \in records : log[n].item = i})

PageNow(p) == IF memory[p] = Absent THEN disk[p] ELSE memory[p]

\* An item that nobody is changing is the sum of what winners made of it.
WinnersOnly ==
  phase = "up" =>
    \A i \in Items :
      (~\E t \in Txns : HoldsLock(t, i)) =>
        /\ PageNow(i[1]) # Torn
        /\ PageNow(i[1]).value[i] = Total(i, {n \in 1..End : Winner(log[n].txn)})

HistoryIsRepeated ==
  phase \in {"undo", "up"} =>
    \A i \in Items : /\ PageNow(i[1]) # Torn
                     /\ PageNow(i[1]).value[i] = Total(i, 1..End)

AckedIsSafe ==
  \A t \in Txns : txn[t] = "acked" => Winner(t) /\ LastOf(t) <= Durable

LogGoesFirst == \A p \in Pages : disk[p] # Torn => disk[p].gsn <= Durable

TypeOK ==
  /\ phase \in {"up", "down", "redo", "undo"}
  /\ \A s \in Streams : synced[s] \in 0..End
  /\ start \in 1..(End + 1)
  /\ \A t \in Txns : txn[t] \in {"new", "active", "aborting", "committing", "acked", "ended"}
  /\ writing \subseteq Pages
=============================================================================

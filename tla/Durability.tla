----------------------------- MODULE Durability -----------------------------
(***************************************************************************)
(* What a user of the store may rely on, without a word about how.         *)
(*                                                                         *)
(* Writes form one order, the history.  A batch names the column families  *)
(* it touches.  Readers see a prefix of the history, and a prefix of that  *)
(* one is durable.  The death of the process keeps at least what was       *)
(* visible; the death of the machine keeps at least what was durable.      *)
(* What is kept is a prefix: a batch is there whole, in all its families,  *)
(* or not at all, and what was lost never comes back.                      *)
(*                                                                         *)
(* ParallelWal refines this module.  Left out: the values inside a batch   *)
(* and reads of several keys (Visibility), batches with disableWAL, which  *)
(* are promised nothing before a flush.                                    *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS Families,    \* column families
          FamilySets,  \* the sets of families that a batch may touch
          Bugs         \* planted bugs: "LoseVisible", "RecoverHalf"

VARIABLES history,     \* the batches, in their order: [id, fam]
          born,        \* how many batches were ever submitted; the last one's id
          visible,     \* how many of them readers see
          durable,     \* how many of them the death of the machine leaves
          told,        \* ids of the batches acknowledged with sync=false
          toldSync,    \* ids of the batches acknowledged with sync=true
          contents,    \* of each family, while the store is open: ids of the batches readers find
          state        \* "open", "killed" (the process died), "dark" (the machine died)

vars == <<history, born, visible, durable, told, toldSync, contents, state>>

Ids(h) == {h[t].id : t \in 1..Len(h)}
Prefix(n) == SubSeq(history, 1, n)

\* What the families hold when readers see the first n batches.
Holding(n) == [f \in Families |-> {history[t].id : t \in {u \in 1..n : f \in history[u].fam}}]
Nothing == [f \in Families |-> {}]

Init == /\ history = <<>> /\ born = 0 /\ visible = 0 /\ durable = 0
        /\ told = {} /\ toldSync = {}
        /\ contents = Nothing /\ state = "open"

Put(fam) == /\ state = "open"
            /\ born' = born + 1
            /\ history' = Append(history, [id |-> born', fam |-> fam])
            /\ UNCHANGED <<visible, durable, told, toldSync, contents, state>>

\* Several batches may become visible at once, but only in order.
Show(n) == /\ state = "open" /\ n \in visible + 1 .. Len(history)
           /\ visible' = n /\ contents' = Holding(n)
           /\ UNCHANGED <<history, born, durable, told, toldSync, state>>

Sync(n) == /\ state = "open" /\ n \in durable + 1 .. visible
           /\ durable' = n
           /\ UNCHANGED <<history, born, visible, told, toldSync, contents, state>>

Ack(t) == /\ state = "open" /\ t \in 1..visible
          /\ told' = told \union {history[t].id}
          /\ UNCHANGED <<history, born, visible, durable, toldSync, contents, state>>

AckSync(t) == /\ state = "open" /\ t \in 1..durable
              /\ toldSync' = toldSync \union {history[t].id}
              /\ UNCHANGED <<history, born, visible, durable, told, contents, state>>

\* The process may die while it opens the store after the machine died: the worse death counts.
Die(how) == /\ how \in {"killed", "dark"}
            /\ state' = IF state = "dark" THEN "dark" ELSE how
            /\ contents' = Nothing
            /\ UNCHANGED <<history, born, visible, durable, told, toldSync>>

Recover(n) == /\ state # "open"
              /\ n \in (IF state = "dark" \/ "LoseVisible" \in Bugs THEN durable ELSE visible)
                       .. Len(history)
              /\ history' = Prefix(n) /\ visible' = n /\ durable' = n
              \* sync=false promised nothing against the death of the machine.
              /\ told' = IF state = "dark" THEN told \intersect Ids(Prefix(n)) ELSE told
              /\ contents' = IF "RecoverHalf" \in Bugs THEN [Holding(n) EXCEPT ![CHOOSE f \in Families : TRUE] = {}]
                                                      ELSE Holding(n)
              /\ state' = "open"
              /\ UNCHANGED <<born, toldSync>>

Next == \/ \E fam \in FamilySets : Put(fam)
        \/ \E n \in 1..Len(history) : Show(n) \/ Sync(n) \/ Ack(n) \/ AckSync(n)
        \/ \E how \in {"killed", "dark"} : Die(how)
        \/ \E n \in 0..Len(history) : Recover(n)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------

TypeOK == /\ history \in Seq([id : 1..born, fam : SUBSET Families])
          /\ visible \in 0..Len(history) /\ durable \in 0..visible
          /\ state \in {"open", "killed", "dark"}

\* No batch is in the order twice, so what was lost has not come back.
EachOnce == \A t, u \in 1..Len(history) : history[t].id = history[u].id => t = u
OrderKept == \A t, u \in 1..Len(history) : t < u => history[t].id < history[u].id

ToldIsKept == told \subseteq Ids(history)
ToldSyncIsKept == toldSync \subseteq Ids(Prefix(durable))

\* Readers find exactly a prefix, and each of its batches in all of its families.
BatchesWhole == state = "open" => contents = Holding(visible)
=============================================================================

---------------------------- MODULE HanoiPacing ----------------------------
(* How much merging may be owed. Writers fill memtables, flushes turn them into runs of level 0,
   merges make fewer runs of them. Writers stop while StopRuns runs or more wait above the last
   level. One thread merges, the shallowest output first, so a deep merge waits as long as there is
   shallower work.

   What must hold:
     - the debt has a bound, however fast writers are            (DebtIsBounded)
     - writers that were stopped go on                           (WritersGoOn)
     - merges take neighbours in age, and none is empty          (NeighboursInAge, PicksHaveRuns)
     - one merge at a time goes into the last level              (OneMergeIntoTheLast)

   Runs have no size here. Where the strategy asks for sizes (is it time to rewrite the last level?)
   either answer may come. Idle merging and merges asked for by the application are left out. *)

EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
  Last,          \* levels are 0..Last
  Fanout,
  SlowdownRuns,  \* PickRelief starts here
  StopRuns,
  MaxBuffers,    \* memtables that may wait for a flush
  Bugs            \* planted bugs; see the models

Levels == 0..Last
Free == [role |-> "free", merge |-> 0]

VARIABLES
  levels,  \* level -> runs, newest first: [role, merge]
  sealed   \* memtables that wait for a flush
vars == <<levels, sealed>>

Range(s) == {s[i] : i \in DOMAIN s}
Max2(a, b) == IF a > b THEN a ELSE b
All(lv) == UNION {Range(lv[l]) : l \in Levels}
Going == {r.merge : r \in All(levels)} \ {0}
OutputLevel(m) == CHOOSE l \in Levels : [role |-> "out", merge |-> m] \in Range(levels[l])
FreshMerge == CHOOSE m \in 1..(Cardinality(Going) + 1) :
                m \notin Going /\ \A n \in 1..(m - 1) : n \in Going

RECURSIVE CountFrom(_, _)
CountFrom(l, roles) ==
  IF l = Last THEN 0
  ELSE Cardinality({i \in DOMAIN levels[l] : levels[l][i].role \in roles}) + CountFrom(l + 1, roles)

\* EnvImpl::UpdateStall (env_impl.cc) counts every run above the last level, growing ones too.
UpperRuns == CountFrom(0, {"free", "in", "out"})
Stopped == UpperRuns >= StopRuns

--------------------------------------------------------------------------
(* hanoi.cc. A pick is a set of places <<level, index>> and the level of the output. *)

\* CollectTail.
AgedTail(first, last) ==
  {p \in UNION {{l} \X DOMAIN levels[l] : l \in first..last} :
     /\ \A i \in p[2]..Len(levels[p[1]]) : levels[p[1]][i] = Free
     /\ \A l \in (p[1] + 1)..last : \A r \in Range(levels[l]) : r = Free}
None == [runs |-> {}, output |-> 0]
TailOf(first, last, output) == [runs |-> AgedTail(first, last), output |-> output]
UpperOf(runs) == {p \in runs : p[1] # Last}

PickLevel(l, n) ==
  LET tail == TailOf(l, l, l + 1) IN IF Cardinality(tail.runs) >= n THEN tail ELSE None

RECURSIVE FirstLevel(_, _)
FirstLevel(l, n) ==
  IF l + 1 >= Last THEN None
  ELSE LET pick == PickLevel(l, n) IN IF pick # None THEN pick ELSE FirstLevel(l + 1, n)

PickRelief ==
  LET all == TailOf(0, Last, Last)
      pair == FirstLevel(0, 2)
  IN IF "NoRelief" \in Bugs \/ UpperRuns < Max2(2, SlowdownRuns) THEN None
     ELSE IF pair # None THEN pair
     ELSE IF Cardinality(all.runs) > 1 THEN all ELSE None

\* Hanoi::Pick; `ripe` is the answer to the question about sizes.
Pick(ripe) ==
  LET all == TailOf(0, Last, Last)
      lastIsFree == all.runs # {} \/ levels[Last] = <<>>
      level == FirstLevel(0, Fanout)
  IN IF ripe /\ lastIsFree /\ Cardinality(UpperOf(all.runs)) >= Fanout THEN all
     ELSE IF level # None THEN level
     ELSE IF lastIsFree /\ Len(levels[Last - 1]) >= Fanout THEN all
     ELSE PickRelief

--------------------------------------------------------------------------
Init == levels = [l \in Levels |-> <<>>] /\ sealed = 0

\* EnvImpl::BeforeWrite (env_impl.cc) lets writers through; they fill a memtable.
Fill ==
  /\ ~Stopped /\ sealed < MaxBuffers
  /\ sealed' = sealed + 1
  /\ UNCHANGED levels

\* EnvImpl::FlushOne (background.cc): flushes do not wait for merges.
Flush ==
  /\ sealed > 0
  /\ sealed' = sealed - 1
  /\ levels' = [levels EXCEPT ![0] = <<Free>> \o @]

\* EnvImpl::MergeLoop (background.cc): a new merge is begun when its output lies above those of all
\* merges that go on.
MayBegin(pick) == pick.runs # {} /\ \A m \in Going : pick.output < OutputLevel(m)
Begin(ripe) ==
  LET pick == Pick(ripe)
      m == FreshMerge
      marked == [l \in Levels |-> [i \in DOMAIN levels[l] |->
                   IF <<l, i>> \in pick.runs THEN [role |-> "in", merge |-> m] ELSE levels[l][i]]]
  IN /\ MayBegin(pick)
     /\ levels' = [marked EXCEPT ![pick.output] = <<[role |-> "out", merge |-> m]>> \o @]
     /\ UNCHANGED sealed

\* MergeJob::Complete (merge_job.cc), for the shallowest merge, unless a shallower one may begin.
Finish(m) ==
  /\ m \in Going
  /\ \A n \in Going : OutputLevel(m) <= OutputLevel(n)
  /\ \E ripe \in BOOLEAN : ~MayBegin(Pick(ripe))
  /\ LET kept == [l \in Levels |-> SelectSeq(levels[l], LAMBDA r : r # [role |-> "in", merge |-> m])]
     IN levels' = [l \in Levels |-> [i \in DOMAIN kept[l] |->
                     IF kept[l][i].merge = m THEN Free ELSE kept[l][i]]]
  /\ UNCHANGED sealed

Next == Fill \/ Flush \/ (\E ripe \in BOOLEAN : Begin(ripe)) \/ (\E m \in Going : Finish(m))

\* Background threads work whenever there is work, also when no size ever calls for it.
Spec == /\ Init /\ [][Next]_vars
        /\ WF_vars(Flush)
        /\ WF_vars(Begin(FALSE))
        /\ WF_vars(\E m \in Going : Finish(m))

--------------------------------------------------------------------------
\* Runs that hold data of their own: a growing one takes the place of its inputs.
Debt == CountFrom(0, {"free", "in"}) + sealed
DebtIsBounded == Debt <= StopRuns - 1 + MaxBuffers
\* strategy.h: a merge takes neighbours in age, and its output takes their place.
RECURSIVE Flatten(_)
Flatten(l) == IF l > Last THEN <<>> ELSE levels[l] \o Flatten(l + 1)
NeighboursInAge ==
  LET runs == Flatten(0) IN
  \A m \in Going :
    LET own == {i \in DOMAIN runs : runs[i].merge = m}
    IN \A i \in DOMAIN runs :
         (\E a, b \in own : a < i /\ i < b) => i \in own

\* There is something to merge in every pick.
PicksHaveRuns == \A ripe \in BOOLEAN : Pick(ripe) = None \/ Pick(ripe).runs # {}

\* The last level is rewritten by one merge at a time.
OneMergeIntoTheLast == Cardinality({i \in DOMAIN levels[Last] : levels[Last][i].role = "out"}) <= 1

WritersGoOn == Stopped ~> ~Stopped
=============================================================================

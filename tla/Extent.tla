------------------------------ MODULE Extent ------------------------------
(* Large values in memory: descriptors that are pinned without a guard that keeps them.

   The swip of a large value leads to a descriptor, which leads to the bytes. Descriptors stay
   descriptors as long as the pool lives and are given from value to value; bytes are freed as soon
   as the value is evicted and nobody pins it, however long some reader is at something else.

   A reader that found a descriptor in a swip adds itself to the descriptor's pins and looks at the
   swip again. If the swip still leads there the pin is good. If not, the descriptor may be free by
   now or belong to another value, and the reader takes his pin back, which may make him the one who
   has to free that other value.

   engine/buffer: Pool::PinExtent, PublishExtent, OrphanLocked, DropPin (pool.cc).

   What must hold:
     - whoever has a pin that is good finds the bytes of the value he asked for   (PinsAreGood)
     - a value is freed once                                                      (FreedOnce)
     - a swip leads to a descriptor that has its value                            (SwipsAreRight)
     - nothing stays in memory that no swip and no pin leads to                   (NothingLeaks) *)

EXTENDS Integers, FiniteSets

CONSTANTS
  NValues, NDescriptors,
  Readers,
  Bugs          \* planted bugs; see the models

Values == 1..NValues
Descriptors == 1..NDescriptors
Nothing == 0

VARIABLES
  swip,        \* value -> descriptor, 0: EVICTED
  holds,       \* descriptor -> the value whose bytes it leads to, 0 when it is free
  pins,        \* descriptor -> number of pins
  orphan,      \* descriptor -> the top bit of the pin word
  taken,       \* descriptor -> a hand has emptied its swip and not looked at its pins yet
  freed,       \* descriptor -> how often it was freed since it was last taken
  reader       \* reader -> what it is doing
vars == <<swip, holds, pins, orphan, taken, freed, reader>>

Idle == [at |-> "idle", value |-> Nothing, descriptor |-> Nothing]

Init ==
  /\ swip = [v \in Values |-> Nothing]
  /\ holds = [d \in Descriptors |-> Nothing]
  /\ pins = [d \in Descriptors |-> 0]
  /\ orphan = [d \in Descriptors |-> FALSE]
  /\ taken = [d \in Descriptors |-> FALSE]
  /\ freed = [d \in Descriptors |-> 1]
  /\ reader = [r \in Readers |-> Idle]

At(r, where) == reader[r].at = where
Become(r, next) == reader' = [reader EXCEPT ![r] = next]
Free(d) == holds[d] = Nothing

FreeIt(d) ==
  /\ holds' = [holds EXCEPT ![d] = Nothing]
  /\ freed' = [freed EXCEPT ![d] = @ + 1]

\* Swip::Load.
Look(r, v) ==
  /\ At(r, "idle")
  /\ Become(r, [at |-> IF swip[v] = Nothing THEN "miss" ELSE "found", value |-> v,
                descriptor |-> swip[v]])
  /\ UNCHANGED <<swip, holds, pins, orphan, taken, freed>>

\* Pool::PinExtent: the addition, then the second look.
Add(r) ==
  /\ At(r, "found")
  /\ pins' = [pins EXCEPT ![reader[r].descriptor] = @ + 1]
  /\ Become(r, [reader[r] EXCEPT !.at = IF "NoSecondLook" \in Bugs THEN "pinned" ELSE "added"])
  /\ UNCHANGED <<swip, holds, orphan, taken, freed>>
LookAgain(r) ==
  /\ At(r, "added")
  /\ Become(r, [reader[r] EXCEPT !.at = IF swip[reader[r].value] = reader[r].descriptor
                                        THEN "pinned" ELSE "late"])
  /\ UNCHANGED <<swip, holds, pins, orphan, taken, freed>>

\* DropPin: with the bit in one step, or count and bit one after the other.
Drop(r) ==
  /\ reader[r].at \in {"pinned", "late"} /\ "TwoSteps" \notin Bugs
  /\ LET d == reader[r].descriptor IN
     /\ pins' = [pins EXCEPT ![d] = @ - 1]
     /\ IF pins[d] = 1 /\ orphan[d]
        THEN orphan' = [orphan EXCEPT ![d] = FALSE] /\ FreeIt(d)
        ELSE UNCHANGED <<orphan, holds, freed>>
  /\ Become(r, Idle)
  /\ UNCHANGED <<swip, taken>>
DropFirst(r) ==
  /\ reader[r].at \in {"pinned", "late"} /\ "TwoSteps" \in Bugs
  /\ LET d == reader[r].descriptor IN
     /\ pins' = [pins EXCEPT ![d] = @ - 1]
     /\ Become(r, IF pins[d] = 1 /\ orphan[d] THEN [reader[r] EXCEPT !.at = "last"] ELSE Idle)
  /\ UNCHANGED <<swip, holds, orphan, taken, freed>>
DropThen(r) ==
  /\ At(r, "last")
  /\ orphan' = [orphan EXCEPT ![reader[r].descriptor] = FALSE]
  /\ FreeIt(reader[r].descriptor)
  /\ Become(r, Idle)
  /\ UNCHANGED <<swip, pins, taken>>

\* Pool::Take: private to its pin. The count is added to: somebody may be about to take a pin back.
Take(r) ==
  /\ At(r, "miss")
  /\ \E d \in Descriptors :
       /\ Free(d) /\ \A e \in 1..(d - 1) : ~Free(e)
       /\ holds' = [holds EXCEPT ![d] = reader[r].value]
       /\ pins' = [pins EXCEPT ![d] = IF "CountIsSet" \in Bugs THEN 1 ELSE @ + 1]
       /\ orphan' = [orphan EXCEPT ![d] = TRUE]
       /\ freed' = [freed EXCEPT ![d] = 0]
       /\ Become(r, [reader[r] EXCEPT !.at = "read", !.descriptor = d])
  /\ UNCHANGED <<swip, taken>>

\* Pool::PublishExtent: no orphan any more, then the compare-and-swap; who loses stays private.
Publish(r) ==
  /\ At(r, "read")
  /\ orphan' = [orphan EXCEPT ![reader[r].descriptor] = FALSE]
  /\ Become(r, [reader[r] EXCEPT !.at = "publish"])
  /\ UNCHANGED <<swip, holds, pins, taken, freed>>
Swap(r) ==
  /\ At(r, "publish")
  /\ IF swip[reader[r].value] = Nothing
     THEN /\ swip' = [swip EXCEPT ![reader[r].value] = reader[r].descriptor]
          /\ UNCHANGED orphan
     ELSE /\ orphan' = [orphan EXCEPT ![reader[r].descriptor] = TRUE]
          /\ UNCHANGED swip
  /\ Become(r, [reader[r] EXCEPT !.at = "pinned"])
  /\ UNCHANGED <<holds, pins, taken, freed>>

\* Pool::Unlink: the swip is emptied; a pin that comes in this moment does no harm.
Evict(d) ==
  /\ holds[d] # Nothing /\ swip[holds[d]] = d
  /\ swip' = [swip EXCEPT ![holds[d]] = Nothing]
  /\ taken' = [taken EXCEPT ![d] = TRUE]
  /\ UNCHANGED <<holds, pins, orphan, freed, reader>>
\* Pool::OrphanLocked: free, or an orphan of its pins, in one step.
Orphan(d) ==
  /\ taken[d]
  /\ taken' = [taken EXCEPT ![d] = FALSE]
  /\ IF pins[d] = 0 \/ "IgnoresPins" \in Bugs
     THEN FreeIt(d) /\ UNCHANGED orphan
     ELSE orphan' = [orphan EXCEPT ![d] = TRUE] /\ UNCHANGED <<holds, freed>>
  /\ UNCHANGED <<swip, pins, reader>>

Next ==
  \/ \E r \in Readers :
       \/ \E v \in Values : Look(r, v)
       \/ Add(r) \/ LookAgain(r) \/ Drop(r) \/ DropFirst(r) \/ DropThen(r)
       \/ Take(r) \/ Publish(r) \/ Swap(r)
  \/ \E d \in Descriptors : Evict(d) \/ Orphan(d)
Spec == Init /\ [][Next]_vars

--------------------------------------------------------------------------
TypeOK ==
  /\ swip \in [Values -> 0..NDescriptors]
  /\ holds \in [Descriptors -> 0..NValues]
  /\ \A d \in Descriptors : pins[d] \in 0..Cardinality(Readers)

PinsAreGood ==
  \A r \in Readers : reader[r].at \in {"pinned", "read", "publish"} =>
    holds[reader[r].descriptor] = reader[r].value

FreedOnce == \A d \in Descriptors : freed[d] <= 1

SwipsAreRight == \A v \in Values : swip[v] # Nothing => holds[swip[v]] = v /\ ~orphan[swip[v]]

NothingLeaks ==
  \A d \in Descriptors : holds[d] # Nothing =>
    swip[holds[d]] = d \/ taken[d] \/ pins[d] > 0 \/ \E r \in Readers :
      reader[r].at = "last" /\ reader[r].descriptor = d
=============================================================================

---- MODULE MCHanoiMerge ----
EXTENDS HanoiMerge
\* What memtables may hold: a change of one key, or new values for all of them.
Few == [{1} -> {"put", "del"}] \cup {[k \in Keys |-> "put"]}
JustPut == {[k \in Keys |-> "put"]}
====

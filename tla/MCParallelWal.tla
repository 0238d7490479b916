--------------------------- MODULE MCParallelWal ---------------------------
(* Bounds for the model checker: how many batches, deaths, sealed tables and failed syncs. *)
EXTENDS ParallelWal, TLC

CONSTANTS MaxBatches, MaxCrashes, MaxSwitches, MaxPoisons,
          Watched   \* batches whose acknowledgement is followed; the refinement covers all of them

VARIABLES crashes, switches, poisons
counts == <<crashes, switches, poisons>>

Sealed == Cardinality({f \in Families : up' = up /\ Len(tables'[f]) > Len(tables[f])})

MCInit == Init /\ crashes = 0 /\ switches = 0 /\ poisons = 0
MCNext == /\ Next
          /\ crashes' = crashes + (IF up' = "down" THEN 1 ELSE 0)
          /\ switches' = switches + Sealed
          /\ poisons' = poisons + (IF up = "up" /\ up' = "poisoned" THEN 1 ELSE 0)
          /\ born' <= MaxBatches /\ crashes' <= MaxCrashes
          /\ switches' <= MaxSwitches /\ poisons' <= MaxPoisons
          /\ told' \subseteq Watched /\ toldSync' \subseteq Watched
MCSpec == MCInit /\ [][MCNext]_<<vars, counts>>

Symmetry == Permutations(Streams) \union Permutations(Tokens)
=============================================================================

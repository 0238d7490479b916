---- MODULE MCSwip ----
EXTENDS Swip, TLC
Symmetry == Permutations(Readers)
====

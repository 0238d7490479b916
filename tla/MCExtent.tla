---- MODULE MCExtent ----
EXTENDS Extent, TLC
Symmetry == Permutations(Readers)
====

---- MODULE MCHanoiPacing ----
EXTENDS HanoiPacing
====

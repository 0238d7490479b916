---- MODULE MCAries ----
EXTENDS Aries, TLC
OneItem == {<<1, "a">>}
OnePage == {<<1, "a">>, <<1, "b">>}
TwoPages == {<<1, "a">>, <<1, "b">>, <<2, "a">>}
OddAndEven == [t \in Txns |-> IF t % 2 = 1 THEN "odd" ELSE "even"]
====

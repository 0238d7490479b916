---------------------------- MODULE MCVisibility ----------------------------
EXTENDS Visibility
CONSTANTS MaxBatches, MaxTables
Few == Len(batches) <= MaxBatches /\ \A f \in Families : writing[f] <= MaxTables
OneKey == {<< <<"a", "k">> >>}
BothKeys == {<< <<"a", "k">>, <<"a", "l">> >>, << <<"a", "k">> >>}
TwoFamilies == {<< <<"a", "k">>, <<"b", "k">> >>, << <<"a", "k">> >>}
=============================================================================

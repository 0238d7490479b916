---------------------------- MODULE MCDurability ----------------------------
EXTENDS Durability
CONSTANTS MaxBatches
Few == born <= MaxBatches
=============================================================================

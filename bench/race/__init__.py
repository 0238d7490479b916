"""The head-to-head race of bench/run: one unmodified db_bench, two libraries."""

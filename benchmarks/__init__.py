"""What this project costs, as ratios to the tools one would run instead. `scripts/invoke benchmark` prints the table.

Nothing here is asserted: figures depend on the machine. Both sides of a ratio are run in turn, in one run.
"""

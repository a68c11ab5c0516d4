"""The ids of checks about a stack among others: who changes it, what is its own, what is taken over from others."""

CHECKS: dict[str, tuple[str, str]] = {
    "WL790": (
        "Nobody else is at work on this stack",
        "Two that change a stack at once undo each other's work. Who is at work holds a Lease in its namespace and\n"
        "renews it; 60 s after it was last heard of, and at once when it was a process of this machine that has\n"
        "ended, the next one takes over. Where you may not write Leases the record alone keeps two apart.",
    ),
}

"""Grouping and suspicion: what the watcher proposes when it looks at the board. Pure functions of it."""

"""Names of looks that texts outside tables share."""

MUTED = "$foreground-muted"
"""For what is there to be found, not to be seen first."""

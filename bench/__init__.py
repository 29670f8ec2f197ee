"""Measurements of the budgets, as ratios in one run where a peer exists. ``python -m bench [NAME …]``."""

"""What is usual and what is more: the history of cases, the surges that were said, the look for new ones."""

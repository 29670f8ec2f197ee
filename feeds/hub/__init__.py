"""The hub: a process of its own that takes facts in, keeps the board, serves views and carries out commands."""

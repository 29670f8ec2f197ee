"""The hub: a process of its own that takes facts in, keeps the board, and serves views, commands and updates (aiohttp)."""

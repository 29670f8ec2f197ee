"""Everything behind the glass: sources, log, board, views, courier, hub. Imports nothing of tui or widgets."""

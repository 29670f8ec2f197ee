"""The board: a pure function from the log to what is so. No clock, no network, no random numbers."""

from feeds.board.board import Board
from feeds.board.suspicion.grouping import propose
from feeds.board.touched import Touched

__all__ = ["Board", "Touched", "propose"]

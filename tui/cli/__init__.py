"""The command line: a contract that scripts depend on. One module for each subject; ``entry`` puts them together.

Exit codes: 0 done, 1 failed, 2 wrong use. An error is one sentence on stderr.
"""

from tui.cli.entry import main

__all__ = ["main"]

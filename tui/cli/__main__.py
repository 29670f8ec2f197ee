"""``python -m tui.cli``: the same as ``vaken``."""

import sys

from tui.cli.entry import main

sys.exit(main())

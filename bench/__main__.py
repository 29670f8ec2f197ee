"""Run the benchmarks, all or those named, and print one table."""

import sys
from importlib import import_module

from bench.report import print_table

BENCHES = (
    *("table", "tui", "ingest", "stream", "storm", "appending", "restart", "intervals", "fleet", "reading", "grouping"),
    *("suspicion", "loading", "locating", "surges", "drills", "courier"),
)


def main(names: list[str]) -> int:
    """Run the named benchmarks; 0 when every budget is met, 1 when one is not, 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"bench: there is no {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    rows = []
    for name in names or BENCHES:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += import_module(f"bench.{name}").run()
    print_table(rows)
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Take the README's picture: the running app on a running hub. ``python docs/picture.py URL [KEY …] > docs/board.svg``.

KEYs are pressed first. The picture names no outside font, and no text in it begins with a space, so that every viewer
shows the same.
"""

import asyncio
import re
import sys
from typing import Any

from feeds.client import HubClient
from tui.app import VakenApp

SIZE = (130, 36)
CELL = 12.2
"""Width of a cell in Textual's SVG, in its units."""


async def take(url: str, keys: list[str]) -> str:
    """Return the screen as SVG, some seconds after the app came up."""
    app = VakenApp(HubClient(url, "anna"))
    async with app.run_test(size=SIZE) as pilot:
        await asyncio.sleep(3)
        for key in keys:
            await pilot.press(key)
            await asyncio.sleep(1)
        return portable(app.export_screenshot(title="vaken"))


def portable(svg: str) -> str:
    """Return ``svg`` without fonts from elsewhere and without leading spaces in its texts."""
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono")

    def shifted(found: re.Match[str]) -> str:
        blanks = len(found["blanks"]) // len("&#160;")
        x = float(found["x"]) + blanks * CELL
        length = float(found["length"]) - blanks * CELL
        return f'{found["head"]} x="{x:g}"{found["middle"]} textLength="{length:g}"{found["tail"]}>'

    text = r'(?P<head><text[^>]*?) x="(?P<x>[\d.]+)"(?P<middle>[^>]*?) textLength="(?P<length>[\d.]+)"(?P<tail>[^>]*)>'
    return re.sub(text + r"(?P<blanks>(?:&#160;)+)(?!<)", shifted, svg)


def main(arguments: list[str]) -> Any:
    """Print the picture."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    print(asyncio.run(take(arguments[0], arguments[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

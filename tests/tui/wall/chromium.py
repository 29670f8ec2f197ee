"""A real browser without a window, driven over its debugging protocol: how a page looks in it, and what it loads."""

import asyncio
import base64
import itertools
import shutil
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import orjson
from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
    "--remote-debugging-port=0", "--hide-scrollbars",
)  # fmt: skip


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.asked: list[str] = []
        """Addresses of everything that the page asked for."""
        self.said: list[str] = []
        """Errors of its scripts."""

    async def do(self, method: str, **parameters: object) -> dict[str, Any]:
        """Do something in the tab and return the answer; what happens meanwhile is noted."""
        number = next(self._numbers)
        await self._socket.send(orjson.dumps({"id": number, "method": method, "params": parameters}).decode())
        async with asyncio.timeout(20):
            while True:
                frame = orjson.loads(await self._socket.recv())
                self._note(frame)
                if frame.get("id") == number:
                    assert "error" not in frame, frame
                    result: dict[str, Any] = frame["result"]
                    return result

    def _note(self, frame: dict[str, Any]) -> None:
        match frame.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(frame["params"]["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(frame["params"]["url"])
            case "Runtime.exceptionThrown":
                self.said.append(str(frame["params"]["exceptionDetails"]))
            case _:
                pass

    async def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        answer = await self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true in the page."""
        async with asyncio.timeout(30):
            while not await self.value(expression):
                await self.value("new Promise(done => setTimeout(done, 50))")

    async def picture(self) -> bytes:
        """Return a picture of the page (PNG)."""
        return base64.b64decode((await self.do("Page.captureScreenshot"))["data"])


@asynccontextmanager
async def browser(profile: Path, width: int, height: int) -> AsyncIterator[Page]:
    """Start the browser with an empty profile, and end it in every case."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        port = await _port(process)
        tabs = await asyncio.to_thread(
            lambda: orjson.loads(build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/json/list").read())
        )
        where = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        async with connect(where, max_size=None, proxy=None) as socket:
            page = Page(socket)
            for room in ("Page", "Network", "Runtime"):
                await page.do(f"{room}.enable")
            yield page
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(30):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    """Return the port that the browser says it listens on."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        async for line in process.stderr:
            if b"DevTools listening on" in line:
                return int(line.split(b"127.0.0.1:")[1].split(b"/")[0])
    raise AssertionError("the browser ended")


def colours(png: bytes) -> dict[tuple[int, int, int], int]:
    """Return how many points of a picture (8 bits, RGB or RGBA) have which colour."""
    width, wide = int.from_bytes(png[16:20], "big"), {2: 3, 6: 4}[png[25]]
    data, place = b"", 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    raw, line = zlib.decompress(data), bytearray(width * wide)
    counted: dict[tuple[int, int, int], int] = {}
    for start in range(0, len(raw), width * wide + 1):
        line = _line(raw[start], raw[start + 1 : start + 1 + width * wide], line, wide)
        for x in range(0, len(line), wide * 4):  # each fourth point is enough
            colour = (line[x], line[x + 1], line[x + 2])
            counted[colour] = counted.get(colour, 0) + 1
    return counted


def near(counted: dict[tuple[int, int, int], int], colour: tuple[int, int, int]) -> int:
    """Return how many points have about a colour: a browser may shift it a little."""
    return sum(
        count for found, count in counted.items() if all(abs(a - b) <= 24 for a, b in zip(found, colour, strict=True))
    )


def _line(kind: int, given: bytes, above: bytearray, wide: int) -> bytearray:
    """Undo the filter of one line (PNG, section 9)."""
    line = bytearray(given)
    if kind == 0:
        return line
    for x in range(len(line)):
        left, up = line[x - wide] if x >= wide else 0, above[x]
        corner = above[x - wide] if x >= wide else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            middle = left + up - corner
            guess = min((left, up, corner), key=lambda one: abs(middle - one))
        line[x] = (line[x] + guess) & 255
    return line

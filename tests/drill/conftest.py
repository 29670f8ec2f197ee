"""A real hub as a process, for the tests of this room."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

StartHub = Callable[[int], Awaitable[str]]
"""Start the hub on a port (0: any free one), ending the one that runs; returns its URL."""

READY = "vaken hub ready at "


@pytest.fixture
async def start_hub(tmp_path: Path) -> AsyncIterator[StartHub]:
    """Start and restart a hub on one data directory, with ``hub.toml`` where the test wrote one; kill it in the end."""
    running: list[asyncio.subprocess.Process] = []

    async def end() -> None:
        while running:
            process = running.pop()
            process.kill()
            await process.communicate()

    async def start(port: int) -> str:
        await end()
        config = tmp_path / "hub.toml"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui.cli", "hub", "--data", str(tmp_path / "hub")),
            *("--listen", f"127.0.0.1:{port}", *(("--config", str(config)) if config.exists() else ())),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        running.append(process)
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode().strip()
        if not line.startswith(READY):
            assert process.stderr is not None
            pytest.fail(f"the hub did not start: {line} {(await process.stderr.read()).decode()[-500:]}")
        return line.removeprefix(READY)

    try:
        yield start
    finally:
        await end()

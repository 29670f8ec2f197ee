"""A module of the hub that runs in a process of its own: work that would hold up the event loop, on files alone."""

import asyncio
import sys


async def run_module(name: str, *arguments: str, hear_errors: bool = False) -> tuple[int, bytes, bytes]:
    """Run ``python -m name`` to its end; return exit code, output and, with ``hear_errors``, what it said on stderr.

    Else stderr is the hub's own. Cancelled, it kills the process and waits for its end.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", name, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if hear_errors else None,
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output, errors or b""

"""No token is ever told: not in what a hub or a command says, not in its files, not in the list of processes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import orjson
import pytest
from websockets.asyncio.client import connect

from feeds.hub.access.token_file import TokenFile
from feeds.model.access import Role
from tests.hub.running import RunningHub


def held_anywhere(secret: bytes, folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()]


def seen_from_outside(hub: RunningHub) -> str:
    """Return what a list of processes shows of the hub, and what its surroundings hold."""
    assert hub.process is not None
    return "".join(
        Path(f"/proc/{hub.process.pid}/{name}").read_text(errors="replace") for name in ("cmdline", "environ")
    )


def kept_locally(hub: RunningHub) -> str:
    return (hub.directory / "local.token").read_text().strip()


async def test_no_token_is_told_anywhere(make_hub: Callable[..., RunningHub], tmp_path: Path) -> None:
    hub = make_hub("[access]\nrequired = true\n")
    token = TokenFile(hub.directory).add("jl", Role.ADMIN, datetime.now(UTC))
    guess = token[:-1] + ("x" if token[-1] != "x" else "y")
    local = kept_locally(hub)
    said = []
    hub.headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(60):  # until the hub has seen the new token
        while (await hub.get("/v1/outages"))[0] != 200:  # noqa: ASYNC110 - the hub says nothing of it
            await asyncio.sleep(0.05)
    for one in (token, guess, local, "vk_short", f"{token} {token}"):
        hub.headers = {"Authorization": f"Bearer {one}"}
        for _ in range(8):
            said.append(str(await hub.get("/v1/outages")))
        said.append(str(await hub.post("/v1/alarms", [{"source": "x"}])))
        said.append(str(await hub.post("/v1/alarms?feed=a", b"{")))
        said.append(str(await hub.command("declare", outage="O-1")))
        said.append(str(await hub.command("sims", text=f"my token is {one[:3]}")))
    hub.headers = {"Authorization": f"Bearer {token}"}
    async with hub.session() as session, session.get(hub.url + "/metrics") as answer:
        said.append(await answer.text())
    stream = hub.url.replace("http", "ws", 1) + "/v1/stream"
    async with connect(stream, proxy=None, additional_headers=hub.headers) as socket:
        await socket.send(orjson.dumps({"do": "draft", "id": 1}))
        said += [str(await socket.recv()) for _ in range(3)]

    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    for shown, arguments in (
        (token, ("tail", "outages", "--once")),
        (guess, ("tail", "outages", "--once")),
        (guess, ("info",)),
        (guess, ("load", "customers", str(hub.config))),
    ):
        command = [sys.executable, "-m", "tui.cli", *arguments, "--hub", hub.url]
        run = await asyncio.to_thread(
            partial(subprocess.run, command, capture_output=True, text=True, env={**environment, "VAKEN_TOKEN": shown})
        )
        said.append(run.stdout + run.stderr)
        assert (run.returncode == 0) is (shown == token or arguments == ("info",)), said[-1]
    said.append(seen_from_outside(hub))
    said.append(hub.errors())
    everything = "\n".join(said)
    assert "wrong tokens" in everything, "guessing was said"
    for secret in (token.rpartition("_")[2], guess.rpartition("_")[2], local.rpartition("_")[2]):
        assert secret not in everything
    hub.stop()
    assert held_anywhere(token.rpartition("_")[2].encode(), hub.directory.parent) == []
    assert held_anywhere(local.encode(), hub.directory.parent) == []


@pytest.mark.parametrize("option", ["--token", "--token=vk_secret"])
def test_no_command_takes_a_token_as_an_argument(option: str) -> None:
    command = [sys.executable, "-m", "tui.cli", "tail", "outages", option, "vk_secret"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2

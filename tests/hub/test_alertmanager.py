"""Alertmanager's two ways in, and its real binary in front of a real hub."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientError, ClientSession

from tests.hub.running import RunningHub

BINARY = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
AMTOOL = shutil.which("amtool")
STARTS = "2026-03-01T02:00:00Z"
ZERO = "0001-01-01T00:00:00Z"


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def alert(name: str, **more: Any) -> dict[str, Any]:
    labels = {"alertname": name, "instance": "pgw-1:9100", "severity": "critical"}
    return {"labels": labels, "annotations": {"summary": "no echo"}, "startsAt": STARTS} | more


def notification(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "4",
        "status": "firing",
        "receiver": "vaken",
        "alerts": [{"status": "firing", "endsAt": ZERO, **one} for one in alerts],
    }


def called(name: str) -> str:
    """The filter that finds an alarm in the hub."""
    return f"&filter=specific_problem:{name}"


def states(rows: list[dict[str, Any]]) -> list[str]:
    return [row["severity"] for row in rows]


# -- without Alertmanager --------------------------------------------------------------------------------------------


async def test_an_alert_fires_is_renewed_and_resolves(shared_hub: RunningHub) -> None:
    status, said = await shared_hub.post("/api/v2/alerts", [alert("ApiWay", endsAt=soon(600))])
    assert (status, said["accepted"]) == (200, 1)
    (row,) = await shared_hub.rows("alarms", called("ApiWay"))
    assert (row["severity"], row["managed_object"], row["raised"]) == ("critical", "pgw-1:9100", STARTS)
    before = await shared_hub.sequence()
    for seconds in (700, 800):
        said = (await shared_hub.post("/api/v2/alerts", [alert("ApiWay", endsAt=soon(seconds))]))[1]
        assert said == {"accepted": 1, "seq": before}, "renewals are no facts"
    await shared_hub.post("/api/v2/alerts", [alert("ApiWay", endsAt="2026-03-01T02:30:00Z")])
    (row,) = await shared_hub.rows("alarms", called("ApiWay"))
    assert (row["severity"], row["cleared"]) == ("cleared", "2026-03-01T02:30:00Z")


async def test_an_alert_that_is_not_renewed_lapses_and_one_that_is_does_not(shared_hub: RunningHub) -> None:
    ends = soon(1)
    await shared_hub.post("/api/v2/alerts", [alert("Forgotten", endsAt=ends), alert("Renewed", endsAt=ends)])
    assert states(await shared_hub.rows("alarms", called("Forgotten"))) == ["critical"]
    await shared_hub.post("/api/v2/alerts", [alert("Renewed", endsAt=soon(600))])
    (row,) = await shared_hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("Forgotten"))
    assert datetime.fromisoformat(row["cleared"]) == datetime.fromisoformat(ends)
    assert states(await shared_hub.rows("alarms", called("Renewed"))) == ["critical"]


async def test_an_alert_that_is_renewed_after_it_lapsed_is_active_again(shared_hub: RunningHub) -> None:
    await shared_hub.post("/api/v2/alerts", [alert("Back", endsAt=soon(1))])
    await shared_hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("Back"))
    await shared_hub.post("/api/v2/alerts", [alert("Back", endsAt=soon(600))])
    (row,) = await shared_hub.rows("alarms", called("Back"))
    assert (row["severity"], row["raised"]) == ("critical", STARTS)
    before = await shared_hub.sequence()
    await shared_hub.post("/api/v2/alerts", [alert("Back", endsAt=soon(700))])
    assert await shared_hub.told_since(before) == []
    await shared_hub.post("/api/v2/alerts", [alert("Back", endsAt=soon(-0.001))])
    assert states(await shared_hub.rows("alarms", called("Back"))) == ["cleared"]


async def test_an_alarm_that_its_webhook_raised_again_does_not_lapse(shared_hub: RunningHub) -> None:
    await shared_hub.post("/api/v2/alerts", [alert("Twice", endsAt=soon(2))])
    await shared_hub.post("/api/v2/alerts", [alert("Twice", endsAt="2026-03-01T02:30:00Z")])
    await shared_hub.post("/hooks/alertmanager", notification(alert("Twice", startsAt="2026-03-01T03:00:00Z")))
    await shared_hub.post("/api/v2/alerts", [alert("Later", endsAt=soon(2))])
    await shared_hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("Later"))
    assert states(await shared_hub.rows("alarms", called("Twice"))) == ["critical"]


async def test_the_webhook_and_the_api_end_in_the_same_alarm(shared_hub: RunningHub) -> None:
    await shared_hub.post("/hooks/alertmanager", notification(alert("Same")))
    rows = await shared_hub.rows("alarms", called("Same"))
    before = await shared_hub.sequence()
    await shared_hub.post("/api/v2/alerts", [alert("Same")])
    assert await shared_hub.rows("alarms", called("Same")) == rows
    assert len(rows) == 1
    assert await shared_hub.told_since(before) == []
    ended = {"status": "resolved", "endsAt": "2026-03-01T02:20:00Z"}
    await shared_hub.post("/hooks/alertmanager", notification(alert("Same", **ended)))
    assert states(await shared_hub.rows("alarms", called("Same"))) == ["cleared"]


async def test_a_restart_gives_renewed_alerts_time_to_be_renewed(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    ends = soon(1)
    await hub.post("/api/v2/alerts", [alert("Patient", endsAt=ends)])
    hub.kill()
    hub.start()
    # The hub looks at all ends at once: when one that came after the start has lapsed, this one had its chance too.
    await hub.post("/api/v2/alerts", [alert("Canary", endsAt=soon(1))])
    await hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("Canary"))
    assert datetime.fromisoformat(ends) < datetime.now(UTC)
    assert states(await hub.rows("alarms", called("Patient"))) == ["critical"]


# -- with Alertmanager -----------------------------------------------------------------------------------------------


class Alertmanager:
    """The real one, with a webhook that points at a hub."""

    def __init__(self, folder: Path, hub: RunningHub) -> None:
        with socket.socket() as spare:
            spare.bind(("127.0.0.1", 0))
            port = spare.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        config = {
            "route": {
                "receiver": "vaken",
                "group_by": ["site"],
                "group_wait": "200ms",
                "group_interval": "1s",
                "repeat_interval": "1h",
            },
            "receivers": [
                {
                    "name": "vaken",
                    "webhook_configs": [{"url": f"{hub.url}/hooks/alertmanager", "send_resolved": True}],
                }
            ],
        }
        (folder / "alertmanager.yml").write_bytes(orjson.dumps(config))  # JSON is YAML
        with (folder / "alertmanager.log").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    str(BINARY),
                    f"--config.file={folder / 'alertmanager.yml'}",
                    f"--storage.path={folder / 'storage'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--cluster.listen-address=",
                ],
                stdout=log,
                stderr=log,
            )

    async def until_ready(self) -> None:
        for _ in range(300):
            try:
                async with ClientSession() as session, session.get(f"{self.url}/-/ready") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)
        raise AssertionError("Alertmanager did not become ready in 30 s")

    async def post(self, *alerts: dict[str, Any]) -> None:
        async with ClientSession() as session, session.post(f"{self.url}/api/v2/alerts", json=alerts) as answer:
            assert answer.status == 200, await answer.text()

    async def groups(self) -> list[dict[str, Any]]:
        async with ClientSession() as session, session.get(f"{self.url}/api/v2/alerts/groups") as answer:
            return list(await answer.json())


@pytest.fixture(scope="module")
def alertmanager_process(tmp_path_factory: pytest.TempPathFactory, shared_hub: RunningHub) -> Iterator[Alertmanager]:
    if BINARY is None:
        pytest.skip("prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager")
    running = Alertmanager(tmp_path_factory.mktemp("alertmanager"), shared_hub)
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture
async def alertmanager(alertmanager_process: Alertmanager) -> Alertmanager:
    await alertmanager_process.until_ready()
    return alertmanager_process


async def test_a_real_alertmanager_raises_and_clears(shared_hub: RunningHub, alertmanager: Alertmanager) -> None:
    await alertmanager.post(alert("Real"))
    (row,) = await shared_hub.until("alarms", lambda rows: states(rows) == ["critical"], called("Real"))
    assert (row["raised"], row["text"], row["attributes"]["alertname"]) == (STARTS, "no echo", "Real")
    before = await shared_hub.sequence()
    await shared_hub.post("/api/v2/alerts", [alert("Real")])
    assert await shared_hub.rows("alarms", called("Real")) == [row], "posted to the hub directly it is the same alarm"
    assert await shared_hub.told_since(before) == []
    await alertmanager.post(alert("Real", endsAt=soon(0)))
    (row,) = await shared_hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("Real"))
    assert row["cleared"] > STARTS


async def test_what_came_directly_is_the_same_alarm_when_alertmanager_brings_it(
    shared_hub: RunningHub, alertmanager: Alertmanager
) -> None:
    direct = alert("Direct")
    direct["labels"]["site"] = "direct"
    await shared_hub.post("/api/v2/alerts", [direct])
    before = await shared_hub.rows("alarms", called("Direct"))
    repeats = await shared_hub.metric("vaken_repeats_total")
    await alertmanager.post(direct)
    await shared_hub.until_metric("vaken_repeats_total", lambda value: value > repeats)
    assert await shared_hub.rows("alarms", called("Direct")) == before


async def test_alerts_that_are_grouped_give_an_alarm_each(shared_hub: RunningHub, alertmanager: Alertmanager) -> None:
    three = [alert(f"Grouped{letter}") for letter in "ABC"]
    for one in three:
        one["labels"] |= {"site": "malmo"}
    await alertmanager.post(*three)
    rows = await shared_hub.until("alarms", lambda rows: len(rows) == 3, called("Grouped"))
    assert len({row["key"] for row in rows}) == 3
    (group,) = [group for group in await alertmanager.groups() if group["labels"] == {"site": "malmo"}]
    assert len(group["alerts"]) == 3
    three[0]["endsAt"] = soon(0)
    await alertmanager.post(three[0])
    await shared_hub.until("alarms", lambda rows: states(rows) == ["cleared"], called("GroupedA"))
    assert states(await shared_hub.rows("alarms", called("GroupedB,GroupedC"))) == ["critical", "critical"]


async def test_amtool_raises_an_alarm(shared_hub: RunningHub, alertmanager: Alertmanager) -> None:
    if AMTOOL is None:
        pytest.skip("amtool is not installed")
    added = await asyncio.create_subprocess_exec(
        *(AMTOOL, f"--alertmanager.url={alertmanager.url}", "alert", "add"),
        *("alertname=ByHand", "severity=warning", "node=hss-2", "--annotation=summary=tried by hand"),
    )
    assert await added.wait() == 0
    (row,) = await shared_hub.until("alarms", lambda rows: states(rows) == ["warning"], called("ByHand"))
    assert (row["managed_object"], row["text"]) == ("hss-2", "tried by hand")

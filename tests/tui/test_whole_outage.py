"""The real program, as people use it: two terminals on one hub, through a whole outage and back into its recording."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.hub.access.token_file import TokenFile
from feeds.model.access import Role
from tests.hub.mailbox import Mailbox
from tests.hub.running import RunningHub
from tests.tui.terminal import Terminal

BASE = 894620002000000000
CUSTOMERS = ("Vattenkraft", "Acme Lifts", "Nordbuss")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
def hub(tmp_path: Path, mailbox: Mailbox) -> Iterator[RunningHub]:
    (tmp_path / "hub").mkdir()
    made = RunningHub(
        tmp_path / "hub" / "data",
        f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsender = "noc@operator.example"\nsecurity = "none"\n'
        "[updates]\nhold = 0\ncanary_share = 0\ncanary_least = 0\n",
    )
    now = datetime.now(UTC)
    tokens = TokenFile(made.directory)
    made.headers = {"Authorization": f"Bearer {tokens.add('fault', Role.ADMIN, now)}"}
    yield made.start()
    if made.process is not None and made.process.poll() is None:
        made.kill()


def token(hub: RunningHub, who: str) -> dict[str, str]:
    return {"VAKEN_TOKEN": TokenFile(hub.directory).add(who, Role.COMMANDER, datetime.now(UTC))}


async def fleet(hub: RunningHub) -> None:
    def block(number: int, apn: str) -> dict[str, Any]:
        first = BASE + number * 1_000
        return {"first": str(first), "last": str(first + 999), "customer": f"c{number % 3}",
                "attributes": {"apn": apn, "gateway": f"pgw-{number % 2}"}}  # fmt: skip

    status, answer = await hub.post("/v1/ranges", [block(n, "iot.meter" if n < 3 else "iot.other") for n in range(30)])
    assert status == 200, answer
    contacts = [
        {"id": f"c{n}", "name": name, "contacts": [{"address": f"noc@c{n}.example", "channel": "e-mail"}]}
        for n, name in enumerate(CUSTOMERS)
    ]
    status, answer = await hub.post("/v1/customers", contacts)
    assert status == 200, answer


async def breaks(hub: RunningHub) -> None:
    now = datetime.now(UTC)
    alarms = [
        {"source": "nms", "id": str(n), "managed_object": f"pgw-sto-{n}", "severity": "critical",
         "specific_problem": "GTP path failure", "attributes": {"apn": "iot.meter"},
         "time": (now - timedelta(seconds=30)).isoformat()}
        for n in range(4)
    ]  # fmt: skip
    status, answer = await hub.post("/v1/alarms", alarms)
    assert status == 200, answer
    cases = [
        {"number": f"{10_400 + n}", "customer": f"c{n % 3}", "title": "Meters are offline", "sims": [str(BASE + n)],
         "text": "Hello, our meters are offline. Eva"}
        for n in range(6)
    ]  # fmt: skip
    status, answer = await hub.post("/v1/cases", cases)
    assert status == 200, answer


def explain(terminal: Terminal) -> None:
    """Name the cause; where the machine found more evidence meanwhile, the hub refuses, and a person looks again."""
    said, refused = "says: apn iot.meter", "changed since you looked"
    for _ in range(5):
        terminal.press("n")
        terminal.ask("What explains O-1?")
        terminal.move("shift+tab", "│ why", 12)
        terminal.move("shift+tab", "│ it is", 12)
        terminal.press("apn iot.meter")
        terminal.see("│ it is   apn iot.meter")
        terminal.move("tab", "│ why", 12)
        terminal.press("same APN in all cases")
        terminal.see("│ why     same APN in all cases")
        terminal.move("enter", "     It is this  ", 5)
        terminal.press("enter")

        if said in terminal.until(lambda text: said in text or refused in text, "the word of a person, or a refusal"):
            return
        terminal.see(gone=[refused])
    raise AssertionError(f"refused again and again:\n{terminal.text}")


def write(terminal: Terminal, done: str, will: str, need: str) -> None:
    """Write the three parts of an update."""
    terminal.see("What we have done", "What you need to do")
    terminal.press(done)
    terminal.see(done)
    terminal.move("tab", "What we will do", 2, 1)
    terminal.press(will)
    terminal.see(will)
    terminal.move("tab", "What you need to do", 2, 1)
    terminal.press(need)
    terminal.see(done, will, need, "noc@c0.example")


def propose(terminal: Terminal) -> None:
    """Propose what is written, for its three customers."""
    terminal.press_until("ctrl+s", "Propose this for 3 customers?")
    confirm(terminal, "Propose this for 3 customers?", "Propose")


def approve(terminal: Terminal) -> None:
    """Approve what is looked at, for its three customers."""
    terminal.press_until("a", "Send this to 3 customers?")
    confirm(terminal, "Send this to 3 customers?", "Send")


def confirm(terminal: Terminal, question: str, verb: str) -> None:
    """Type the count of three and go on."""
    terminal.ask(question)
    terminal.move("tab", "Type the number", 2, 1)
    terminal.press("3")
    terminal.move("enter", f"     {verb}  ", 5)
    terminal.press("enter")


def back_to_the_board(terminal: Terminal) -> None:
    """Leave whatever is open."""
    terminal.press_until("escape", "── Outages 1")


async def test_two_people_take_an_outage_from_the_first_sight_to_the_all_clear_and_look_back(
    hub: RunningHub, mailbox: Mailbox, tmp_path: Path
) -> None:
    await fleet(hub)
    first = Terminal(["--hub", hub.url], tmp_path / "jl", (110, 32), token(hub, "jl"))
    second = Terminal(["--hub", hub.url], tmp_path / "mk", (100, 30), token(hub, "mk"))
    with first, second:
        # See
        first.see("vaken", "Outages")
        await breaks(hub)
        for terminal in (first, second):
            terminal.see("O-1", "suspected", "iot.meter", "Vattenkraft")
        # Declare
        first.press("d")
        first.ask("Declare O-1 and take command?", "3 customers")
        first.move("tab", "     Declare  ", 5)
        first.press("enter")
        second.see("O-1 declared", "commander jl")
        # Explain
        first.press_until("enter", "board › O-1", "Impact by customer", "Acme Lifts")
        explain(first)
        # Update
        first.press("u")
        first.see("first word", "What we have done")
        write(first, "Gateway restarted.", "We watch it.", "Nothing at all.")
        propose(first)
        first.see("U-1", "proposed")
        # Approve, as a second person
        second.see("waits for you: jl proposed it")
        second.press("6")
        second.see("U-1", "proposed", "jl")
        second.press_until("enter", "Gateway restarted.", "noc@c0.example")
        approve(second)
        second.see("accepted", "3/3")
        mailbox.wait_for(3)
        # All-clear
        back_to_the_board(first)
        first.press_until("m", "Is service back for now in O-1?")
        first.ask("Is service back for now in O-1?")
        first.move("tab", "     Mitigate  ", 5)
        first.press("enter")
        first.see("O-1 mitigated")
        first.press("u")
        first.see("all-clear", "What we have done")
        write(first, "It is restarted.", "Nothing more.", "Nothing.")
        propose(first)
        first.see("U-2", "proposed")
        second.press_until("escape", "── Updates to customers 2")
        second.press_until("k", "▸ U-2")
        second.press_until("enter", "It is restarted.", "noc@c0.example")
        approve(second)
        mailbox.wait_for(6)
        back_to_the_board(first)
        first.press_until("r", "Is O-1 over?")
        confirm(first, "Is O-1 over?", "Resolve")
        first.see("no live outage")
    # Replay
    hub.stop()
    with Terminal(["replay", str(hub.directory)], tmp_path / "jl", (100, 30)) as replay:
        replay.see("REPLAY")
        replay.press_until("(", "O-1 mitigated")
        replay.press_until("(", "O-1 declared")


async def test_a_killed_hub_is_a_banner_and_a_tiny_terminal_no_end(hub: RunningHub, tmp_path: Path) -> None:
    await fleet(hub)
    await breaks(hub)
    hub.listen = hub.url.removeprefix("http://")
    with Terminal(["--hub", hub.url], tmp_path / "jl", (100, 30), token(hub, "jl")) as terminal:
        terminal.see("O-1", "suspected")
        terminal.press("2")
        terminal.see("Alarms 4", "per person")
        terminal.press("down", "down", "down")
        terminal.see("C critical pgw-sto-2")
        before = chosen(terminal)
        hub.kill()
        terminal.see("lost", before)
        hub.start()
        terminal.see("Alarms 4", gone=["lost"])
        assert chosen(terminal) == before
        terminal.resize((20, 5))
        terminal.until(lambda text: len(text.splitlines()) == 5 and before in text, "the row on 20 × 5")
        terminal.resize((100, 30))
        terminal.see("Alarms 4", "per person", "help")
        assert chosen(terminal) == before
        terminal.press("q")
        assert terminal.ended() == 0


def chosen(terminal: Terminal) -> str:
    """The object of the alarm under the cursor."""
    text = terminal.until(lambda text: "▸" in text or "▶" in text, "a cursor")
    (line,) = [line for line in text.splitlines() if line.startswith(("▸", "▶"))]
    return line.split()[2]

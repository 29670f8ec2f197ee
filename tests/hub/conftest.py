"""A real hub in a process of its own, on a real directory and a real socket."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub.running import RunningHub


@pytest.fixture
def make_hub(tmp_path: Path) -> Iterator[Callable[..., RunningHub]]:
    """Return a function that starts a hub with a configuration; all are killed at the end."""
    made: list[RunningHub] = []

    def make(config: str = "") -> RunningHub:
        folder = tmp_path / f"hub{len(made)}"
        folder.mkdir()
        hub = RunningHub(folder / "data", config)
        made.append(hub)
        return hub.start()

    yield make
    for hub in made:
        if hub.process is not None and hub.process.poll() is None:
            hub.kill()


@pytest.fixture
def hub(make_hub: Callable[..., RunningHub]) -> RunningHub:
    """A running hub without configuration."""
    return make_hub()


@pytest.fixture(scope="module")
def hub_config() -> str:
    """The configuration of the shared hub; modules may have their own."""
    return ""


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory: pytest.TempPathFactory, hub_config: str) -> Iterator[RunningHub]:
    """One hub for all tests of a module: each uses keys of its own."""
    hub = RunningHub(tmp_path_factory.mktemp("hub") / "data", hub_config).start()
    yield hub
    if hub.process is not None and hub.process.poll() is None:
        hub.kill()

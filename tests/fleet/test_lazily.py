"""Values made when they are asked for: once, and without making others wait."""

from threading import Event, Thread

from feeds.fleet.lazily import lazily


class Asked:
    def __init__(self, wait: Event | None = None) -> None:
        self.times = 0
        self.begun = Event()
        self.wait = wait

    @lazily
    def value(self) -> list[int]:
        """A value."""
        self.times += 1
        self.begun.set()
        if self.wait is not None:
            assert self.wait.wait(10)
        return [self.times]


def test_a_value_is_made_once() -> None:
    asked = Asked()
    assert asked.value is asked.value
    assert asked.times == 1
    assert Asked.value.__doc__ == "A value."


def test_who_asks_another_object_does_not_wait() -> None:
    let_go = Event()
    slow = Asked(let_go)
    thread = Thread(target=lambda: slow.value)
    thread.start()
    try:
        assert slow.begun.wait(10)
        assert Asked().value == [1]
    finally:
        let_go.set()
        thread.join()
    assert slow.value == [1]

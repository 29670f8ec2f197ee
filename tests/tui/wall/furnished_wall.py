"""The wall on a hub in memory, as a program: what a browser in a test looks at."""

from datetime import UTC, datetime

from tests.tui.fake_hub import NOW, curve, furnished
from tui.wall.app import WallApp


def main() -> None:
    hub = furnished()
    hub.put("curve", *curve(5, 48), of="5/48")
    hub.put("curve", *curve(1, 10), of="1/10")
    began = datetime.now(UTC)
    hub.now = lambda: NOW + (datetime.now(UTC) - began)  # type: ignore[method-assign]
    WallApp(hub).run(mouse=False)


if __name__ == "__main__":
    main()

"""``vaken drill``: plays a scenario into a hub."""

import click

from tui.cli.options import config_option, hub_option


@click.command()
@click.argument("scenario", metavar="NAME|FILE")
@config_option
@hub_option
@click.option("--speed", metavar="X", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Times faster.")
def drill(scenario: str, config: object, hub_url: str, speed: float) -> int:
    """Play a scenario into a hub over the real interfaces."""
    from feeds.drill.play import play_drill

    return play_drill(scenario, hub_url, speed)

"""``vaken drill``: plays a scenario into a hub, or rehearses drills and reports how the room did."""

import click

from tui.cli.completing import complete_drills
from tui.cli.failure import Failed
from tui.cli.options import config_option, credentials, hub_option


@click.command()
@click.argument("scenario", metavar="[NAME|FILE]...", nargs=-1, shell_complete=complete_drills)
@config_option
@hub_option
@click.option("--speed", metavar="X", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Times faster.")
@click.option("--report", is_flag=True, help="Rehearse without a hub and report; without a name all drills.")
@click.option("--json", "as_json", is_flag=True, help="With --report: one JSON object a drill and line.")
def drill(scenario: tuple[str, ...], config: object, hub_url: str, speed: float, report: bool, as_json: bool) -> int:
    """Play a scenario into a hub over the real interfaces, or rehearse drills and report.

    A rehearsal plays a drill in virtual time into a board of its own, with the same watchers as a hub has: minutes to
    suspicion and to the right attribute, and whom it found, beside what the real outage took.
    """
    if report:
        return _report(scenario, as_json)
    if as_json:
        raise click.UsageError("--json goes with --report")
    if len(scenario) != 1:
        raise click.UsageError("name one drill, or one file, to play; several go with --report")
    from feeds.drill.play import play_drill

    return play_drill(scenario[0], hub_url, speed, credentials=credentials())


def _report(names: tuple[str, ...], as_json: bool) -> int:
    import msgspec

    from feeds.drill.rehearsal import RehearsalError
    from feeds.drill.report import names_of, report_on, table
    from feeds.drill.scenario import ScenarioError, load_scenario

    try:
        scenarios = [load_scenario(name) for name in names_of(names)]
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    reports = []
    try:
        for one in scenarios:
            reports.append(report_on(one))
            if as_json:
                click.echo(msgspec.json.encode(reports[-1]))
            else:
                click.echo(f"… {one.name}", err=True)
    except RehearsalError as error:
        raise Failed(str(error)) from error
    if not as_json:
        for line in table(reports):
            click.echo(line)
    return 0

"""placeholder"""

import click


@click.command()
def timeline() -> None:
    """x"""

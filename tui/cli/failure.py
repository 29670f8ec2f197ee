"""Failing with a sentence."""

import click


class Failed(click.ClickException):
    """A command could not do what was asked: exit code 1. The message says what, where, and what to do."""

"""``bot kb``: a clinic's own document, begun from a sample that checks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from bot.kb.knowledge import packaged

kb = typer.Typer(name="kb", help="A clinic's own document.", rich_markup_mode=None)


@kb.callback()
def knowledge() -> None:
    """Make a folder for a clinic's own document."""


@kb.command()
def new(
    directory: Annotated[Path, typer.Argument(help="The folder to make.")],
) -> None:
    """Begin a knowledge base for a clinic's own document: a small one that checks, to change."""
    if directory.exists() and any(directory.iterdir()):
        raise typer.BadParameter(f"{directory} is not empty; name a folder that is not there yet")
    shutil.copytree(packaged() / "scaffold", directory, dirs_exist_ok=True)
    typer.echo(f"written: {directory}; {directory / 'README.md'} says what to do next")

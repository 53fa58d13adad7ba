"""``bot clinic add|list|link|poster|revoke|remove|handover|staffgroup|counts``."""

# ruff: noqa: PLC0415 - a command line that starts fast loads the database only where it is used

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.brain import build_context, knowledge_dir, stand_beside
from bot.kb.loading import load
from bot.settings import load_settings

clinic = typer.Typer(
    name="clinic",
    help="Clinics that share the bot: signed links, posters, counts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

WHERE = "Where it will hang: people who come by it are counted under this, e.g. door."
OnOff = Literal["on", "off"]
Id = Annotated[str, typer.Argument(help="The clinic's id, as `clinic list` shows it.")]


@clinic.command()
def add(
    name: Annotated[str, typer.Argument(help="As patients know it.")],
    phone: Annotated[str, typer.Argument(help="The number to call.")],
    *,
    hours: Annotated[str | None, typer.Option(help="When it is open.")] = None,
    emergency: Annotated[str | None, typer.Option(help="What to do in an emergency.")] = None,
    clinic_id: Annotated[str, typer.Option("--id", help="1 to 30 of a-z 0-9 and -.")] = "",
    knowledge: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="The folder of the clinic's own document (`bot kb new`).",
        ),
    ] = None,
    no_knowledge: Annotated[
        bool, typer.Option("--no-knowledge", help="Without a document of its own from now on.")
    ] = False,
) -> None:
    """Add a clinic, or change one that has the same id; what is not given stays."""
    from bot.clinic import commands

    settings = load_settings()
    if knowledge is not None and no_knowledge:
        raise typer.BadParameter("give --knowledge or --no-knowledge, not both")
    if knowledge is not None:  # check it, and learn its examples, before a patient waits for it
        typer.echo("checking the document and learning its examples ...", err=True)
        stand_beside(build_context(settings), knowledge, settings)
    none = "" if no_knowledge else None
    folder = str(knowledge.resolve()) if knowledge else none
    card, new = commands.add(settings, name, phone, hours, emergency, clinic_id, folder)
    typer.echo(f"{'added' if new else 'changed'}: {card.id}")
    typer.echo(commands.link(settings, card.id))


@clinic.command(name="list")
def list_() -> None:
    """Show every clinic."""
    from bot.clinic import commands

    found = commands.all_of(load_settings())
    for card in found:
        shown = (card.id, card.name, card.phone, card.hours, commands.spoken(card), card.knowledge)
        typer.echo("\t".join(shown).rstrip())
    if not found:
        typer.echo("no clinic yet; `bot clinic add NAME PHONE` adds one")


@clinic.command()
def link(
    clinic_id: Id,
    source: Annotated[str, typer.Option(help=WHERE)] = "",
) -> None:
    """Print the clinic's signed link."""
    from bot.clinic import commands

    typer.echo(commands.link(load_settings(), clinic_id, source))


@clinic.command()
def poster(
    clinic_id: Id,
    into: Annotated[
        Path, typer.Option(file_okay=False, help="The folder to write the files into.")
    ] = Path("posters"),
    source: Annotated[str, typer.Option(help=WHERE)] = "poster",
) -> None:
    """Write the posters: A4 and card, as SVG, PNG and PDF."""
    from bot.clinic import commands

    settings = load_settings()
    replies = load(knowledge_dir(settings), settings.language).replies
    files, note = commands.make_posters(settings, clinic_id, into, replies, source)
    for file in files:
        typer.echo(str(file))
    if note:
        typer.echo(note, err=True)


@clinic.command()
def revoke(clinic_id: Id) -> None:
    """Make every link and poster given out so far invalid; print the new link."""
    from bot.clinic import commands

    settings = load_settings()
    commands.revoke(settings, clinic_id)
    typer.echo(f"revoked: {clinic_id}")
    typer.echo(commands.link(settings, clinic_id))


@clinic.command()
def remove(clinic_id: Id) -> None:
    """Forget a clinic, its staff and its counts; its patients' chats stay, without a clinic."""
    from bot.clinic import commands

    settings = load_settings()
    commands.remove(settings, clinic_id)
    typer.echo(f"removed: {clinic_id}")


@clinic.command()
def handover(
    clinic_id: Id,
    switch: Annotated[OnOff, typer.Argument(help="Whether patients can write to the clinic.")],
    *,
    hours: Annotated[
        str | None, typer.Option(help='When the staff read: "Mon-Fri 9-12,13-17; Sat 9-12".')
    ] = None,
    tz: Annotated[str | None, typer.Option(help="The clinic's zone: Europe/Berlin.")] = None,
    timeout: Annotated[
        str | None, typer.Option(help="After how long a patient is told to call: 30m, 4h.")
    ] = None,
    photos: Annotated[
        bool | None, typer.Option("--photos/--no-photos", help="Whether pictures are passed on.")
    ] = None,
) -> None:
    """Let patients of a clinic write to its staff group, or stop it."""
    from bot.clinic import commands

    given = {"hours": hours, "tz": tz, "timeout": commands.minutes(timeout), "photos": photos}
    change = {name: value for name, value in given.items() if value is not None}
    card = commands.handover(load_settings(), clinic_id, {"on": switch == "on", **change})
    typer.echo(f"{card.id}\t{commands.spoken(card)}")
    if card.handover.on and card.handover.group is None:
        typer.echo(f"no staff group yet; `bot clinic staffgroup {card.id}` shows how to bind one")


@clinic.command()
def staffgroup(clinic_id: Id) -> None:
    """Print what to type in a group so that it answers for the clinic."""
    from bot.clinic import commands

    typer.echo(commands.staff_command(load_settings(), clinic_id))


@clinic.command()
def counts(clinic_id: Id) -> None:
    """What was asked this month, by five people or more; never who asked."""
    from bot.clinic import commands
    from bot.store.tally import shown

    rows = commands.counts(load_settings(), clinic_id)
    for cell in rows:
        typer.echo(f"{shown(cell.number)}\t{cell.what}\t{cell.name}".rstrip())
    if not rows:
        typer.echo("nothing was counted this month yet")


staff = typer.Typer(
    name="staff",
    help="Who may see a clinic's figures: they get a sign-in link by sending /dashboard.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
clinic.add_typer(staff)


def _number(said: str) -> int:
    from bot.reply.update import LARGEST_ID

    if said.isascii() and said.isdigit() and 1 <= int(said) <= LARGEST_ID:
        return int(said)
    raise typer.BadParameter(
        f"{said!r} is no number of a person at Telegram. It looks like 123456789 and is no"
        " @name: /dashboard tells it to whoever sends that to the bot."
    )


Number = Annotated[
    int,
    typer.Argument(
        help="Their number at Telegram; /dashboard tells it.", parser=_number, metavar="NUMBER"
    ),
]


@staff.command(name="add")
def add_staff(clinic_id: Id, number: Number) -> None:
    """Let somebody see the clinic's figures."""
    from bot.clinic import commands

    new = commands.add_staff(load_settings(), clinic_id, number)
    typer.echo(f"{'added' if new else 'was there'}: {number}")


@staff.command(name="remove")
def remove_staff(clinic_id: Id, number: Number) -> None:
    """Take somebody off the list; it holds at once."""
    from bot.clinic import commands

    gone = commands.remove_staff(load_settings(), clinic_id, number)
    typer.echo(f"{'removed' if gone else 'was not there'}: {number}")


@staff.command(name="list")
def list_staff(clinic_id: Id) -> None:
    """Show who may see the clinic's figures."""
    from bot.clinic import commands

    found = commands.list_staff(load_settings(), clinic_id)
    typer.echo("\n".join(map(str, found)) or "nobody yet; `bot clinic staff add` adds somebody")

"""The command line: ``python -m bot``. Each verb reads its words and calls one function."""

from __future__ import annotations

import datetime as dt
import json
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from bot.brain import bind
from bot.clinic import ClinicError
from bot.clinic.cli import clinic
from bot.converse import answer_lines, converse
from bot.curate_cli import VERBS, Beside, context_of, evaluate
from bot.evaluation.messages import RowsError
from bot.kb.encoder import EncoderError
from bot.kb.knowledge import KnowledgeError, packaged
from bot.kb.loading import load
from bot.kb.split_files import SplitError
from bot.kb_cli import kb as kb_commands
from bot.settings import Settings, SettingsError, StartError, load_settings
from bot.store import StoreError
from bot.terminal import chat as talk
from bot.terminal import explain as explain_text
from bot.terminal import show
from bot.turn.context import Context
from bot.turn.reply import Reply

cli = typer.Typer(
    name="bot",
    help="Answers questions on isotretinoin from one document, word for word.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

cli.add_typer(clinic)
cli.add_typer(kb_commands)


def main() -> None:
    """Run the command line; a fault of the user's never ends in a traceback."""
    try:
        cli()
    except SettingsError as why:
        _fail(f"Settings: {why}")
    except KnowledgeError as why:
        _fail(f"The knowledge base does not check:\n{why}")
    except (
        SplitError,
        RowsError,
        ClinicError,
        EncoderError,
        StoreError,
        StartError,
        OSError,
    ) as why:
        _fail(str(why))


def _fail(message: str) -> None:
    # an error that is cut at the terminal's width is none that an editor can follow to its line
    Console(stderr=True, soft_wrap=True).print(message, style="red", markup=False, highlight=False)
    sys.exit(1)


@cli.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Serve Telegram where TELEGRAM_BOT_TOKEN is set; else chat in the terminal."""
    if context.invoked_subcommand is None:
        settings = load_settings()
        if settings.telegram_bot_token is None:
            _chat(settings)
        else:
            _serve(settings)


@cli.command()
def run() -> None:
    """Serve Telegram: by polling, or by webhook where PUBLIC_URL is set."""
    _serve(load_settings())


@cli.command()
def chat() -> None:
    """Chat in the terminal."""
    _chat(load_settings())


@cli.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as JSON.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read a conversation a line from standard input.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why it was matched or refused.")
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print a reply's JSON schema.")] = False,
    beside: Beside = None,
) -> None:
    """Ask one question, or many conversations as JSON lines."""
    if schema:
        print(json.dumps(Reply.model_json_schema(), indent=2))
        return
    if jsonl == (text is not None):
        raise typer.BadParameter(
            'give either a question ("What are the side effects?") or --jsonl'
        )
    context = context_of(load_settings(), beside)
    if text is not None:
        _ask_one(text, context, as_json=as_json, explain=explain)
        return
    lines = (line.decode("utf-8", errors="replace") for line in sys.stdin.buffer)
    failed = False
    for result in answer_lines(lines, bind(context)):
        failed = failed or "error" in result
        told = json.dumps(result, ensure_ascii=False) + "\n"
        sys.stdout.buffer.write(told.encode("utf-8", "backslashreplace"))  # half a letter in an id
        sys.stdout.buffer.flush()
    raise typer.Exit(code=int(failed))


def _ask_one(text: str, context: Context, *, as_json: bool, explain: bool) -> None:
    console = Console()
    if explain:
        explain_text(text, context, console)
    reply = converse([text], bind(context))[-1]
    if as_json:
        sys.stdout.write(reply.model_dump_json(indent=2) + "\n")
    else:
        show(reply, console)


for verb in VERBS:
    cli.command()(verb)
cli.command(name="eval")(evaluate)


@cli.command()
def setup(
    posters: Annotated[Path, typer.Option(help="Where to write the posters.")] = Path("posters"),
) -> None:
    """Walk through it all: token, name, polling or webhook, clinic, poster; writes .env."""
    from bot.setup import Dialogue, Setup  # noqa: PLC0415 - the terminal needs no database

    def ask(question: str, secret: bool) -> str:
        return getpass(question) if secret and sys.stdin.isatty() else input(question)

    replies = load(packaged()).replies
    try:
        Setup(Dialogue(ask, print), Path(".env"), replies).run(posters)
    except (EOFError, KeyboardInterrupt):
        print("\nStopped. What you gave is kept: run `python -m bot setup` again to go on.")
        raise typer.Exit(code=1) from None


@cli.command()
def webhook(
    verb: Annotated[Literal["set", "info", "delete"], typer.Argument(help="What to do.")],
) -> None:
    """Set, show or delete the webhook at Telegram."""
    from bot.operator import webhook as at_telegram  # noqa: PLC0415 - the terminal needs no web server

    _print_facts(at_telegram(load_settings(), verb))


@cli.command()
def status() -> None:
    """Show whether the bot runs here and is ready, and what waits; exit status 1 if not ready."""
    from bot.operator import status as current  # noqa: PLC0415 - the terminal needs no web server

    facts = current(load_settings())
    _print_facts(facts)
    ready = all(fact == "yes" for name, fact in facts.items() if name.endswith("ready"))
    raise typer.Exit(code=int(not ready))


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Copy the store beside a running bot, without the people in it (SQLite)."""
    from bot.store.backup import backup as copy  # noqa: PLC0415 - only this verb needs it

    copy(_state_of_sqlite(), file)
    print(f"written: {file}")


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> None:
    """Put a backup in the store's place; the bot must be stopped (SQLite)."""
    from bot.store.backup import restore as put_back  # noqa: PLC0415 - only this verb needs it

    unbound = put_back(_state_of_sqlite(), file)
    print(f"restored from {file}")
    for clinic_id in unbound:
        print(f"its staff group must be bound again: python -m bot clinic staffgroup {clinic_id}")


def _state_of_sqlite() -> Path:
    """Where the database of ``backup`` and ``restore`` lies.

    Raises:
        StoreError: it is PostgreSQL.
    """
    settings = load_settings()
    if settings.database_url is not None:
        raise StoreError(
            "DATABASE_URL is set: PostgreSQL has pg_dump and psql for that, see docs/scaling.md"
        )
    return settings.state_dir


def _print_facts(facts: dict[str, object]) -> None:
    for name, value in facts.items():
        print(f"{name}: {value}")


def _chat(settings: Settings) -> None:
    console = Console()
    turn = bind(context_of(settings))
    console.print("Ask in your own words; a number presses a button; /quit ends.", style="dim")
    talk(
        turn, console, lambda: console.input("[bold]you:[/bold] "), lambda: dt.datetime.now(dt.UTC)
    )


def _serve(settings: Settings) -> None:
    if settings.telegram_bot_token is None:
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN is not set. @BotFather gives you one; put it into the environment"
            " or .env. Without it, `python -m bot chat` talks in the terminal."
        )
    from bot.app import Content, serve  # noqa: PLC0415 - the terminal needs no web server
    from bot.shelf import Shelf  # noqa: PLC0415

    context = context_of(settings)
    shelf = Shelf(context, settings)
    content = Content(bind(context), context.kb, shelf)
    raise typer.Exit(code=serve(settings, content))

"""The command line: ``python -m bot``. Each verb reads its words and calls one function."""

from __future__ import annotations

import datetime as dt
import json
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import Progress

from bot import ask as asking
from bot.brain import bind, build_context, knowledge_dir, remembering, stand_beside
from bot.clinic import ClinicError
from bot.clinic.cli import clinic
from bot.evaluation.bench import time_turns
from bot.evaluation.kept import keep
from bot.evaluation.messages import Judged, RowsError, figures, measure, read_rows
from bot.evaluation.report import broken, floors, show_errors, show_figures
from bot.kb.diff import changes
from bot.kb.encoder import EncoderError
from bot.kb.knowledge import Knowledge, KnowledgeError, load, packaged, stands_beside
from bot.kb.split_files import SplitError, split_into
from bot.kb_cli import kb as kb_commands
from bot.settings import Settings, SettingsError, StartError, load_settings
from bot.store import StoreError
from bot.terminal import chat as talk
from bot.terminal import explain as explain_text
from bot.terminal import show
from bot.turn.alert import listing
from bot.turn.reply import Reply
from bot.turn.turn import Context

if TYPE_CHECKING:
    from bot.curating import Asked

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

Beside = Annotated[
    Path | None, typer.Option(help="A clinic's own document, to stand beside the base.")
]


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
    Console(stderr=True).print(message, style="red", markup=False, highlight=False)
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
    context = _context(load_settings(), beside)
    if text is not None:
        _ask_one(text, context, as_json=as_json, explain=explain)
        return
    lines = (line.decode("utf-8", errors="replace") for line in sys.stdin.buffer)
    failed = False
    for result in asking.answer_lines(lines, bind(context)):
        failed = failed or "error" in result
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    raise typer.Exit(code=int(failed))


def _ask_one(text: str, context: Context, *, as_json: bool, explain: bool) -> None:
    console = Console()
    if explain:
        explain_text(text, context, console)
    reply = asking.converse([text], bind(context))[-1]
    if as_json:
        sys.stdout.write(reply.model_dump_json(indent=2) + "\n")
    else:
        show(reply, console)


@cli.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(help="A knowledge base; without it the configured one.")
    ] = None,
) -> None:
    """Check the knowledge base: every span, hash, edge, id, example and review mark."""
    settings = load_settings()
    kb = _loaded(directory or knowledge_dir(settings), settings)
    for name, count in kb.checked.items():
        print(f"{count:6d} {name} checked" if "signed" not in name else f"{count:6d} {name}")
    print("no fault found")


@cli.command()
def split(
    document: Annotated[Path, typer.Argument(help="A plain text file in UTF-8.")],
    into: Annotated[
        Path | None, typer.Option(help="The knowledge base to write; without it the configured.")
    ] = None,
    *,
    diff: Annotated[bool, typer.Option("--diff", help="Only say what would change.")] = False,
) -> None:
    """Split a document into passages, following the plan beside the source if there is one."""
    settings = load_settings()
    root = into or knowledge_dir(settings)
    if diff:
        kb = _loaded(root, settings)
        from bot.curating import diff_lines  # noqa: PLC0415 - brings the database

        for line in diff_lines(changes(document, root, kb), kb, _asked(settings)):
            print(line)
        return
    print("\n".join(split_into(document, root, dt.datetime.now(dt.UTC).date()).lines()))


@cli.command()
def gaps() -> None:
    """What patients ask and no document answers, most asked first: what to write next."""
    from bot.curating import gaps as ranked  # noqa: PLC0415 - brings the database

    settings = load_settings()
    found = ranked(load(knowledge_dir(settings), settings.language), _asked(settings))
    for count, name, title in found:
        print(f"{count:>6}  {name}  {title}")
    if not found:
        print("nothing was counted yet")


def _asked(settings: Settings) -> Asked:
    """What was counted in a year; nothing where no bot has run here."""
    if settings.telegram_bot_token is None:
        return {}
    from bot.clinic.commands import asked  # noqa: PLC0415 - the terminal needs no database

    return asked(settings)


def _loaded(root: Path, settings: Settings) -> Knowledge:
    """A knowledge base; one without rules is read beside the configured one."""
    base = knowledge_dir(settings)
    beside = root != base and stands_beside(root)
    return load(root, settings.language, load(base, settings.language) if beside else None)


@cli.command()
def triage(
    *, list_: Annotated[bool, typer.Option("--list", help="Show what triggers.")] = True
) -> None:
    """Show openly which red flags there are, what triggers them and what is said."""
    settings = load_settings()
    if list_:
        print(listing(load(knowledge_dir(settings), settings.language).triage))


@cli.command(name="eval")
def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="JSON lines with labels; without any, the knowledge base's own."),
    ] = None,
    *,
    red_flags: Annotated[
        bool, typer.Option("--triage", help="Measure the red flags instead.")
    ] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Show each wrong one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the figures; /trust shows them.")
    ] = False,
    beside: Beside = None,
    plots: Annotated[
        Path | None, typer.Option(help="A folder to draw confusion and reliability into.")
    ] = None,
) -> None:
    """Measure on labelled messages; exit status 1 where a floor of pyproject.toml is broken."""
    settings = load_settings()
    own = (beside or knowledge_dir(settings)) / "evaluation"
    chosen = files or [own / ("triage.jsonl" if red_flags else "messages.jsonl")]
    rows = [row for file in chosen for row in read_rows(file)]
    context = _context(settings, beside)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Asking", total=len(rows))
        judged = measure(rows, bind(context), lambda: bar.advance(task))
    console = Console()
    if plots is not None:
        _draw(judged, context, plots)
    if errors:
        show_errors(judged, console)
    if as_json:
        found = figures(judged)
        print(json.dumps({one.name: {"n": one.n, "share": one.share} for one in found}))
    else:
        found = show_figures(judged, console)
    if write:
        if files or beside:
            raise typer.BadParameter("--write keeps the figures of the knowledge base's own files")
        keep(found, knowledge_dir(settings), dt.datetime.now(dt.UTC).date())
    faults = [] if files or beside else broken(found, floors(Path("pyproject.toml")))
    for fault in faults:
        Console(stderr=True).print(fault, style="red")
    raise typer.Exit(code=int(bool(faults)))


def _draw(judged: list[Judged], context: Context, into: Path) -> None:
    try:
        from bot.evaluation.plots import draw  # noqa: PLC0415 - matplotlib is optional
    except ImportError as why:
        raise typer.BadParameter(
            f"pictures need the extra: pip install -e '.[plots]' ({why.name} is missing)"
        ) from why
    for path in draw(judged, list(context.kb.passages), into):
        print(f"written: {path}")


@cli.command()
def bench(
    questions: Annotated[int, typer.Option(help="How many questions to ask.", min=10)] = 500,
) -> None:
    """Time whole turns on the knowledge base's own messages; peers: see bench/."""
    settings = load_settings()
    rows = read_rows(knowledge_dir(settings) / "evaluation" / "messages.jsonl")
    timed = time_turns(bind(_context(settings)), [row.said[-1] for row in rows], questions)
    print("\n".join(timed.lines()))


@cli.command()
def train(
    into: Annotated[Path, typer.Option(help="Where to write the model.")] = Path("bot/model"),
) -> None:
    """Train the encoder again from the examples (minutes; needs the `train` extra)."""
    try:
        from bot.training import train as train_encoder  # noqa: PLC0415 - torch is optional
    except ImportError as why:
        raise typer.BadParameter(
            f"training needs the extra: pip install -e '.[train]' ({why.name} is missing)"
        ) from why
    settings = load_settings()
    train_encoder(load(knowledge_dir(settings), settings.language), into, print)


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

    settings = load_settings()
    if settings.database_url is not None:
        raise StoreError("DATABASE_URL is set: back up PostgreSQL by pg_dump, see docs/scaling.md")
    copy(settings.state_dir, file)
    print(f"written: {file}")


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> None:
    """Put a backup in the store's place; the bot must be stopped (SQLite)."""
    from bot.store.backup import restore as put_back  # noqa: PLC0415 - only this verb needs it

    put_back(load_settings().state_dir, file)
    print(f"restored from {file}")


def _print_facts(facts: dict[str, object]) -> None:
    for name, value in facts.items():
        print(f"{name}: {value}")


def _context(settings: Settings, beside: Path | None = None) -> Context:
    """The turn's context, with a progress bar while the matcher is trained."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Learning the examples, once", total=1.0, visible=False)

        def learnt(share: float) -> None:
            bar.update(task, completed=share, visible=True)

        context = build_context(settings, learnt)
    return stand_beside(context, beside, settings) if beside else context


def _chat(settings: Settings) -> None:
    console = Console()
    turn = bind(_context(settings))
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
    from bot.app import serve  # noqa: PLC0415 - the terminal needs no web server
    from bot.shelf import Shelf  # noqa: PLC0415

    context = _context(settings)
    shelf = Shelf(context, settings)
    turn = remembering(bind(context))
    raise typer.Exit(code=serve(settings, turn, context.kb.replies, context.kb, shelf))

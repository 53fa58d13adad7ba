"""The verbs of those who curate and measure: check, split, gaps, triage, eval, bench, train."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.brain import bind, build_context, check_country, knowledge_dir, stand_beside
from bot.evaluation.bench import time_turns
from bot.evaluation.kept import keep
from bot.evaluation.messages import Judged, RowsError, figures, measure, read_rows
from bot.evaluation.report import broken, floors, show_errors, show_figures, show_writers
from bot.evaluation.writers import leave_one_out, voices
from bot.kb.alarms import load_alarms
from bot.kb.diff import changes
from bot.kb.knowledge import Knowledge
from bot.kb.loading import load, stands_beside
from bot.kb.split_files import split_into
from bot.settings import Settings, load_settings
from bot.turn.alert import listing
from bot.turn.context import Context

if TYPE_CHECKING:
    from bot.curating import Asked

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"  # with the floors; not in a wheel

Beside = Annotated[
    Path | None, typer.Option(help="A clinic's own document, to stand beside the base.")
]


def context_of(settings: Settings, beside: Path | None = None) -> Context:
    """The turn's context, with a progress bar while the matcher is trained."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Learning the examples, once", total=1.0, visible=False)

        def learnt(share: float) -> None:
            bar.update(task, completed=share, visible=True)

        context = build_context(settings, learnt)
    return stand_beside(context, beside, settings) if beside else context


def check(
    directory: Annotated[
        Path | None, typer.Argument(help="A knowledge base; without it the configured one.")
    ] = None,
) -> None:
    """Check the knowledge base: every span, hash, edge, id, example and review mark."""
    settings = load_settings()
    root = directory or knowledge_dir(settings)
    kb = _loaded(root, settings)
    check_country(kb, settings)
    checked = dict(kb.checked)
    if not stands_beside(root):
        checked["alarm messages"] = len(load_alarms(root, kb.triage, settings.language))
    for name, count in checked.items():
        print(f"{count:6d} {name} checked" if "signed" not in name else f"{count:6d} {name}")
    print("no fault found")


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


def triage(
    *, list_: Annotated[bool, typer.Option("--list", help="Show what triggers.")] = True
) -> None:
    """Show openly which red flags there are, what triggers them and what is said."""
    settings = load_settings()
    if list_:
        print(listing(load(knowledge_dir(settings), settings.language).triage))


def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="JSON lines with labels; without any, the knowledge base's own."),
    ] = None,
    *,
    chosen: Annotated[
        str | None,
        typer.Option("--set", help="A file of the knowledge base's evaluation/; messages."),
    ] = None,
    red_flags: Annotated[
        bool, typer.Option("--triage", help="The set triage, where --set names no other.")
    ] = False,
    writers: Annotated[
        bool, typer.Option("--writers", help="Leave one writer of the examples out (minutes).")
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
    if writers:
        _show_writers(load(beside or knowledge_dir(settings), settings.language))
        return
    name = chosen or ("triage" if red_flags else "messages")
    chosen_files = files or [_set_of(beside or knowledge_dir(settings), name)]
    rows = [row for file in chosen_files for row in read_rows(file)]
    context = context_of(settings, beside)
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
    faults = [] if files or beside else broken(found, floors(PYPROJECT, name))
    for fault in faults:
        Console(stderr=True).print(fault, style="red")
    raise typer.Exit(code=int(bool(faults)))


def _set_of(root: Path, name: str) -> Path:
    """The file of a set in a knowledge base's own evaluation/."""
    folder = root / "evaluation"
    file = folder / f"{name}.jsonl"
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.jsonl"))) or "none"
        raise RowsError(f"there is no set {name!r} in {folder}; the sets there: {known}")
    return file


def _show_writers(kb: Knowledge) -> None:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Learning", total=len(voices(kb)))
        found = list(leave_one_out(kb, lambda: bar.advance(task)))
    show_writers(found, Console())


def _draw(judged: list[Judged], context: Context, into: Path) -> None:
    try:
        from bot.evaluation.plots import draw  # noqa: PLC0415 - matplotlib is optional
    except ImportError as why:
        raise typer.BadParameter(
            f"pictures need the extra: pip install -e '.[plots]' ({why.name} is missing)"
        ) from why
    for path in draw(judged, list(context.kb.passages), into):
        print(f"written: {path}")


def bench(
    questions: Annotated[int, typer.Option(help="How many questions to ask.", min=10)] = 500,
) -> None:
    """Time whole turns on the knowledge base's own messages; peers: see bench/."""
    settings = load_settings()
    rows = read_rows(knowledge_dir(settings) / "evaluation" / "messages.jsonl")
    timed = time_turns(bind(context_of(settings)), [row.said[-1] for row in rows], questions)
    print("\n".join(timed.lines()))


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
    root = knowledge_dir(settings)
    kb = _loaded(root, settings)
    train_encoder(kb, load_alarms(root, kb.triage, settings.language), into, print)


VERBS = (check, split, gaps, triage, bench, train)

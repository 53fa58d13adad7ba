"""The dose calculator's inline cards: ``@bot 70 kg``, ``@bot 60 mg 70 kg``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.kb.knowledge import Knowledge
from bot.turn.dose import dose_reply
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.dose_sums import dose_figures, plain
from bot.turn.memory import Memory
from bot.turn.reply import Citation, Kind

_READINGS = (Problem.UNIT, Problem.TWO_WEIGHTS)


@dataclass(frozen=True)
class Card:
    """One inline result: what the list shows, and the ``text`` that is sent when it is picked.

    ``id`` is short and says nothing of the weight. ``text`` shows each quote unchanged.
    """

    id: str
    title: str
    description: str
    text: str
    citations: tuple[Citation, ...] = ()


def dose_cards(
    request: DoseRequest,
    kb: Knowledge,
    *,
    calculator: bool = True,
    show_notes: bool = True,
) -> tuple[Card, ...]:
    """A card for each reading of the weight; a card that says what is missing where none fits.

    An ambiguous number gives both readings as cards, so that the person picks, not we.
    """
    if calculator and request.problem in _READINGS and request.readings:
        readings = [
            replace(request, weight=reading, readings=(), problem=None)
            for reading in request.readings
            if kb.dose.weight.least_kg <= reading.kg <= kb.dose.weight.most_kg
        ]
        if readings:
            return tuple(_card(one, kb, n, show_notes) for n, one in enumerate(readings))
    if not calculator or request.problem is not None or request.weight is None:
        return (_said(request, kb, calculator=calculator, show_notes=show_notes),)
    return (_card(request, kb, 0, show_notes),)


def _card(request: DoseRequest, kb: Knowledge, index: int, show_notes: bool) -> Card:
    rules, figures = kb.dose, dose_figures(request, kb.dose)
    _, reply = dose_reply(request, kb, Memory(), show_notes=show_notes)
    shown = {
        "kg": _short(figures.weight_kg),
        "start": _short(figures.start_max_mg),
        "average": _short(figures.average_mg),
        "maximum": _short(figures.maximum_mg),
    }
    title, description = rules.say("card_title", **shown), rules.say("card_description", **shown)
    if figures.daily_mg is not None and figures.mg_per_kg is not None:
        own = {"daily": _short(figures.daily_mg), "ratio": _short(figures.mg_per_kg)}
        title = rules.say("card_own_title", kg=shown["kg"], **own)
        description = rules.say("card_own_description")
    return Card(
        id=f"dose-{index}",
        title=title,
        description=description,
        text=reply.text,
        citations=reply.citations,
    )


def _said(request: DoseRequest, kb: Knowledge, *, calculator: bool, show_notes: bool) -> Card:
    """A card without a figure: what is missing, refused, or the passages only."""
    _, reply = dose_reply(request, kb, Memory(), calculator=calculator, show_notes=show_notes)
    cited = reply.kind is Kind.ANSWER
    key = "card_passages_title" if cited else "card_help_title"
    return Card(
        id="dose-passages" if cited else "dose-help",
        title=kb.dose.say(key),
        description=reply.text.partition("\n")[0],
        text=reply.text,
        citations=reply.citations,
    )


def _short(value: float) -> str:
    return plain(Decimal(str(value)))

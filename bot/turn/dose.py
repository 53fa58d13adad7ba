"""The dose calculator's reply: the document's three limits for a body weight, with the working.

The only formula is ``weight in kg × limit in mg/kg``; the limits are in ``dose.yaml``. Nothing
here recommends a dose.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.capsules_said import capsule_button, capsules_reply, needs_weight
from bot.turn.dose_asks import REFUSED, confirming, problem_reply
from bot.turn.dose_barred import barred
from bot.turn.dose_doubt import doubting
from bot.turn.dose_request import (
    ASKING_AGE,
    ASKING_DAILY,
    ASKING_DRUG,
    ASKING_UNIT,
    ASKING_WEIGHT,
    DoseRequest,
    Problem,
    keeping,
    kept_of,
)
from bot.turn.dose_sums import (
    daily_mg,
    dose_figures,
    limit_mg,
    plain,
    rounded,
    shown_kg,
    weight_of,
)
from bot.turn.figures_scan import Dose, Weight
from bot.turn.memory import Memory
from bot.turn.reply import DoseFigures, Kind, Reply, ShownNote, Suggestion
from bot.turn.voices import cite, first_notes, voices

_ASKING = {
    Problem.UNIT: ASKING_UNIT,
    Problem.AGE: ASKING_AGE,
    Problem.TWO_DOSES: ASKING_DAILY,
    Problem.NOT_DAILY: ASKING_DAILY,
    Problem.DAILY: ASKING_DAILY,
    Problem.WHICH_DRUG: ASKING_DRUG,
}
_DOUBTED = {Problem.RANGE, Problem.UNIT, Problem.TWO_WEIGHTS, Problem.UNREADABLE}


def dose_reply(
    request: DoseRequest,
    kb: Knowledge,
    memory: Memory,
    *,
    calculator: bool = True,
    show_notes: bool = True,
) -> tuple[Memory, Reply]:
    """Answer a request; with ``calculator`` off, the passages only and no figure.

    Without ``show_notes`` our notes are left out, but for those that safety needs.
    """
    memory = doubting(memory, request)
    if request.problem in REFUSED:
        return barred(_closed(memory), request.problem), problem_reply(request, kb)
    if not calculator:
        return _closed(memory), _passages_only(kb, show_notes=show_notes)
    if request.target_mg is not None and needs_weight(request.target_mg, kb.dose, memory):
        daily = Dose(request.target_mg, "", said_daily=True)
        request = DoseRequest(daily=daily, problem=Problem.NO_WEIGHT)
    if request.target_mg is not None:
        after = memory.model_copy(update={"asking": None, "details": {"dose": _told(memory)}})
        return after, capsules_reply(request.target_mg, request.market, kb, memory)
    if request.problem is Problem.WEIGHT_OR_DOSE:
        return _either(request, memory), problem_reply(request, kb)
    if request.problem is not None:
        return _asking(request, memory), problem_reply(request, kb)
    figures = dose_figures(request, kb.dose)
    after = _answered(request, memory).spoke_of({kb.dose.general_passage: 1.0})
    return after, _figures_reply(request, figures, kb, show_notes=show_notes)


def _figures_reply(
    request: DoseRequest, figures: DoseFigures, kb: Knowledge, *, show_notes: bool
) -> Reply:
    rules, weight = kb.dose, weight_of(request)
    kg = shown_kg(weight.kg)
    parts = [_read_back(weight, kg, rules)]
    if figures.daily_mg is not None:
        parts.append(_own(request, figures, kg, rules))
    parts.append(rules.say("heading"))
    citations = []
    for name in ("start", "average", "maximum"):
        limit = getattr(rules.limits, name)
        cited = cite(kb, limit.passage)
        citations.append(cited)
        mg = plain(limit_mg(weight.kg, limit.mg_per_kg))
        working = rules.say(name, kg=kg, ratio=plain(limit.mg_per_kg), mg=mg)
        parts.append("\n".join([working, *voices(rules, [cited])]))
    notes = safety_notes(kb, show_notes=show_notes)
    parts += voices(rules, notes=notes)
    parts += [f"{rules.say('meaning')} {rules.say('rounding')}", rules.say("disclaimer")]
    return Reply(
        kind=Kind.DOSE,
        text="\n\n".join(parts),
        citations=tuple(citations),
        notes=notes,
        dose=figures,
        suggestions=_offers(request, figures, kb),
    )


def safety_notes(kb: Knowledge, *, show_notes: bool = True) -> tuple[ShownNote, ...]:
    """The first note of each passage that is cited, and of the one on pregnancy.

    Those on the highest amount and on pregnancy stay whatever the operator's switch says.
    """
    limits = kb.dose.limits
    others = first_notes(kb, (limits.start.passage, limits.average.passage), show_notes=show_notes)
    kept = first_notes(kb, (limits.maximum.passage, kb.dose.pregnancy_passage), show_notes=True)
    return others + kept


def _read_back(weight: Weight, kg: str, rules: DoseRules) -> str:
    if not weight.words:
        return rules.say("read_before", kg=kg)
    if weight.unit == "kg":
        return rules.say("read", words=f"{kg} kg")
    return rules.say("read_as", words=weight.words, kg=kg)


def _own(request: DoseRequest, figures: DoseFigures, kg: str, rules: DoseRules) -> str:
    """Where the person's own dose lies, and a firm word where it lies above all."""
    daily = daily_mg(request) or Decimal(0)
    key = "own" if request.daily is not None else "own_ratio"
    ratio = plain(Decimal(str(figures.mg_per_kg)))
    said = [rules.say(key, daily=plain(rounded(daily)), kg=kg, ratio=ratio)]
    said.append(rules.say(figures.position or "above_maximum"))
    if request.daily is not None and not request.daily.said_daily:
        said.append(rules.say("own_supposed"))
    return " ".join(said)


def _offers(request: DoseRequest, figures: DoseFigures, kb: Knowledge) -> tuple[Suggestion, ...]:
    """What to ask on: how often a dose is taken, and the capsules of each amount."""
    rules, kg = kb.dose, shown_kg(weight_of(request).kg)
    buttons: list[Suggestion] = []
    daily = request.daily.mg if request.daily is not None else None
    if request.daily is not None and daily is not None and not request.daily.said_daily:
        for often in ("twice a day", "every other day"):
            said = f"{plain(daily)} mg {often}"
            label = rules.say("button_often", said=said)
            buttons.append(Suggestion(label=label, command=f"{said} at {kg} kg"))
    if daily is not None and figures.position != "above_maximum":
        buttons.append(capsule_button(daily, rules))
    amounts = (figures.start_max_mg, figures.average_mg)
    buttons += [capsule_button(Decimal(str(mg)), rules) for mg in amounts]
    unique = {button.command: button for button in buttons}
    return (*unique.values(), _passage_button(kb, "button_general", rules.general_passage))


def _passage_button(kb: Knowledge, key: str, name: str) -> Suggestion:
    span = kb.passages[name].span
    return Suggestion(label=kb.dose.say(key), passage=name, start=span.start, end=span.end)


def _passages_only(kb: Knowledge, *, show_notes: bool) -> Reply:
    limits = kb.dose.limits
    names = (limits.start.passage, limits.average.passage, limits.maximum.passage)
    citations = tuple(cite(kb, name) for name in names)
    notes = safety_notes(kb, show_notes=show_notes)
    said = voices(kb.dose, citations, notes)
    parts = [kb.dose.say("off"), *said, kb.dose.say("disclaimer")]
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), citations=citations, notes=notes)


def _closed(memory: Memory) -> Memory:
    return memory.model_copy(update={"asking": None, "details": {}})


def _told(memory: Memory) -> dict[str, str]:
    """What of a weight stays known: its number and unit, as they were written."""
    kept = kept_of(memory)
    return {name: kept[name] for name in ("number", "unit") if name in kept}


def _either(request: DoseRequest, memory: Memory) -> Memory:
    """The weight told before stays, for "80 mg"; "kg" says that the number is a weight."""
    kept = _told(memory)
    if request.readings:
        kept["number"] = request.readings[0].number
    return memory.model_copy(update={"asking": None, "details": {"dose": kept}})


def _asking(request: DoseRequest, memory: Memory) -> Memory:
    """Remember what was asked back, and what was already told."""
    kept = keeping(request)
    if request.anothers:
        kept["anothers"] = "yes"
    if request.problem is Problem.WHICH_DRUG:
        kept["said"] = confirming(request)
    if request.problem is Problem.UNIT:
        kept["number"] = request.readings[0].number
    asking = _ASKING.get(request.problem, ASKING_WEIGHT) if request.problem else ASKING_WEIGHT
    if request.weight is not None and asking in (ASKING_AGE, ASKING_DAILY):
        kept["weight"] = shown_kg(request.weight.kg)
    update: dict[str, Any] = {"asking": asking, "details": {"dose": kept}, "isotretinoin": True}
    if request.problem in _DOUBTED or (request.weight is not None and request.weight.words):
        update["weight_kg"] = None  # an earlier weight is in doubt as well
    return memory.model_copy(update=update)


def _answered(request: DoseRequest, memory: Memory) -> Memory:
    weight = weight_of(request)
    kept = {"number": weight.number, "unit": weight.unit, **keeping(request)}
    if not weight.words:  # the weight of an earlier turn: its number stays as it was written
        kept |= _told(memory)
    update = {
        "asking": None,
        "details": {"dose": kept},
        "weight_kg": weight.kg,
        "anothers_weight": request.anothers if weight.words else memory.anothers_weight,
        "isotretinoin": True,
        "topic": None,
    }
    return memory.model_copy(update=update)

"""The dose calculator's reply: the document's three limits for a body weight, with the working.

The only formula is ``weight in kg × limit in mg/kg``; the limits are in ``dose.yaml``. Nothing
here recommends a dose.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.capsules import CapsuleSet, capsule_sets
from bot.turn.figures import ASKING_UNIT, ASKING_WEIGHT, DoseRequest, Problem
from bot.turn.figures_scan import Weight
from bot.turn.memory import Memory
from bot.turn.reply import Citation, DoseFigures, Kind, Reply, ShownNote, Suggestion

_TENTH, _HUNDREDTH = Decimal("0.1"), Decimal("0.01")
_REFUSED = {
    Problem.OTHER_DRUG,
    Problem.PET,
    Problem.UNDER_AGE,
    Problem.PREGNANT,
    Problem.BREASTFEEDING,
}


def dose_reply(
    request: DoseRequest, kb: Knowledge, memory: Memory, *, calculator: bool = True
) -> tuple[Memory, Reply]:
    """Answer a request; with ``calculator`` off, the passages only and no figure."""
    if request.problem in _REFUSED:
        return _closed(memory), _problem_reply(request, kb)
    if not calculator:
        return _closed(memory), _passages_only(kb)
    if request.target_mg is not None:
        return _closed(memory), _capsules_reply(request.target_mg, kb, memory)
    if request.problem is not None:
        return _asking(request, memory), _problem_reply(request, kb)
    figures = dose_figures(request, kb.dose)
    return _answered(request, memory), _figures_reply(request, figures, kb)


def dose_figures(request: DoseRequest, rules: DoseRules) -> DoseFigures:
    """The figures of a request that has a weight and no problem; each limit rounded down."""
    weight = _weight(request)
    daily = daily_mg(request)
    ratio = position = None
    if daily is not None:
        position = _position(daily, weight.kg, rules)
        ratio = _ratio(daily / weight.kg, rules)
    return DoseFigures(
        weight_kg=float(weight.kg.quantize(_TENTH, rounding=ROUND_HALF_UP)),
        start_max_mg=float(limit_mg(weight.kg, rules.limits.start.mg_per_kg)),
        average_mg=float(limit_mg(weight.kg, rules.limits.average.mg_per_kg)),
        maximum_mg=float(limit_mg(weight.kg, rules.limits.maximum.mg_per_kg)),
        daily_mg=None if daily is None else float(_rounded(daily)),
        mg_per_kg=None if ratio is None else float(ratio),
        position=position,
    )


def limit_mg(kg: Decimal, mg_per_kg: Decimal) -> Decimal:
    """Weight × limit, in mg a day, cut (never rounded up) to 0.1 mg."""
    return (kg * mg_per_kg).quantize(_TENTH, rounding=ROUND_DOWN)


def daily_mg(request: DoseRequest) -> Decimal | None:
    """The person's own dose in mg a day, exact."""
    if request.daily is not None:
        return request.daily.mg
    return None if request.ratio is None else request.ratio * _weight(request).kg


def plain(value: Decimal) -> str:
    """A decimal without trailing zeros: 70, 70.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_kg(kg: Decimal) -> str:
    """A weight as the working shows it: cut to 0.01 kg, so that the sum shown comes out."""
    return plain(kg.quantize(_HUNDREDTH, rounding=ROUND_DOWN))


def cite(kb: Knowledge, name: str) -> Citation:
    """Cite a passage by its id."""
    return Citation.of(kb.passages[name], kb.source)


def _rounded(daily: Decimal) -> Decimal:
    return daily.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def _weight(request: DoseRequest) -> Weight:
    if request.weight is None:
        raise ValueError("a request without a weight has no figures")
    return request.weight


def _position(daily: Decimal, kg: Decimal, rules: DoseRules) -> str:
    """Where a daily dose lies, from the exact amounts, not from rounded ones."""
    limits = rules.limits
    for name, limit in (
        ("within_start", limits.start),
        ("within_average", limits.average),
        ("within_maximum", limits.maximum),
    ):
        if daily <= limit.mg_per_kg * kg:
            return name
    return "above_maximum"


def _ratio(ratio: Decimal, rules: DoseRules) -> Decimal:
    """Mg per kg to 0.01; rounded up where rounding would hide that a limit is passed."""
    near = ratio.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)
    limits = rules.limits
    for limit in (limits.start, limits.average, limits.maximum):
        if near <= limit.mg_per_kg < ratio:
            return ratio.quantize(_HUNDREDTH, rounding=ROUND_UP)
        if ratio <= limit.mg_per_kg < near:
            return ratio.quantize(_HUNDREDTH, rounding=ROUND_DOWN)
    return near


def _figures_reply(request: DoseRequest, figures: DoseFigures, kb: Knowledge) -> Reply:
    rules, weight = kb.dose, _weight(request)
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
        parts.append(f"{working}\n{rules.say('quoted', quote=cited.quote)}")
    notes = safety_notes(kb)
    parts += [rules.say("note", text=note.text, authority=note.authority) for note in notes]
    parts += [f"{rules.say('meaning')} {rules.say('rounding')}", rules.say("disclaimer")]
    return Reply(
        kind=Kind.DOSE,
        text="\n\n".join(parts),
        citations=tuple(citations),
        notes=notes,
        dose=figures,
        suggestions=_offers(figures, kb),
    )


def safety_notes(kb: Knowledge) -> tuple[ShownNote, ...]:
    """The first note of each passage that is cited, and of the one on pregnancy."""
    limits = kb.dose.limits
    names = (
        limits.start.passage,
        limits.average.passage,
        limits.maximum.passage,
        kb.dose.pregnancy_passage,
    )
    return tuple(ShownNote.of(kb.passages[name].notes[0]) for name in names)


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
    said = [rules.say(key, daily=plain(_rounded(daily)), kg=kg, ratio=ratio)]
    said.append(rules.say(figures.position or "above_maximum"))
    if request.daily is not None and not request.daily.said_daily:
        said.append(rules.say("own_supposed"))
    return " ".join(said)


def _offers(figures: DoseFigures, kb: Knowledge) -> tuple[Suggestion, ...]:
    rules, mg = kb.dose, plain(Decimal(str(figures.start_max_mg)))
    capsules = Suggestion(label=rules.say("button_capsules", mg=mg), command=f"capsules {mg} mg")
    return (capsules, _passage_button(kb, "button_general", rules.general_passage))


def _passage_button(kb: Knowledge, key: str, name: str) -> Suggestion:
    span = kb.passages[name].span
    return Suggestion(label=kb.dose.say(key), passage=name, start=span.start, end=span.end)


def _problem_reply(request: DoseRequest, kb: Knowledge) -> Reply:
    """Say what is missing or wrong, and what would be accepted; never a dose."""
    rules, problem = kb.dose, request.problem or Problem.NO_WEIGHT
    weight = rules.weight
    number = request.readings[0].number if request.readings else ""
    text = rules.say(
        problem.value,
        number=number,
        what=request.what,
        years=rules.age.years,
        reason=weight.reason.strip(),
        least=plain(rules.least_daily_mg if problem is Problem.DAILY else weight.least_kg),
        most=plain(rules.most_daily_mg if problem is Problem.DAILY else weight.most_kg),
        least_lb=_pounds(weight.least_kg, rules, up=True),
        most_lb=_pounds(weight.most_kg, rules, up=False),
    )
    citations: tuple[Citation, ...] = ()
    if problem is Problem.UNDER_AGE:
        citations = (cite(kb, rules.age.passage),)
        text = f"{text}\n\n{rules.say('quoted', quote=citations[0].quote)}"
    if problem is Problem.PREGNANT:
        citations = (cite(kb, rules.pregnancy_passage),)
        note = ShownNote.of(kb.passages[rules.pregnancy_passage].notes[0])
        said = rules.say("note", text=note.text, authority=note.authority)
        text = f"{text}\n\n{rules.say('quoted', quote=citations[0].quote)}\n\n{said}"
    return Reply(
        kind=Kind.NOT_COVERED if problem in _REFUSED else Kind.CLARIFY,
        text=text,
        citations=citations,
        suggestions=_choices(request, kb),
    )


def _pounds(kg: Decimal, rules: DoseRules, *, up: bool) -> str:
    """A limit in whole pounds, inside the range."""
    pounds = kg / rules.kg_in_pound
    return plain(pounds.quantize(Decimal(1), rounding=ROUND_UP if up else ROUND_DOWN))


def _choices(request: DoseRequest, kb: Knowledge) -> tuple[Suggestion, ...]:
    """Buttons for what the question back can be answered with."""
    rules = kb.dose
    if request.problem is Problem.AGE and request.weight is not None:
        kg = shown_kg(request.weight.kg)
        own = request.daily.mg if request.daily is not None else None
        dose = f"{plain(own)} mg a day at " if own is not None else "dose for "
        years = rules.age.years
        return (
            Suggestion(label=rules.say("button_old"), command=f"{dose}{kg} kg, age {years}"),
            Suggestion(label=rules.say("button_young"), command=f"{dose}{kg} kg, age {years - 1}"),
        )
    if request.problem is Problem.UNIT:
        return tuple(_reading_button(reading, rules) for reading in request.readings)
    if request.problem in (Problem.TWO_WEIGHTS, Problem.NO_WEIGHT, Problem.TWO_DOSES):
        buttons = [_reading_button(reading, rules) for reading in request.readings]
        if request.problem is Problem.TWO_DOSES and request.weight is not None:
            kg = shown_kg(request.weight.kg)
            said = [plain(d.mg) for d in request.doses if d.mg is not None]
            commands = [f"{mg} mg a day at {kg} kg" for mg in dict.fromkeys(said)]
            buttons = [Suggestion(label=c[:64], command=c) for c in commands]
        return tuple(buttons)
    return ()


def _reading_button(reading: Weight, rules: DoseRules) -> Suggestion:
    kg = plain(reading.kg.quantize(_TENTH, rounding=ROUND_HALF_UP))
    if reading.unit == "kg":
        return Suggestion(label=f"{kg} kg", command=f"{reading.number} kg")
    label = rules.say("button_weight", words=reading.words[:40], kg=kg)
    return Suggestion(label=label, command=reading.words)


def _passages_only(kb: Knowledge) -> Reply:
    limits = kb.dose.limits
    names = (limits.start.passage, limits.average.passage, limits.maximum.passage)
    citations, notes = tuple(cite(kb, name) for name in names), safety_notes(kb)
    parts = [kb.dose.say("off")]
    parts += [kb.dose.say("quoted", quote=cited.quote) for cited in citations]
    parts += [kb.dose.say("note", text=n.text, authority=n.authority) for n in notes]
    parts.append(kb.dose.say("disclaimer"))
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), citations=citations, notes=notes)


def _capsules_reply(target: Decimal, kb: Knowledge, memory: Memory) -> Reply:
    """Capsules for an amount, unless it passes the ceiling for the weight that is known."""
    rules = kb.dose
    kg = memory.weight_kg if memory.weight_kg is not None else rules.weight.most_kg
    ceiling = limit_mg(kg, rules.limits.maximum.mg_per_kg)
    cited = cite(kb, rules.general_passage)
    note = ShownNote.of(kb.passages[rules.general_passage].notes[0])
    if target > ceiling:
        text = rules.say(
            "capsules_too_much", mg=plain(target), most=plain(ceiling), kg=shown_kg(kg)
        )
        return Reply(kind=Kind.CLARIFY, text=text)
    lines = [rules.say("capsules_heading", mg=plain(target))]
    for market in rules.markets:
        for times in market.doses_a_day:
            sets = capsule_sets(target, market.strengths_mg, times)
            lines.append(_capsules_line(market.label, times, sets, rules))
    parts = ["\n".join(lines), rules.say("capsules_derived")]
    parts += [rules.say("quoted", quote=cited.quote)]
    parts += [rules.say("note", text=note.text, authority=note.authority)]
    parts += [rules.say("disclaimer")]
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), citations=(cited,), notes=(note,))


def _capsules_line(market: str, times: int, sets: tuple[CapsuleSet, ...], rules: DoseRules) -> str:
    often = rules.say("once" if times == 1 else "twice")
    if not sets:
        return rules.say("capsules_none", market=market, times=often)
    best = sets[0]
    doses = rules.says["then"].join(" + ".join(map(plain, dose)) for dose in best.doses)
    percent = plain(best.difference).replace("-", "−")
    difference = rules.say("below", percent=percent) if best.difference else rules.say("exact")
    return rules.say(
        "capsules_line",
        market=market,
        times=often,
        set=doses,
        total=plain(best.total_mg),
        difference=difference,
    )


def _closed(memory: Memory) -> Memory:
    return memory.model_copy(update={"asking": None, "details": {}})


def _asking(request: DoseRequest, memory: Memory) -> Memory:
    """Remember what was asked back, and what was already told."""
    kept: dict[str, Any] = {}
    if request.daily is not None and request.daily.mg is not None:
        kept["daily"] = str(request.daily.mg)
    if request.problem is Problem.UNIT:
        kept["number"] = request.readings[0].number
    asking = ASKING_UNIT if request.problem is Problem.UNIT else ASKING_WEIGHT
    return memory.model_copy(
        update={"asking": asking, "details": {"dose": kept}, "isotretinoin": True}
    )


def _answered(request: DoseRequest, memory: Memory) -> Memory:
    weight = _weight(request)
    kept = {"number": weight.number, "unit": weight.unit}
    if not weight.words:  # the weight of an earlier turn: its number stays as it was written
        kept |= memory.details.get("dose") or {}
        kept.pop("daily", None)
    if request.daily is not None and request.daily.mg is not None:
        kept["daily"] = str(request.daily.mg)
    update = {
        "asking": None,
        "details": {"dose": kept},
        "weight_kg": weight.kg,
        "isotretinoin": True,
        "topic": None,
    }
    return memory.model_copy(update=update)

"""What the calculator asks back or refuses, and the buttons that answer it; never a dose."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.dose_sums import TENTH, amount, plain, shown_kg
from bot.turn.figures import lone_weight
from bot.turn.figures_scan import Weight
from bot.turn.reply import Citation, Kind, Reply, ShownNote, Suggestion
from bot.turn.voices import cite, first_notes, voices

REFUSED = {
    Problem.OTHER_DRUG,
    Problem.PET,
    Problem.UNDER_AGE,
    Problem.PREGNANT,
    Problem.BREASTFEEDING,
}
NO_DOSE = "dose"  # why nothing was answered: the calculator refuses
_TAKEN_BACK = {  # the button that takes a refusal back, and what it says
    Problem.PREGNANT: ("button_not_pregnant", "not pregnant"),
    Problem.BREASTFEEDING: ("button_not_breastfeeding", "not breastfeeding"),
    Problem.UNDER_AGE: ("button_old", "age 12 or older"),
}


def body_weight_reply(text: str, kb: Knowledge) -> Reply | None:
    """Ask whether a weight is a person's, where a message said nothing else that we know."""
    weight = lone_weight(text, kb.dose)
    if weight is None:
        return None
    kg = shown_kg(weight.kg)
    button = Suggestion(label=kb.dose.say("button_range", kg=kg), command=f"dose for {kg} kg")
    return Reply(kind=Kind.CLARIFY, text=kb.dose.say("body_weight", kg=kg), suggestions=(button,))


def problem_reply(request: DoseRequest, kb: Knowledge) -> Reply:
    """Say what is missing or wrong, and what would be accepted; never a dose."""
    rules, problem = kb.dose, request.problem or Problem.NO_WEIGHT
    weight = rules.weight
    doses = [plain(dose.mg) for dose in request.doses if dose.mg is not None]
    number = request.readings[0].number if request.readings else "".join(doses[:1])
    text = rules.say(
        problem.value,
        number=number,
        what=request.what or in_words(request),
        years=rules.age.years,
        reason=weight.reason.strip(),
        least=plain(rules.least_daily_mg if problem is Problem.DAILY else weight.least_kg),
        most=plain(rules.most_daily_mg if problem is Problem.DAILY else weight.most_kg),
        least_lb=_pounds(weight.least_kg, rules, up=True),
        most_lb=_pounds(weight.most_kg, rules, up=False),
    )
    citations: tuple[Citation, ...] = ()
    notes: tuple[ShownNote, ...] = ()
    if problem is Problem.UNDER_AGE:
        citations = (cite(kb, rules.age.passage),)
    if problem is Problem.PREGNANT:
        citations = (cite(kb, rules.pregnancy_passage),)
        notes = first_notes(kb, [rules.pregnancy_passage], show_notes=True)
    return Reply(
        kind=Kind.NOT_COVERED if problem in REFUSED else Kind.CLARIFY,
        text="\n\n".join([text, *voices(rules, citations, notes)]),
        citations=citations,
        notes=notes,
        refused=NO_DOSE if problem in REFUSED else None,
        suggestions=_choices(request, kb),
    )


def in_words(request: DoseRequest) -> str:
    """A dose at a weight, or the dose that is asked for it, as a message that says both."""
    if request.weight is None:
        return ""
    kg, daily = shown_kg(request.weight.kg), request.daily
    if daily is None or daily.mg is None:
        dose = "the dose" if request.ratio is None else f"{plain(request.ratio)} mg/kg"
        return f"{dose} at {kg} kg"
    return f"{amount(daily)} at {kg} kg"


def confirming(request: DoseRequest) -> str:
    """The same, as a message that it is of isotretinoin for a person."""
    return f"isotretinoin for a person, {in_words(request)}"


def _pounds(kg: Decimal, rules: DoseRules, *, up: bool) -> str:
    """A limit in whole pounds, inside the range."""
    pounds = kg / rules.kg_in_pound
    return plain(pounds.quantize(Decimal(1), rounding=ROUND_UP if up else ROUND_DOWN))


def _choices(request: DoseRequest, kb: Knowledge) -> tuple[Suggestion, ...]:
    """Buttons for what the question back can be answered with."""
    rules = kb.dose
    if request.problem is Problem.NOT_DAILY:
        return _each_day(request, rules)
    if request.problem is Problem.AGE and request.weight is not None:
        words, years = in_words(request), rules.age.years
        return (
            Suggestion(label=rules.say("button_old"), command=f"{words}, age {years}"),
            Suggestion(label=rules.say("button_young"), command=f"{words}, age {years - 1}"),
        )
    if request.problem is Problem.WHICH_DRUG:
        label = rules.say("button_ours")
        return (Suggestion(label=label, command=confirming(request)),)
    if request.problem in _TAKEN_BACK:
        key, command = _TAKEN_BACK[request.problem]
        return (Suggestion(label=rules.say(key), command=command),)
    if request.problem is Problem.WEIGHT_OR_DOSE:
        return (
            *(_reading_button(one, rules) for one in request.readings),
            *_each_day(request, rules),
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


def _each_day(request: DoseRequest, rules: DoseRules) -> tuple[Suggestion, ...]:
    """A button that takes "60 mg a week" back: it is each day's after all."""
    weight, daily = request.weight, request.daily or next(iter(request.doses), None)
    if weight is None or daily is None or daily.amount is None:
        return ()
    said = f"{plain(daily.amount)} mg a day"
    label = rules.say("button_often", said=said)
    return (Suggestion(label=label, command=f"{said} at {shown_kg(weight.kg)} kg"),)


def _reading_button(reading: Weight, rules: DoseRules) -> Suggestion:
    kg = plain(reading.kg.quantize(TENTH, rounding=ROUND_HALF_UP))
    if reading.unit == "kg":
        return Suggestion(label=f"{kg} kg", command=f"{reading.number} kg")
    label = rules.say("button_weight", words=reading.words[:40], kg=kg)
    return Suggestion(label=label, command=reading.words)

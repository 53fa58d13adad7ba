"""A message as a request to the dose calculator, or none (figures: ``figures_read``)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from bot.kb.dose_rules import DoseRules, Reads
from bot.turn import dose_intent as intent
from bot.turn.dose_request import (
    ASKING_AGE,
    ASKING_DAILY,
    ASKING_DRUG,
    ASKING_UNIT,
    ASKING_WEIGHT,
    OURS,
    DoseRequest,
    Problem,
    daily_kept,
    kept_of,
)
from bot.turn.dose_sums import amount, plain
from bot.turn.figures_answer import how_often, in_mg, in_months, not_a_day, plain_age
from bot.turn.figures_bare import (
    answered,
    has_weight,
    i_am,
    next_one,
    next_person,
    put_right,
    weight_or_dose,
)
from bot.turn.figures_check import checked, one_dose, one_ratio, refusal, with_weight
from bot.turn.figures_person import OLDEST
from bot.turn.figures_read import read_figures
from bot.turn.figures_scan import Dose, Figures, Role, Weight
from bot.turn.figures_whose import (
    FOR_ME,
    I_AM,
    anothers_dose,
    anothers_weight,
    child_named,
    fits_kept,
    for_kin,
    may_be_young,
    meanings,
    present,
)
from bot.turn.memory import Memory

_CAPSULES_FOR = (
    r"^/?(?:(?:which|what|how many|how do i|how can i|how to|can i|can you|please|show|the|set of|"
    r"combination of|combine|make(?: up)?|split|get|do i need|does it take)\s+)*"
    r"(?:(?:capsules?|caps|pills)\b|(?:make(?: up)?|split|get)\s+<mg>[^.!?]{0,12}\bcapsules?\b)"
)
_YES = r"\W*(?:yes|yeah|yep|yup|ya|sure|correct|right)\b"
_GROWN = 18  # years from which "I'm 35" is a parent's age
_FEW = 4  # words about which we ask whether a weight is a person's
_ONE = 1  # word beside the figures, such as "dose", where nothing else is asked
_LONG = 220  # characters from which only the sentences around the weight tell what is asked


def read_dose(text: str, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Read a message; None where it is no question for the calculator."""
    figures = read_figures(text, rules)
    request = _read(text, figures, rules, memory)
    before = memory.asking in OURS and kept_of(memory).get("anothers")
    if request is None:
        return None
    theirs = before or request.child or anothers_weight(figures.shape, rules.reads)
    return replace(request, anothers=True) if theirs else request


def _read(text: str, figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    if (answer := _answer(text, figures, rules, memory)) is not None:
        return answer
    if (often := _often(text, rules, memory)) is not None:
        return often
    if (said := confirmed(figures.shape, rules, memory)) is not None:
        return read_dose(said, rules, Memory(doubts=memory.doubts))
    if (capsules := _capsules(figures, rules)) is not None:
        whose = memory.anothers_weight and re.search(FOR_ME, figures.shape)
        doubted = memory.doubts or _child_without_age(figures, rules, memory) or whose
        asked = DoseRequest(problem=Problem.NO_WEIGHT) if doubted else capsules
        return refusal(figures, rules) or asked
    request = _corrected(figures, rules, memory) or _asked(figures, rules, memory)
    if request is None or not _child_without_age(figures, rules, memory):
        return request
    computed = request.problem in (None, Problem.TWO_DOSES, Problem.NOT_DAILY, Problem.DAILY)
    return replace(request, child=True, problem=Problem.AGE if computed else request.problem)


def _asked(figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Read a message that is neither an answer of its own kind nor about capsules."""
    shape, reads = figures.shape, rules.reads
    explicit = bool(re.match(r"/(?:dose|dosage|calc)\b", shape))
    if not explicit and intent.matches(shape, reads.never):
        return None
    if (right := put_right(figures, rules, memory)) is not None:
        return checked(right, rules, memory)
    if (another := next_one(figures, rules, memory)) is not None:
        return checked(another, rules, memory)
    if (either := weight_or_dose(figures, rules, memory)) is not None:
        return either
    figures = next_person(figures, memory) or figures
    figures = answered(i_am(figures, rules), memory)
    if re.search(r"how many (?:\w+ of )?<mg>|<mg>[^.!?]{0,12} how many", shape):
        figures = replace(figures, doses=())  # the strength of a capsule, not a dose
    if not has_weight(figures):
        return _without_weight(figures, rules, memory, explicit=explicit)
    if not (explicit or _wanted(figures, rules, memory)):
        return None
    return checked(figures, rules, memory)


def _child_without_age(figures: Figures, rules: DoseRules, memory: Memory) -> bool:
    """Whether a child is spoken of, here or before, or a birth, and no age was said."""
    before = Problem.AGE.value in memory.doubts
    child = before or child_named(figures.shape, rules.reads) is not None
    return (child or may_be_young(figures, rules.age.years)) and not figures.ages


def _answer(text: str, figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Read the answer to "how old" or "how many mg a day", with the weight said before."""
    kept = kept_of(memory)
    asked = memory.asking in (ASKING_AGE, ASKING_DAILY) and not figures.shape.startswith("/")
    if not asked or "weight" not in kept or figures.weights or not _short_answer(figures, rules):
        return None
    numbers = {*figures.bare, *figures.loose, *figures.ages}
    if memory.asking == ASKING_AGE and in_months(text, rules):
        figures = replace(figures, ages=(Decimal(0),))
    elif not numbers and not figures.doses:
        return None
    if (refused := refusal(figures, rules)) is not None:
        return refused
    weight = kept["weight"]
    daily = daily_kept(memory)
    own = f"{amount(daily)}, " if daily is not None else ""
    whole = None
    if memory.asking == ASKING_DAILY:
        whole = in_mg(text, figures)
    elif len(numbers) == 1 and _of_the_child(max(numbers), figures, rules):
        whole = f"{own}age {max(numbers)}"
    if whole is not None:
        return read_dose(f"/dose {whole}, {weight} kg", rules, Memory())
    return DoseRequest(
        weight=Weight(Decimal(weight), f"{weight} kg", "kg", weight),
        daily=daily,
        problem=Problem.AGE if memory.asking == ASKING_AGE else Problem.NOT_DAILY,
    )


def _often(text: str, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Read "twice a day", said under figures to "is that per day?", of the dose just told."""
    daily, kg = daily_kept(memory), memory.weight_kg
    if memory.asking is not None or daily is None or daily.said_daily or kg is None:
        return None
    weight = Weight(kg, "", "kg", str(kg))
    if not_a_day(text):
        return DoseRequest(weight=weight, problem=Problem.NOT_DAILY)
    how = how_often(text)
    if how is None:
        return None
    asked = read_dose(f"/dose {plain(daily.mg or Decimal(0))} mg {how}, {kg} kg", rules, Memory())
    return asked and replace(asked, weight=weight)


def _of_the_child(years: Decimal, figures: Figures, rules: DoseRules) -> bool:
    """Whether a number tells the child's age; "I'm 35" tells the parent's."""
    parents = years >= _GROWN and re.search(I_AM, figures.shape)
    return years <= OLDEST and not parents and plain_age(figures.shape, rules)


def _short_answer(figures: Figures, rules: DoseRules) -> bool:
    return len(intent.leftover(figures.shape, rules.reads)) <= _FEW


def lone_weight(text: str, rules: DoseRules) -> Weight | None:
    """The one weight in a short message that nothing else could be made of."""
    figures = read_figures(text, rules)
    weights, reads = present(figures.weights), rules.reads
    if len(weights) != 1 or figures.ranged or figures.unreadable:
        return None
    unlike = intent.other_drug(figures.shape, reads) or intent.says(figures.shape, reads.pets)
    if unlike or len(intent.leftover(figures.shape, reads)) > _FEW:
        return None
    within = rules.weight.least_kg <= weights[0].kg <= rules.weight.most_kg
    return weights[0] if within else None


def _capsules(figures: Figures, rules: DoseRules) -> DoseRequest | None:
    """Read "capsules 35 mg", "which capsules make 49 mg in the uk"."""
    shape = figures.shape
    amounts = {dose.amount for dose in figures.doses}
    if len(amounts) != 1 or has_weight(figures) or not re.search(_CAPSULES_FOR, shape):
        return None
    target = amounts.pop()
    left = re.sub(_CAPSULES_FOR, " ", shape)
    market = None
    for one in rules.markets:
        for word in (one.id, *one.words):
            without = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", left)
            market, left = (one.id, without) if without != left else (market, left)
    if target is None or intent.leftover(left, rules.reads):
        return None
    return DoseRequest(target_mg=target, market=market)


def _wanted(figures: Figures, rules: DoseRules, memory: Memory) -> bool:
    """Whether the weight was said to get a dose for it."""
    reads, shape = rules.reads, figures.shape
    if memory.asking in OURS and intent.short(shape, reads):
        return True
    if re.fullmatch(r"<bare>\W*", shape):  # no number that answers another question
        return memory.asking is None and bool(meanings(figures.bare[0], rules))
    scope = _scope(shape)
    if intent.other_thing(shape, reads):
        return False
    if intent.other_drug(shape, reads) and intent.matches(scope, (*reads.asks, *reads.names)):
        return True
    if intent.matches(shape, reads.elsewhere):
        return intent.asks(scope, reads, plainly=True)
    if intent.asks(scope, reads):
        return True
    if not figures.weights and not figures.bare and not figures.ranged:
        return bool(re.search(r"<odd>", shape)) and intent.only_figures(shape, reads)
    if intent.only_figures(shape, reads):
        return any(w.role is Role.NOW for w in figures.weights) or not figures.weights
    own = figures.doses or figures.ratios
    return bool(own) and (intent.matches(scope, reads.judges) or intent.only_beside(shape, reads))


def _scope(shape: str) -> str:
    """The whole of a short message; of a long one, the sentences beside the weight."""
    if len(shape) <= _LONG:
        return shape
    sentences = re.split(r"(?<=[.!?])\s+", shape)
    near = {
        n + step
        for n, sentence in enumerate(sentences)
        if re.search("<(?:weights?|bare)>", sentence)
        for step in (-1, 0, 1)
    }
    return " ".join(s for n, s in enumerate(sentences) if n in near)


def _without_weight(
    figures: Figures, rules: DoseRules, memory: Memory, *, explicit: bool
) -> DoseRequest | None:
    reads, shape = rules.reads, figures.shape
    daily, ratio = one_dose(figures), one_ratio(figures)
    young = figures.under(rules.age.years)
    if young and intent.asks(shape, reads) and intent.other_drug(shape, reads) is None:
        return DoseRequest(problem=Problem.UNDER_AGE)
    if _for_another(figures, reads):
        asked = DoseRequest(
            problem=Problem.NO_WEIGHT, daily=daily, ratio=ratio, anothers=for_kin(shape)
        )
        return refusal(figures, rules) or asked
    if explicit or intent.matches(shape, reads.asks_weight):
        drug = intent.other_drug(shape, reads)
        if drug is not None:
            return DoseRequest(problem=Problem.OTHER_DRUG, what=drug)
        strange = explicit and shape.split()[1:] and not (figures.doses or figures.ratios)
        problem = Problem.UNREADABLE if strange else Problem.NO_WEIGHT
        refused = refusal(figures, rules)
        return refused or DoseRequest(problem=problem, daily=daily, ratio=ratio)
    return _said_alone(figures, rules, memory, daily, ratio)


def _said_alone(
    figures: Figures, rules: DoseRules, memory: Memory, daily: Dose | None, ratio: Decimal | None
) -> DoseRequest | None:
    """Read a dose that goes with the weight told before, or what is said for one we asked for."""
    reads, shape = rules.reads, figures.shape
    waiting = memory.asking in (ASKING_WEIGHT, ASKING_UNIT)
    if waiting and figures.ages and intent.short(shape, reads):  # "I'm 35" is no weight
        return refusal(figures, rules) or DoseRequest(problem=Problem.NO_WEIGHT, daily=daily)
    own = daily is not None or ratio is not None
    if not own or intent.matches(shape, reads.elsewhere) or not intent.short(shape, reads):
        return None
    alone = intent.only_figures(shape, reads)
    if not (waiting or memory.weight_kg) or not (alone or intent.matches(shape, reads.judges)):
        return None
    if intent.other_drug(shape, reads) is not None and not (waiting and alone):
        return None
    if (refused := refusal(figures, rules)) is not None:
        return refused
    if not waiting:
        return _for_kept_weight(figures, rules, memory, daily, ratio)
    number = kept_of(memory).get("number") if memory.asking == ASKING_UNIT else None
    readings = meanings(Decimal(number), rules) if number else ()
    problem = Problem.UNIT if readings else Problem.NO_WEIGHT
    return DoseRequest(problem=problem, readings=readings, daily=daily, ratio=ratio)


def _for_another(figures: Figures, reads: Reads) -> bool:
    """Whether a dose for a child, an animal or another person is all that is asked, or judged."""
    shape = figures.shape
    if intent.other_drug(shape, reads) is not None or len(intent.leftover(shape, reads)) > _ONE:
        return False
    named = intent.says(shape, (*reads.children, *reads.infants, *reads.pets)) is not None
    own = bool(figures.doses or figures.ratios)
    if own:
        return named  # "is 60 mg too much for her" may be of the weight told before
    return (named or for_kin(shape)) and intent.asks(shape, reads)


def _for_kept_weight(
    figures: Figures, rules: DoseRules, memory: Memory, daily: Dose | None, ratio: Decimal | None
) -> DoseRequest | None:
    """Read a dose said about the weight told before; after other talk, ask of which medicine."""
    shape, kept = figures.shape, memory.weight_kg or Decimal(0)
    fits = fits_kept(shape, rules.reads, anothers=memory.anothers_weight)
    if not fits or _child_without_age(figures, rules, memory):
        theirs = anothers_dose(shape, rules.reads) is not None
        problem = Problem.NO_WEIGHT
        return DoseRequest(problem=problem, daily=daily, ratio=ratio, anothers=theirs)
    weight = Weight(kept, "", "kg", str(kept))
    request = with_weight(figures, rules, weight, daily, ratio)
    ours = "dose" in memory.details and memory.asking != ASKING_DRUG
    if ours or names_ours(figures, rules.reads):
        return request
    return replace(request, problem=Problem.WHICH_DRUG) if request.problem is None else None


def names_ours(figures: Figures, reads: Reads) -> bool:
    """Whether isotretinoin is named, also within a dose: "60 mg of accutane"."""
    words = (dose.words for dose in figures.doses)
    return any(intent.names_drug(said, reads) for said in (figures.shape, *words))


def confirmed(shape: str, rules: DoseRules, memory: Memory) -> str | None:
    """What "yes" or "accutane" says in full after "is that isotretinoin?", or None."""
    said, reads = kept_of(memory).get("said"), rules.reads
    yes = re.match(_YES, shape) or intent.names_drug(shape, reads)
    if memory.asking != ASKING_DRUG or said is None or not yes or "<" in shape:
        return None
    other = intent.says(shape, (*reads.pets, *reads.infants, *reads.not_so))
    alone = intent.only_figures(shape, reads) and intent.other_drug(shape, reads) is None
    return said if alone and other is None else None


def _corrected(figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Read "in pounds", said after a number whose unit was asked for or taken wrongly."""
    kept = kept_of(memory)
    unit = intent.unit_meant(figures.shape, rules.reads) if kept.get("number") else None
    if unit is None:
        return None
    if (refused := refusal(figures, rules)) is not None:
        return refused
    value = Decimal(kept["number"])
    daily = daily_kept(memory)
    weight = Weight(rules.in_kg(value, unit), f"{value} {unit}", unit, str(value))
    return with_weight(Figures(figures.shape), rules, weight, daily, None)

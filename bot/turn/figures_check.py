"""Whether a dose can be told for the figures of a message, or what stands against it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from bot.kb.dose_rules import DoseRules
from bot.turn import dose_intent as intent
from bot.turn.dose_request import OURS, DoseRequest, Problem, daily_kept, ratio_kept
from bot.turn.figures_often import OFTEN_AFTER
from bot.turn.figures_scan import Dose, Figures, Role, Weight
from bot.turn.figures_whose import ANOTHERS_WEIGHT, anothers, meanings, other_weights, present
from bot.turn.memory import Memory


def checked(figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest:
    """The request, or the first thing that stands against it."""
    if (refused := refusal(figures, rules)) is not None:
        return refused
    if figures.unreadable:
        return DoseRequest(problem=Problem.UNREADABLE)
    daily, ratio = one_dose(figures), one_ratio(figures)
    if daily is None and ratio is None and memory.asking in OURS:
        daily, ratio = daily_kept(memory), ratio_kept(memory)
    if figures.ranged:
        return DoseRequest(problem=Problem.TWO_WEIGHTS, daily=daily)
    weights = present(figures.weights)
    if not weights and figures.bare:
        return replace(_in_which_unit(figures, rules), daily=daily, ratio=ratio)
    if not weights or anothers(figures.shape):
        return DoseRequest(problem=Problem.NO_WEIGHT, daily=daily, ratio=ratio)
    if others := other_weights(figures, weights, rules):
        now = tuple(w for w in weights if w.role is Role.NOW)
        mine = None if re.search(ANOTHERS_WEIGHT, figures.shape) else daily
        return DoseRequest(problem=Problem.TWO_WEIGHTS, readings=(*now, *others), daily=mine)
    if weights[0].role is Role.PAST:
        return DoseRequest(problem=Problem.NO_WEIGHT, readings=weights, daily=daily, ratio=ratio)
    if not intent.nearly_same([w.kg for w in weights]):
        return DoseRequest(problem=Problem.TWO_WEIGHTS, readings=weights, daily=daily)
    return with_weight(figures, rules, weights[0], daily, ratio)


def _in_which_unit(figures: Figures, rules: DoseRules) -> DoseRequest:
    """What is asked where a weight has no unit."""
    readings = meanings(figures.bare[0], rules)
    if not readings:
        return DoseRequest(problem=Problem.RANGE)
    problem = Problem.UNIT if len(set(figures.bare)) == 1 else Problem.TWO_WEIGHTS
    return DoseRequest(problem=problem, readings=readings)


def with_weight(
    figures: Figures,
    rules: DoseRules,
    weight: Weight,
    daily: Dose | None,
    ratio: Decimal | None,
) -> DoseRequest:
    """Check one weight, and the dose beside it."""
    if (daily is not None or ratio is not None) and OFTEN_AFTER.search(figures.shape):
        daily = Dose(None, "", said_daily=False)  # "40 mg at 70 kg, twice a day"
    request = DoseRequest(weight=weight, daily=daily, ratio=ratio, doses=figures.doses)
    if not rules.weight.least_kg <= weight.kg <= rules.weight.most_kg:
        return replace(request, problem=Problem.RANGE)
    if len(figures.ratios) > 1 or (daily is None and len(figures.doses) > 1):
        return replace(request, problem=Problem.TWO_DOSES)
    if daily is not None and daily.mg is None:
        return replace(request, problem=Problem.NOT_DAILY)
    own = daily.mg if daily is not None else ratio * weight.kg if ratio is not None else None
    if own is not None and not rules.least_daily_mg <= own <= rules.most_daily_mg:
        return replace(request, problem=Problem.DAILY)
    if own is not None and intent.unlisted(figures.shape, rules.reads) is not None:
        return replace(request, problem=Problem.WHICH_DRUG)
    if intent.of_one_before(figures.shape, rules.reads):
        return replace(request, problem=Problem.WHICH_DRUG)  # it may be of that one after all
    return request


def refusal(figures: Figures, rules: DoseRules) -> DoseRequest | None:
    """Another medicine, an animal, pregnancy, breastfeeding, a child under 12."""
    shape, reads = figures.shape, rules.reads
    if (drug := intent.other_drug(shape, reads)) is not None:
        return DoseRequest(problem=Problem.OTHER_DRUG, what=drug)
    if intent.says(shape, reads.pets) is not None:
        return DoseRequest(problem=Problem.PET)
    if intent.affirms(shape, reads.pregnant, reads):
        return DoseRequest(problem=Problem.PREGNANT)
    if intent.affirms(shape, reads.breastfeeding, reads):
        return DoseRequest(problem=Problem.BREASTFEEDING)
    young = figures.under(rules.age.years)
    if young or intent.says(shape, reads.infants) is not None:
        return DoseRequest(problem=Problem.UNDER_AGE)
    return None


def one_dose(figures: Figures) -> Dose | None:
    """The one daily dose that was said, equal ones counted once, past ones left out."""
    current = [d for d in figures.doses if not d.past] or list(figures.doses)
    return current[0] if len({d.mg for d in current}) == 1 else None


def one_ratio(figures: Figures) -> Decimal | None:
    """The one dose per kg that was said."""
    return figures.ratios[0] if len(figures.ratios) == 1 else None

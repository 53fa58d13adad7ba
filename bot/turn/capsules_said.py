"""Capsules for an amount: the market's strengths that come nearest without passing it."""

from __future__ import annotations

from decimal import Decimal

from bot.kb.dose_rules import DoseRules, Market
from bot.kb.knowledge import Knowledge
from bot.turn.capsules import CapsuleSet, capsule_sets
from bot.turn.dose_sums import limit_mg, plain, shown_kg
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Suggestion
from bot.turn.voices import cite, first_notes, voices


def needs_weight(target: Decimal, rules: DoseRules, memory: Memory) -> bool:
    """Whether an amount is above the ceiling of the least weight, and no weight is known."""
    least = limit_mg(rules.weight.least_kg, rules.limits.maximum.mg_per_kg)
    return memory.weight_kg is None and target > least


def capsules_reply(target: Decimal, market: str | None, kb: Knowledge, memory: Memory) -> Reply:
    """Capsules for an amount, unless it passes the ceiling for the weight that is known.

    Without a ``market`` the best set of each is shown; with one, the two best for each number
    of doses a day. Buttons lead from one market to another.
    """
    rules = kb.dose
    kg = memory.weight_kg if memory.weight_kg is not None else rules.weight.least_kg
    ceiling = limit_mg(kg, rules.limits.maximum.mg_per_kg)
    if target > ceiling:
        text = rules.say(
            "capsules_too_much", mg=plain(target), most=plain(ceiling), kg=shown_kg(kg)
        )
        return Reply(kind=Kind.CLARIFY, text=text)
    cited = cite(kb, rules.general_passage)
    notes = first_notes(kb, [rules.general_passage], show_notes=True)
    chosen = [m for m in rules.markets if m.id == market] or list(rules.markets)
    lines = [rules.say("capsules_heading", mg=plain(target))]
    for one in chosen:
        lines += _lines(target, one, rules, best=2 if market is not None else 1)
    parts = ["\n".join(lines), rules.say("capsules_derived")]
    parts += [*voices(rules, [cited], notes), rules.say("disclaimer")]
    others = [m for m in rules.markets if m.id != market]
    return Reply(
        kind=Kind.ANSWER,
        text="\n\n".join(parts),
        citations=(cited,),
        notes=notes,
        suggestions=tuple(_market_button(target, one, rules) for one in others),
    )


def capsule_button(mg: Decimal, rules: DoseRules) -> Suggestion:
    """A button that asks for the capsules of an amount."""
    label = rules.say("button_capsules", mg=plain(mg))
    return Suggestion(label=label, command=f"capsules {plain(mg)} mg")


def _market_button(target: Decimal, market: Market, rules: DoseRules) -> Suggestion:
    label = rules.say("button_market", market=market.label)
    return Suggestion(label=label, command=f"capsules {plain(target)} mg {market.id}")


def _lines(target: Decimal, market: Market, rules: DoseRules, *, best: int) -> list[str]:
    lines = []
    for times in market.doses_a_day:
        often = rules.say("once" if times == 1 else "twice")
        sets = capsule_sets(target, market.strengths_mg, times)[:best]
        lines += [_line(market, often, found, rules) for found in sets]
        if not sets:
            lines.append(rules.say("capsules_none", market=market.label, times=often))
    return lines


def _line(market: Market, often: str, found: CapsuleSet, rules: DoseRules) -> str:
    doses = rules.says["then"].join(" + ".join(map(plain, dose)) for dose in found.doses)
    percent = plain(found.difference).replace("-", "−")
    difference = rules.say("below", percent=percent) if found.difference else rules.say("exact")
    return rules.say(
        "capsules_line",
        market=market.label,
        times=often,
        set=doses,
        total=plain(found.total_mg),
        difference=difference,
    )

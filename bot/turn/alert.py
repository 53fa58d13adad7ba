"""From a verdict to the words a person reads: what to do, who to call, what else was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.kb.models import Urgency
from bot.kb.triage_file import Asked, Country, Line, Row
from bot.kb.triage_rules import TriageRules
from bot.turn.memory import Memory
from bot.turn.reply import Alert, Kind, Reply, ShownNote, Suggestion
from bot.turn.triage import ASKING_TRIAGE, Finding, Verdict

ONLY_ASKING = "only asking"
_BUTTON = re.compile(r"(yes|no|not sure|only asking) \[([^\[\]]+)\]")
_NEEDS = {
    "emergency": ("emergency",),
    "crisis": ("crisis", "emergency"),
    "poison": ("poison", "emergency"),
    "prescriber": (),
}


def alert_reply(
    verdict: Verdict, rules: TriageRules, *, country: str | None = None, again: bool = False
) -> Reply:
    """What to say to a message that raises a red flag, or that may.

    Args:
        verdict: with at least one finding, or a question to ask back.
        rules: the rules of the knowledge base.
        country: two letters, where known; otherwise every verified number is shown.
        again: it was said before, and is asked back about.
    """
    question = rules.asked(verdict.ask)
    if not verdict.findings:
        if question is None:
            raise ValueError("nothing was found: there is no alert to say")
        return _ask_back(verdict, question, rules, country)
    first, *others = verdict.findings
    row = rules.file.rows[first.id]
    ahead = [words for other in others if (words := _ahead(other, first, rules))]
    lines = [_also(other, rules) for other in others if not _ahead(other, first, rules)]
    parts = [question.ask] if question else []
    parts += [rules.file.wording.still] if again else []
    what = _what_to_do(row, first)
    if verdict.another and row.another:
        what = f"{what} {row.another}"
    parts += [*ahead, what, _who_to_call(verdict.findings, rules, country)]
    if again and first.urgency is Urgency.TODAY:
        parts.append("\n".join([rules.file.wording.unreached, numbers(rules, country=country)]))
    if lines:
        parts.append(" ".join([rules.file.wording.also, *lines]))
    parts.append(rules.file.wording.not_clinician)
    return Reply(
        kind=Kind.ALERT,
        text="\n\n".join(parts),
        alert=Alert(
            id=first.id, urgency=first.urgency, also=tuple(o.id for o in others), again=again
        ),
        suggestions=_buttons(verdict, rules),
    )


def name_of(verdict: Verdict) -> str:
    """What the buttons under an alert are told apart by: its question, else its row."""
    return verdict.ask or verdict.findings[0].id


@dataclass(frozen=True, slots=True)
class Button:
    """A button under an alert: what it says, and the alert's name; None for the last one."""

    said: str
    under: str | None = None


def read_button(text: str, rules: TriageRules) -> Button | None:
    """A pressed button; None where a text is none, or under nothing that we know.

    It names what it stands under, so that it means the same whenever it is pressed.
    """
    if text == ONLY_ASKING:
        return Button(text)
    found = _BUTTON.fullmatch(text)
    if found is None or (rules.asked(found[2]) is None and found[2] not in rules.file.rows):
        return None
    return Button(found[1], found[2])


def numbers(rules: TriageRules, *, country: str | None = None) -> str:
    """The emergency numbers: the country's, or every verified one with its country."""
    return "\n".join(_lines(_NEEDS["emergency"], rules, country))


def closing_reply(rules: TriageRules) -> Reply:
    """What to say to a clear no to a question of ours."""
    return Reply(kind=Kind.CHAT, text=rules.file.wording.closed)


def _what_to_do(row: Row, finding: Finding) -> str:
    return row.say_at.get(finding.urgency, row.say)


def _ahead(finding: Finding, first: Finding, rules: TriageRules) -> str | None:
    """What a further, lesser finding has to say before the first one's words."""
    if finding.urgency is first.urgency:
        return None
    return rules.file.rows[finding.id].ahead.get(finding.urgency)


def _also(finding: Finding, rules: TriageRules) -> str:
    """What is said of a further finding: the row's line speaks of the row's own urgency."""
    row = rules.file.rows[finding.id]
    if finding.urgency == row.urgency:
        return row.line
    return row.say_at.get(finding.urgency, row.line)


def _who_to_call(findings: Sequence[Finding], rules: TriageRules, country: str | None) -> str:
    """Who the first finding calls for, and the numbers of every other emergency."""
    first, *others = findings
    as_urgent = [other for other in others if other.urgency is Urgency.EMERGENCY]
    needs = tuple(
        dict.fromkeys(need for one in (first, *as_urgent) for need in _needs(one, rules))
    )
    today = first.urgency is Urgency.TODAY
    said = [rules.file.wording.prescriber] if today or not needs else []
    return "\n".join([*said, *(_lines(needs, rules, country) if needs else ())])


def _needs(finding: Finding, rules: TriageRules) -> tuple[str, ...]:
    call = rules.file.rows[finding.id].call
    if finding.urgency is Urgency.EMERGENCY and call == "prescriber":
        call = "emergency"
    return _NEEDS[call]


def _lines(needs: tuple[str, ...], rules: TriageRules, country: str | None) -> list[str]:
    """A line for each need: the country's number, or all verified ones."""
    wording, countries = rules.file.wording, rules.file.countries
    known = countries.get((country or "").upper())
    lines = []
    for need in needs:
        label = wording.labels[need]  # type: ignore[index]
        if known is not None:
            lines.append(f"{label}: {_number(known, need) or wording.no_number}.")
            continue
        numbers: dict[str, list[str]] = {}
        for place in countries.values():
            if number := _number(place, need):
                numbers.setdefault(number, []).append(place.name)
        listed = "; ".join(f"{number} ({', '.join(names)})" for number, names in numbers.items())
        lines.append(f"{label}: {listed or wording.no_number}.")
    return lines if known is not None else [*lines, wording.local]


def _number(country: Country, need: str) -> str | None:
    """A verified number; one that nobody has verified is not said."""
    line: Line | None = getattr(country, need)
    return line.number if line is not None and line.verified is not None else None


def _ask_back(verdict: Verdict, question: Asked, rules: TriageRules, country: str | None) -> Reply:
    urgency = rules.level(question)
    parts = [
        question.ask,
        question.now,
        _who_to_call([Finding(id=question.yes, urgency=urgency)], rules, country),
        rules.file.wording.not_clinician,
    ]
    return Reply(
        kind=Kind.CLARIFY,
        text="\n\n".join(parts),
        suggestions=_buttons(verdict, rules),
    )


def _buttons(verdict: Verdict, rules: TriageRules) -> tuple[Suggestion, ...]:
    """The answers to the question, where one is asked, and last "I was only asking"."""
    wording, question = rules.file.wording, rules.asked(verdict.ask)
    said = [(wording.yes, "yes"), (wording.no, "no")] if question else []
    said += [(wording.unsure, "not sure")] if question and not question.doubt else []
    said += [(wording.only_asking, ONLY_ASKING)]
    under = name_of(verdict)
    return tuple(Suggestion(label=label, command=f"{word} [{under}]") for label, word in said)


def safety_lines(verdict: Verdict, rules: TriageRules) -> tuple[ShownNote, ...]:
    """A sentence beside an answer for each red flag that was lowered.

    Of those that are only asked about the most urgent is shown as well.
    """
    asked = sorted(
        set(verdict.informed).difference(verdict.lowered),
        key=lambda row: (-rules.file.rows[row].urgency.rank, row),
    )
    return tuple(line_of(name, rules) for name in (*verdict.lowered, *asked[:1]))


def line_of(row_id: str, rules: TriageRules) -> ShownNote:
    """A row's safety line."""
    row = rules.file.rows[row_id]
    return ShownNote(
        text=row.safety,
        authority=row.authority,
        section=row.section,
        verified=row.verified,
        row=row_id,
    )


def flags(memory: Memory, reply: Reply) -> bool:
    """Whether a turn raised a red flag, or asks whether there is one."""
    asks = reply.kind is Kind.CLARIFY and memory.asking == ASKING_TRIAGE
    return asks or (reply.alert is not None and not reply.alert.again)


def lines_said(reply: Reply) -> list[ShownNote]:
    """The safety lines that stand in a reply; each knows its row."""
    return [note for note in reply.notes if note.row is not None]


def summary(rules: TriageRules) -> str:
    """When to get help, in a line each, most urgent first, with the numbers to call."""
    wording = rules.file.wording
    blocks = []
    for level in Urgency:
        lines = [_in_a_line(row) for row in rules.file.rows.values() if row.urgency is level]
        blocks.append("\n".join([wording.urgencies[level], *(f"• {line}" for line in lines)]))
    blocks.insert(1, numbers(rules))
    return "\n\n".join([*blocks, _what_it_is_not(rules)])


def _what_it_is_not(rules: TriageRules) -> str:
    return f"{rules.file.wording.can_miss} {rules.file.wording.not_clinician}"


def _in_a_line(row: Row) -> str:
    """What it is and what to do; one whose line only says what to do gets its title."""
    return row.line if ":" in row.line else f"{row.title}: {row.line[0].lower()}{row.line[1:]}"


def listing(rules: TriageRules) -> str:
    """What triggers and what is said, openly, most urgent first."""
    wording = rules.file.wording
    blocks = []
    for level in Urgency:
        rows = {i: row for i, row in rules.file.rows.items() if row.urgency is level}
        blocks.append(f"{wording.urgencies[level].upper()} ({len(rows)})")
        for row_id, row in rows.items():
            examples = "; ".join(f'"{text}"' for text in row.examples[:2])
            blocks.append(f"{row_id} {row.title}\n  For example: {examples}\n  We say: {row.say}")
    return "\n\n".join([*blocks, _what_it_is_not(rules)])

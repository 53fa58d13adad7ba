"""Reading where a course began or ended, out of "/course 3 March 2027" or a plain sentence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from bot.kb.dose_rules import DoseRules
from bot.turn.course_total import Step, read_steps
from bot.turn.dose_intent import leftover, matches, names_drug, of_one_before, other_drug
from bot.turn.figures_dates import Dates, date_pattern, read_dates
from bot.turn.figures_numbers import normalise
from bot.turn.figures_read import read_figures

_SHORT = 8  # words of an answer to our question
_COMMAND = re.compile(r"/course\b:?")
_FINISH = (
    r"\b(?:finish(?:ed|ing)?|ended|stopped|completed|last (?:pill|capsule|dose|tablet)"
    r"|came off|quit|gave up|(?:been|am|i'm|im|was|went|took|taken) (?:me |him |her )?off|done)\b"
    r"(?:(?!\bstart|\bbeg[au]n)[^.!?]){0,40}<date>|"
    r"\b(?:ends?|ending|stops?|stopping|finishes)(?: (?:it|accutane|on|by|the))*\s*<date>"
)
_PASSED = re.compile(  # a day that was, whatever is planned after it
    r"\bstarted\b|(?<!be )(?<!will have )"
    r"\b(?:finished|ended|stopped|completed|came off|quit|gave up|been off)\b"
)
_OTHER_DAY = re.compile(
    r"\b(?:birthday|born|tests?|appointment|visit|exams?|check-?ups?|wedding|holiday|vacation|trip|"
    r"surgery|party|prom|period)\b(?:(?!\bstart|\bbeg[au]n|\bsince\b)[^.!?]){0,25}<date>"
)
_AHEAD = (
    r"\b(?:will|going to|gonna|i'll|ill|plan|want to|if i|when i|i start|starting|due "
    r"to|about to|supposed to|next|i begin|wants? me to)\b"
)
_BEGAN = (
    r"(?:start(?:ed|ing|s)?|beg[aiu]n(?:ning|s)?|commenced|(?:start(?:ing)?|first) (?:date|day)"
    r"|day (?:one|1)|(?:took )?(?:my |the )?(?:first|1st) (?:pill|capsule|dose|tablet)"
    r"|(?:been )?(?:on|taking)|since|from|then again|<time> (?:was|is|=|:))"
)
_BETWEEN = (
    r"(?:taking|on|my|the|an?|it|this|that|course|treatment|therapy|drug|medicine|medication|meds|"
    r"first|1st|capsules?|pills?|tablets?|dose|journey|back|from|since|in|at|was|is|will be|did|"
    r"again|with|<mg>|at <weight>|for <weight>|of|:|=|,|-)"
)
_START_WORD = re.compile(r"\b(?:start(?:ed|ing|s)?|beg[aiu]n|since|day 1|1st|first)\b")
_TOTAL = re.compile(
    r"\b(?:total|so far|altogether|cumulative\w*|added up|adds? up"
    r"|how much (?:have|did|has) (?:i|he|she))\b"
)
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,?\s+(?=(?:the )?<date>)"
)
_COURSE_WORDS = re.compile(
    r"\b(?:course|treatment|today|please|thanks|so|now|and|restarted|will|be|going|gonna|plan\w*|should|due|supposed|would)\b"
)
_ABOUT_COURSE = re.compile(
    r"\b(?:which|what|wich|wat) (?:week|day|month|date)\b"
    r"|\bhow (?:far|soon|many (?:weeks|days|months))\b"
    r"|\bhow (?:long|much longer|much time)\b[^.!?]{0,40}\b(?:left|been|more|go|"
    r"remain\w*|till|until|in|on)\b"
    r"|\bwhen\b[^.!?]{0,60}\b(?:finish\w*|ends?|done|over|stop|complete\w*|course|"
    r"second|check\S*|exams?|visits?|"
    r"appointments?|week|weeks|again)\b"
    r"|\b(?:second|2nd|another|next|new) (?:course|round|cycle)\b"
    r"|\bweeks? (?:am i|is (?:he|she)|are we|is it|number)\b|\b(?:20|16|24)(?:th)? weeks?\b"
    r"|\b(?:finish|end|last|due) (?:date|day)\b|\b(?:timeline|calendar|course "
    r"dates|course clock)\b"
    r"|\b(?:am i|will i be|is he|is she) (?:nearly |almost )?"
    r"(?:done|finished|half ?way)\b|\bhalf ?way\b"
)
_ANOTHER_SUBJECT = re.compile(
    r"\b(?:pregnan\w*|bab(?:y|ies)|conceiv\w*|contracepti\w*|birth control|donat\w*)\b"
)
_WHEN = re.compile(r"\bwhen\b[^.!?,;]*")
_OF_COURSE = re.compile(
    r"\b(?:course|treatment|therapy|week|check\S*|exams?|visits?|appointments?)\b"
)
_ASKS_CLOCK = re.compile(
    r"^(?:(?:the |my )?course (?:clock|dates|calendar|timeline)"
    r"|(?:so |and )?(?:what|which|wich|wat) (?:week|month) (?:am i|is (?:he|she|this|it))"
    r"(?: (?:on|in|at|of|now|currently|my|the|treatment|course|accutane))*)\s*[?.!]*$"
)


@dataclass(frozen=True)
class CourseRequest:
    """What was read: ``dates`` with their readings, and the doses from day to day.

    ``finished``: the date is a course's end.
    """

    dates: tuple[Dates, ...]
    text: str
    finished: bool = False
    steps: tuple[Step, ...] = ()

    @property
    def words(self) -> str:
        """What was said, without the command."""
        return _COMMAND.sub("", self.text).strip()


def read_course(
    text: str, today: dt.date, rules: DoseRules, *, asked: bool = False
) -> CourseRequest | None:
    """Read "/course 3 March 2027" or a plain sentence; None where no course date is asked for.

    ``asked``: we have just asked for the date, so that a short "yesterday" answers.
    """
    plain_text = normalise(text)
    if asked and not plain_text.startswith("/") and len(plain_text.split()) <= _SHORT:
        answered = read_course(f"/course {text}", today, rules)
        if answered is not None and answered.dates:
            return answered
    command = bool(_COMMAND.match(plain_text))
    ahead = re.search(_AHEAD, plain_text) is not None and not _PASSED.search(plain_text)
    said = _COMMAND.sub("start", plain_text)
    dates = read_dates(said, today, rules.reads, ahead=ahead)
    if _ASKS_CLOCK.match(plain_text):
        return CourseRequest((), "/course")
    if not dates:
        return CourseRequest((), plain_text) if command else None
    steps = read_steps(said, today, rules)
    shape = _shape(said, dates, rules)
    finished = re.search(_FINISH, shape) is not None
    request = CourseRequest(dates, plain_text, finished=finished, steps=steps)
    counted = steps or ("<mg>" in shape and any(date.vague for date in dates))
    wanted = (
        command
        or (counted and _TOTAL.search(shape))
        or _asks(said, shape, rules, finished=finished)
    )
    if not wanted:
        return None
    told = command or steps or finished or _start_said(said, shape, rules)
    if _OTHER_DAY.search(shape) or (_ABOUT_COURSE.search(said) and not told):
        return CourseRequest((), "/course")  # the day of something else: the start is asked for
    return request


def _shape(text: str, dates: tuple[Dates, ...], rules: DoseRules) -> str:
    """The text with tags for its figures, relative dates such as "5 weeks ago" among them."""
    for date in dates:
        if not re.search(rf"^(?:{date_pattern(rules.reads)})$", date.words):
            text = text.replace(date.words, " 2000-01-01 ", 1)
    shape = re.sub(r"<date>,? <(?:n|bare|age)>(?=\W|$)", "<date>", read_figures(text, rules).shape)
    return _WEEKDAY.sub("", shape)


def _began(rules: DoseRules) -> re.Pattern[str]:
    between = rf"(?:\s*(?:{_BETWEEN}|{rules.reads.drug_name}))*"
    return re.compile(rf"(?<!\w){_BEGAN}{between}\s*<date>")


def _start_said(text: str, shape: str, rules: DoseRules) -> bool:
    """Whether a date may be the day on which the course starts."""
    return bool(_began(rules).search(shape) or _START_WORD.search(text))


def _of_the_course(text: str, rules: DoseRules) -> str:
    """The text without what is asked with "when" of a symptom or the like: "my dry lips"."""

    def kept(clause: re.Match[str]) -> str:
        of_course = _OF_COURSE.search(clause[0])
        return clause[0] if of_course or not matches(clause[0], rules.reads.elsewhere) else " "

    return _WHEN.sub(kept, text)


def _asks(text: str, shape: str, rules: DoseRules, *, finished: bool) -> bool:
    """Whether a message asks where a course stands, or says when it starts and nothing else."""
    if other_drug(shape, rules.reads) is not None or _ANOTHER_SUBJECT.search(text):
        return False
    if of_one_before(shape, rules.reads):
        return False
    named = "course" in shape or names_drug(shape, rules.reads)
    said = finished or _start_said(text, shape, rules)
    if _ABOUT_COURSE.search(_of_the_course(text, rules)) and (said or named):
        return True
    began = _began(rules)
    started = began.search(shape) is not None
    if re.search("<(?:mg|weight|bare)>", rest := began.sub(" ", shape)):
        return False  # a dose or a weight is asked about, by the way of a date
    rest = _COURSE_WORDS.sub(" ", rest)
    if not started:
        rest = re.sub(r"^\W*<date>", " ", rest)
    return "<date>" not in rest and not leftover(rest, rules.reads)

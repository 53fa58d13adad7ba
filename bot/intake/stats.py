"""What ``/metrics`` shows (Prometheus). No label carries a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from telegram.error import RetryAfter

from bot.reply.respond import Response
from bot.reply.send import Fate, Sent
from bot.store.rows import Back, Claimed, Closed, Depth
from bot.turn.reply import Kind

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)


class Stats:
    """All counters of a process, in a registry of their own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._updates = Counter(
            "bot_updates", "Updates by kind and outcome", ["kind", "outcome"], registry=registry
        )
        self._answers = Counter(
            "bot_answers", "Answers by kind and passage", ["verdict", "passage"], registry=registry
        )
        self._alerts = Counter(
            "bot_alerts", "Red flags raised", ["alert", "urgency"], registry=registry
        )
        # without labels, as a counter with them is born at 1: no growth shows that it was 0
        self._flags = Counter("bot_red_flags", "Red flags raised, of any kind", registry=registry)
        self._floods = Counter("bot_floods", "Calls refused with a 429", registry=registry)
        self._refusals = Counter(
            "bot_refusals", "Questions not covered, by gap", ["topic"], registry=registry
        )
        self._errors = Counter(
            "bot_telegram_errors",
            "Calls that Telegram or the network refused (RetryAfter: a 429)",
            ["method", "error"],
            registry=registry,
        )
        self._held = Counter(
            "bot_held", "Answers to be sent again, by reason", ["reason"], registry=registry
        )
        self._handling = Histogram(
            "bot_handling_seconds", "From claim to outcome", buckets=BUCKETS, registry=registry
        )
        self._latency = Histogram(
            "bot_latency_seconds", "From the inbox to sent", buckets=BUCKETS, registry=registry
        )
        self.depth = Gauge("bot_inbox_depth", "Updates that wait", registry=registry)
        self.oldest = Gauge(
            "bot_inbox_age_seconds", "Age of the oldest update that waits", registry=registry
        )
        self._given_up = Counter(
            "bot_given_up", "Updates that became dead letters here", registry=registry
        )
        self.dead = Gauge("bot_dead_letters", "Updates given up, 48 h", registry=registry)
        self.ready = Gauge(
            "bot_ready", "1 while updates are taken and answered", registry=registry
        )
        self.hung = Counter("bot_turns_hung", "Turns that never ended", registry=registry)
        ProcessCollector(registry=registry)

    def handled(self, row: Claimed, outcome: Closed | Back, seconds: float) -> None:
        """A row was settled."""
        name = outcome.outcome if isinstance(outcome, Closed) else "held"
        self._updates.labels(row.kind, name).inc()
        self._handling.observe(seconds)
        if isinstance(outcome, Closed) and outcome.dead:
            self._given_up.inc()

    def unreadable(self, letters: int) -> None:
        """So many updates were dead letters when they came."""
        self._given_up.inc(letters)

    def replied(self, response: Response, sent: Sent, age: float) -> None:
        """An answer was made, and sent or not."""
        if sent.fate is Fate.HELD:
            self._held.labels(sent.reason).inc()
        if sent.fate is not Fate.SENT:
            return
        self._latency.observe(max(age, 0.0))
        reply = response.reply
        if reply is None:
            return
        passage = reply.citations[0].passage if reply.citations else ""
        self._answers.labels(reply.kind.value, passage).inc()
        if reply.alert is not None:
            self._flags.inc()
            self._alerts.labels(reply.alert.id, reply.alert.urgency.value).inc()
        if reply.kind is Kind.NOT_COVERED:
            self._refusals.labels(reply.topic or reply.refused or "").inc()

    def failed(self, method: str, error: Exception) -> None:
        """A call to Telegram failed."""
        self._errors.labels(method, type(error).__name__).inc()
        if isinstance(error, RetryAfter):
            self._floods.inc()

    def waiting(self, depth: Depth) -> None:
        """What the inbox holds now."""
        self.depth.set(depth.waiting)
        self.oldest.set(depth.oldest)
        self.dead.set(depth.dead)

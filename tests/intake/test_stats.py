"""What ``/metrics`` shows: all that the dashboard asks for, and no person."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest
from telegram.error import RetryAfter

from bot.intake.health import FORGIVEN
from bot.intake.stats import Stats
from bot.kb.models import Urgency
from bot.reply.desk import Response
from bot.reply.send import Fate, Sent
from bot.store.rows import Claimed, Closed, Depth
from bot.turn.reply import Alert, Kind, Reply

OPS = Path(__file__).parents[2] / "ops"
LABELS = {
    "kind", "outcome", "verdict", "passage", "alert", "urgency", "topic", "reason", "method",
    "error", "le",
}  # fmt: skip
WORDS = re.compile(r"\b(?:bot|process)_[a-z_]+\b")
ROW = Claimed(1, 77001, "88002", "message", "{}", 88002, 88002, 0.0, 1, 0, 0, None)


def used() -> Stats:
    """Counters in which everything has happened once."""
    stats = Stats()
    stats.handled(ROW, Closed(ROW, "answered"), 0.1)
    alert = Alert(id="RF04", urgency=Urgency.EMERGENCY)
    for reply in (
        Reply(kind=Kind.ALERT, text="x", alert=alert),
        Reply(kind=Kind.NOT_COVERED, text="x", topic="alcohol"),
        Reply(kind=Kind.NOT_COVERED, text="x", refused="unrelated"),
    ):
        stats.replied(Response(reply=reply), Sent(Fate.SENT, 1), 0.3)
    stats.replied(Response(), Sent(Fate.HELD, 0, reason="flood"), 0.3)
    stats.failed("send_message", RetryAfter(3))
    stats.waiting(Depth(5, 1.5, 2))
    stats.hung.inc()
    return stats


@pytest.fixture
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.mark.usefixtures("_timedelta")
def test_the_dashboard_asks_for_what_there_is_and_shows_all_that_is_ours() -> None:
    stats = used()
    there = {
        sample.name for metric in stats.registry.collect() for sample in metric.samples
    }  # fmt: skip
    board = json.loads((OPS / "grafana.json").read_text())
    named = {name for expr in asked() for name in WORDS.findall(expr)}
    assert named - there == set()
    ours = {name for name in there if name.startswith("bot_")}
    shown = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in named}
    assert {re.sub(r"_(bucket|sum|count|created)$", "", n) for n in ours} - shown <= {
        re.sub(r"_total$", "", name) for name in named
    }
    for panel in board["panels"]:
        spot = panel["gridPos"]
        assert spot["x"] + spot["w"] <= 24
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def asked() -> list[str]:
    """What the board and the alerts ask Prometheus for."""
    board = json.loads((OPS / "grafana.json").read_text())
    alerts = yaml.safe_load((OPS / "alerts.yml").read_text())
    rules = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    return rules + [t["expr"] for panel in board["panels"] for t in panel.get("targets", ())]


def test_growth_is_asked_of_what_only_grows() -> None:
    """``increase`` takes a gauge's fall for a new beginning: it rose by all that is left."""
    metrics = {one.name: one.type for one in Stats().registry.collect()}
    grown = {n for e in asked() for n in re.findall(r"(?:increase|i?rate)\(([a-z_]+)", e)}
    assert grown
    plain = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in grown}
    assert {metrics[name] for name in plain} <= {"counter", "histogram"}


def test_a_dead_letter_raises_the_alert_by_one_when_it_is_made_and_never_when_it_expires() -> None:
    (expr,) = (one for one in asked() if "dead_letters" in one or "given_up" in one
               if "increase" in one)  # fmt: skip
    (name,) = re.findall(r"bot_\w+", expr)
    stats, seen = Stats(), []
    seen.append(stats.registry.get_sample_value(name))
    stats.handled(ROW, Closed(ROW, "given_up", dead=True), 0.1)
    stats.unreadable(1)
    seen.append(stats.registry.get_sample_value(name))
    stats.handled(ROW, Closed(ROW, "answered"), 0.1)
    stats.waiting(Depth(0, 0.0, 3))
    stats.waiting(Depth(0, 0.0, 2))
    seen.append(stats.registry.get_sample_value(name))
    assert seen == [0, 2, 2]


@pytest.mark.usefixtures("_timedelta")
@pytest.mark.parametrize("title", ["Alerts, 24 h", "429s, 1 h"])
def test_the_first_since_a_start_is_shown_as_growth(title: str) -> None:
    """A counter that is born at 1 has not grown to it."""
    board = json.loads((OPS / "grafana.json").read_text())
    (panel,) = (one for one in board["panels"] if one["title"] == title)
    (name,) = re.findall(r"bot_\w+", panel["targets"][0]["expr"])
    assert Stats().registry.get_sample_value(name) == 0
    assert used().registry.get_sample_value(name) == 1


def test_what_is_down_is_asked_of_the_processes_that_prometheus_is_told_of() -> None:
    """Those that are dead say nothing of themselves, while others are ready."""
    (expr,) = (one for one in asked() if "absent(bot_ready)" in one)
    (job,) = re.findall(r'min\(up\{job="([a-z-]+)"\}\) == 0', expr)
    told = yaml.safe_load((OPS / "prometheus.yml").read_text())
    assert [one["job_name"] for one in told["scrape_configs"]] == [job]
    example = re.sub(r"(?m)^  # ", "  ", (OPS / "prometheus.yml").read_text())
    example = example[example.rindex("  - job_name: acne-bot\n") : example.index("rule_files")]
    found, by_name = yaml.safe_load(example)
    assert found["job_name"] == job
    assert found["dns_sd_configs"][0]["names"] == ["web", "worker"]
    (named,) = by_name["static_configs"]
    assert (named["labels"], len(named["targets"])) == ({"job": job}, 2)


def test_a_failed_write_is_told_before_it_is_forgiven() -> None:
    alerts = yaml.safe_load((OPS / "alerts.yml").read_text())
    (rule,) = (one for one in alerts["groups"][0]["rules"] if one["alert"] == "BotNotReady")
    assert int(rule["for"].removesuffix("m")) * 60 < FORGIVEN


@pytest.mark.usefixtures("_timedelta")
def test_no_label_carries_a_person() -> None:
    stats = used()
    samples = [sample for metric in stats.registry.collect() for sample in metric.samples]
    assert {label for sample in samples for label in sample.labels} <= LABELS
    text = generate_latest(stats.registry).decode()
    for number in ("77001", "88002"):
        assert number not in text


@pytest.mark.usefixtures("_timedelta")
def test_each_thing_that_happened_is_counted_under_its_name() -> None:
    text = generate_latest(used().registry).decode()
    for line in (
        'bot_updates_total{kind="message",outcome="answered"} 1.0',
        'bot_alerts_total{alert="RF04",urgency="emergency"} 1.0',
        'bot_answers_total{passage="",verdict="not_covered"} 2.0',
        'bot_refusals_total{topic="alcohol"} 1.0',
        'bot_refusals_total{topic="unrelated"} 1.0',
        'bot_telegram_errors_total{error="RetryAfter",method="send_message"} 1.0',
        'bot_held_total{reason="flood"} 1.0',
        "bot_latency_seconds_count 3.0",
        "bot_inbox_depth 5.0",
        "bot_inbox_age_seconds 1.5",
        "bot_dead_letters 2.0",
        "bot_turns_hung_total 1.0",
    ):
        assert line in text

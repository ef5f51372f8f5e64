"""Alert rules: each fires when it should and not otherwise, has a runbook, and asks for real metrics."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.whole.switched_on.products import LISTENING
from tools.private_prometheus import prometheus_program

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "deploy" / "monitoring"
RULES: Final = (FOLDER / "slo.yml", FOLDER / "alerts.yml")
RUNBOOKS: Final = ROOT / "docs" / "runbooks" / "alerts"

pytestmark = pytest.mark.usefixtures("prometheus_installed")

LABELS: Final = 'job="furlong-gateway",instance="a"'


@dataclass(frozen=True)
class Case:
    """Series with which an alert fires, and similar ones with which it does not.

    Attributes:
        fires: Series by name and labels, in promtool's notation.
        quiet: The same, without the alert.
        minutes: When the alert is looked at.
        step: Minutes between two samples.
    """

    fires: dict[str, str]
    quiet: dict[str, str]
    minutes: int = 90
    step: int = 1


def requests(ok: int, partial: int = 0, fault: int = 0, shed: int = 0) -> dict[str, str]:
    """Return series of requests, per step."""
    counts = {"ok": ok, "partial": partial, "fault": fault, "refused": 1}
    series = {
        f'furlong_gateway_requests_total{{{LABELS},outcome="{name}"}}': f"0+{count}x600"
        for name, count in counts.items()
    }
    series[f"furlong_gateway_requests_overloaded_total{{{LABELS}}}"] = f"0+{shed}x600"
    series[f"furlong_gateway_request_seconds_count{{{LABELS}}}"] = f"0+{ok + partial + fault}x600"
    return series


def slow(all_requests: int, fast: int) -> dict[str, str]:
    """Return series of the times of requests, per step."""
    return {
        f'furlong_gateway_request_seconds_bucket{{{LABELS},le="0.1"}}': f"0+{fast}x600",
        f"furlong_gateway_request_seconds_count{{{LABELS}}}": f"0+{all_requests}x600",
    }


def one(name: str, labels: str, values: str) -> dict[str, str]:
    """Return one series."""
    return {f"{name}{{{','.join(filter(None, (LABELS, labels)))}}}": values}


def fetches(ok: int, failed: int) -> dict[str, str]:
    """Return series of fetches."""
    name = "furlong_gateway_subgraph_fetches_total"
    return {
        **one(name, 'subgraph="club",outcome="ok"', f"0+{ok}x120"),
        **one(name, 'subgraph="club",outcome="unreachable"', f"0+{failed}x120"),
    }


def buckets(name: str, fast: int, slow: int, bound: str, labels: str = "") -> dict[str, str]:
    """Return a histogram in which some values are above a bound."""
    more = f"{labels}," if labels else ""
    return {
        **one(f"{name}_bucket", f'{more}le="{bound}"', f"0+{fast}x120"),
        **one(f"{name}_bucket", f'{more}le="2.0"', f"0+{fast + slow}x120"),
        **one(f"{name}_bucket", f'{more}le="+Inf"', f"0+{fast + slow}x120"),
    }


def plans(hits: int, misses: int) -> dict[str, str]:
    """Return look-ups of plans."""
    name = "furlong_gateway_plan_cache_total"
    return {
        **one(name, 'result="hit"', f"0+{hits}x120"),
        **one(name, 'result="miss"', f"0+{misses}x120"),
    }


def workers(ready: str, started: str = "2x120") -> dict[str, str]:
    """Return series of two workers."""
    return {
        **one("furlong_gateway_workers", "", "2x120"),
        **one("furlong_gateway_workers_ready", "", ready),
        **one("furlong_gateway_workers_started_total", "", started),
    }


FORMATTED: Final = {"furlong_consumer_kafka_up", "furlong_consumer_database_up"}
"""Metrics whose names the code puts together."""

CASES: Final = {
    "GatewayErrorBudgetBurns": Case(requests(980, fault=10, shed=10), requests(10_000, 300, 5)),
    "GatewayErrorBudgetBurnsSlowly": Case(
        requests(998, fault=1, shed=1), requests(10_000, fault=5), minutes=4_380, step=30
    ),
    "GatewayLatencyBudgetBurns": Case(slow(1_000, 800), slow(1_000, 960)),
    "GatewayAnswersPartial": Case(requests(900, partial=100), requests(990, partial=10)),
    "GatewayDown": Case(one("up", "", "1x60 0x60"), one("up", "", "1x120")),
    "GatewayWorkersMissing": Case(workers("2x60 1x60"), workers("2x70 1x2 2x60", "2x70 3x60")),
    "GatewayShedsRequests": Case(requests(900, shed=50), requests(10_000, shed=5)),
    "GatewayRequestsWait": Case(
        one("furlong_gateway_oldest_request_seconds", "", "0x60 30+60x60"),
        {
            **one("furlong_gateway_oldest_request_seconds", "", "2x120"),
            **buckets("furlong_gateway_event_loop_lag_seconds", 1_000, 1, "0.05"),
        },
    ),
    "GatewayReportsLate": Case(
        one("furlong_gateway_worker_reports_late_total", "", "0+1x120"),
        one("furlong_gateway_worker_reports_late_total", "", "0x60 1x60"),
    ),
    "GatewayPlansMissed": Case(plans(6_000, 600), plans(600_000, 600)),
    "GatewayDeoptimizes": Case(
        one("furlong_gateway_deoptimizations_total", 'stage="fetch",error="KeyError"', "0+60x120"),
        one("furlong_gateway_deoptimizations_total", 'stage="fetch",error="KeyError"', "0x60 2x60"),
    ),
    "SignaturesRefused": Case(
        one("furlong_subgraph_refused_requests_total", 'reason="replayed"', "0+60x120"),
        {
            **one("furlong_subgraph_refused_requests_total", 'reason="unsigned"', "0+60x120"),
            **one("furlong_subgraph_unshared_signatures_total", "", "0x120"),
        },
    ),
    "GatewayManifestsBroken": Case(
        one("furlong_gateway_manifests_broken", "", "0x60 1x60"),
        one("furlong_gateway_manifests_broken", "", "0x86 1x2 0x60"),
    ),
    "GatewayReloadRefused": Case(
        one("furlong_gateway_reload_refused", 'what="supergraph"', "0x60 1x60"),
        one("furlong_gateway_reload_refused", 'what="supergraph"', "0x87 1x1 0x60"),
    ),
    "CircuitOpen": Case(
        one("furlong_gateway_circuit_state", 'subgraph="club",of=""', "0x60 2 1 2 1 2 1 2 1 2x60"),
        one("furlong_gateway_circuit_state", 'subgraph="club",of=""', "0x88 2x1 0x60"),
    ),
    "SubgraphFails": Case(fetches(900, 100), fetches(1_000, 10)),
    "SubgraphSlow": Case(
        buckets("furlong_gateway_fetch_seconds", 900, 100, "0.5", 'subgraph="club"'),
        buckets("furlong_gateway_fetch_seconds", 1_000, 10, "0.5", 'subgraph="club"'),
    ),
    "TokensUnverifiable": Case(
        one("furlong_token_keys_age_seconds", 'issuer="a"', "0+60x120"),
        one("furlong_token_keys_age_seconds", 'issuer="a"', "300x120"),
    ),
    "ProcessDown": Case(
        one("up", 'process="consume progress"', "1x60 0x60"),
        one("up", 'process="consume progress"', "1x80 0x1 1x60"),
    ),
    "ConsumerCutOff": Case(
        one("furlong_consumer_database_up", "", "1x60 0x60"),
        {**one("furlong_consumer_database_up", "", "1x120"), **one("furlong_consumer_kafka_up", "", "1x120")},
    ),
    "ConsumerLags": Case(
        one("furlong_consumer_lag_records", 'topic="bets",partition="0"', "0+500x120"),
        one("furlong_consumer_lag_records", 'topic="bets",partition="0"', "0x80 50000x3 10x60"),
    ),
    "DeadLetters": Case(
        one("furlong_consumer_dead_letters_total", 'topic="bets"', "_x85 1x60"),
        one("furlong_consumer_dead_letters_total", 'topic="bets"', "7x120"),
    ),
    "AccountLost": Case(
        one("furlong_consumer_dead_letters_total", 'topic="club.account-status.v1"', "_x85 1x60"),
        {
            **one("furlong_consumer_dead_letters_total", 'topic="club.progress.v1"', "_x85 1x60"),
            **one("furlong_consumer_dead_letters_total", 'topic="club.account-status.v1"', "0x4 7x140"),
        },
    ),
    "OutboxWaits": Case(
        one("furlong_outbox_oldest_seconds", 'outbox="club"', "0x60 0+60x60"),
        {
            **one("furlong_outbox_oldest_seconds", 'outbox="club"', "3x120"),
            'furlong_outbox_leads{job="w",instance="a",outbox="club"}': "1x120",
            'furlong_outbox_leads{job="w",instance="b",outbox="club"}': "0x120",
        },
    ),
    "NodeHasNotAcknowledged": Case(
        one("furlong_global_unacknowledged_seconds", 'node="main",part="rewards"', "0x60 0+60x60"),
        one("furlong_global_unacknowledged_seconds", 'node="main",part="rewards"', "3x120"),
    ),
    "WorkerStalled": Case(
        one("furlong_worker_rounds_total", 'worker="weeks"', "0+12x60 720x60"),
        one("furlong_worker_rounds_total", 'worker="weeks"', "0+12x60 720x4 732+12x60"),
    ),
    "PayoutsStopped": Case(
        one("furlong_worker_waiting", 'worker="wallet-closes",for="payouts"', "0x60 2x60"),
        one("furlong_worker_waiting", 'worker="wallet-closes",for="close"', "1x60 0x60"),
    ),
    "DayNotClosed": Case(
        one("furlong_worker_waiting", 'worker="wallet-closes",for="close"', "0x10 1x300"),
        one("furlong_worker_waiting", 'worker="wallet-closes",for="close"', "1x60 0x60"),
    ),
    "PaymentCasesOpen": Case(
        one("furlong_worker_waiting", 'worker="wallet-cashier",for="cases"', "0x10 1x600"),
        one("furlong_worker_waiting", 'worker="wallet-cashier",for="cases"', "1x30 0x90"),
    ),
    "ItemsFail": Case(
        one("furlong_worker_waiting", 'worker="bets-upkeep",for="failing"', "0x10 1x90"),
        one("furlong_worker_waiting", 'worker="bets-upkeep",for="postponed"', "1x100"),
    ),
    "OperatorUnanswered": Case(
        one("furlong_worker_waiting", 'worker="wallet-operators",for="stuck"', "0x60 1x60"),
        one("furlong_worker_waiting", 'worker="wallet-operators",for="answers"', "0x60 9x60"),
    ),
    "ProviderUnavailable": Case(
        one("furlong_fulfilment_provider_available", 'provider="bonus"', "1x60 0x60"),
        one("furlong_fulfilment_provider_available", 'provider="bonus"', "1x84 0x3 1x60"),
    ),
    "GamesProviderAway": Case(
        one("furlong_worker_waiting", 'worker="lobby-upkeep",for="providers"', "0x60 1x60"),
        one("furlong_worker_waiting", 'worker="lobby-upkeep",for="providers"', "0x84 1x3 0x60"),
    ),
    "LiveBusAway": Case(
        one("furlong_live_bus_away", "", "0x60 1x60"),
        one("furlong_live_bus_away", "", "0x60 1x4 0x60"),
    ),
    "LiveUpdatesLate": Case(
        buckets("furlong_live_lag_seconds", 950, 50, "1.0"),
        buckets("furlong_live_lag_seconds", 995, 5, "1.0"),
    ),
}
"""What makes each alert fire, and what nearly does."""


def alerts() -> list[dict[str, Any]]:
    """Return all alerts."""
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def groups() -> list[str]:
    """Return the names of all groups in the order of their files: alerts need what was recorded at the time.

    promtool evaluates groups that are not ordered in a random order, and so some alerts see the values of a
    step before, which are stale if steps are longer than five minutes.
    """
    return [group["name"] for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]


def promtool(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    program = prometheus_program("promtool")
    assert program is not None
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def batches(step: int, *, fires: bool) -> list[dict[str, Case]]:
    """Return the cases in few batches: no two of a batch have series of one metric."""
    found: list[dict[str, Case]] = []
    for name, case in CASES.items():
        if case.step != step:
            continue
        metrics = _metrics(case, fires=fires)
        for batch in found:
            if not any(metrics & _metrics(other, fires=fires) for other in batch.values()):
                batch[name] = case
                break
        else:
            found.append({name: case})
    return found


def _metrics(case: Case, *, fires: bool) -> set[str]:
    return {series.split("{")[0] for series in (case.fires if fires else case.quiet)}


def unit_test(batch: dict[str, Case], *, fires: bool) -> dict[str, Any]:
    """Return a batch of cases as a test in promtool's format."""
    series = {
        each: values
        for case in batch.values()
        for each, values in (case.fires if fires else case.quiet).items()
    }
    return {
        "interval": f"{next(iter(batch.values())).step}m",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})',
                "eval_time": f"{case.minutes}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
            for name, case in batch.items()
        ],
    }


def test_rules_and_configuration_are_valid() -> None:
    """As promtool checks them."""
    checked = promtool("check", "config", FOLDER / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "FAILED" not in checked.stdout


@pytest.mark.parametrize("step", sorted({case.step for case in CASES.values()}))
def test_alerts_fire_when_they_should_and_not_otherwise(tmp_path: Path, step: int) -> None:
    """Each with series that make it fire, and with similar ones that do not."""
    file = tmp_path / "tests.yml"
    content = {
        "rule_files": [str(rule) for rule in RULES],
        "evaluation_interval": f"{step}m",
        "group_eval_order": groups(),
        "tests": [
            unit_test(batch, fires=fires) for fires in (True, False) for batch in batches(step, fires=fires)
        ],
    }
    file.write_text(yaml.safe_dump(content))
    result = promtool("test", "rules", file)
    assert result.returncode == 0, result.stdout + result.stderr


def processes() -> dict[str, str]:
    """Return the processes that Prometheus asks, with their addresses."""
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    return {
        target["labels"]["process"]: target["targets"][0] for job in jobs for target in job["static_configs"]
    }


GONE: Final = {
    "its target is down": "1x60 0x60",
    "its target is gone": "1x60 stale",
    "it ends again and again": "1 0 0 1 0 0" + " 1 0 0" * 38,
}


@pytest.mark.parametrize("how", GONE)
def test_each_process_that_has_ended_raises_an_alert(tmp_path: Path, how: str) -> None:
    """Whatever its kind, and also if all of them have: none exports anything any more."""
    running = 'up{job="other",instance="b",process="consume progress of another machine"}'
    series = {f'up{{job="a",instance="{name}",process="{name}"}}': GONE[how] for name in processes()}
    content = {
        "rule_files": [str(rule) for rule in RULES],
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": each, "values": values}
                    for each, values in (series | {running: "1x120"}).items()
                ],
                "promql_expr_test": [
                    {
                        "expr": 'count by (process) (ALERTS{alertname="ProcessDown",alertstate="firing"})',
                        "eval_time": "66m",
                        "exp_samples": [
                            {"labels": f'{{process="{name}"}}', "value": 1} for name in processes()
                        ],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "tests.yml"
    file.write_text(yaml.safe_dump(content))
    result = promtool("test", "rules", file)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_process_is_on_the_list() -> None:
    """Prometheus asks all commands that run until they are stopped, at the ports that their units have."""
    listed = processes()
    assert listed.keys() == {
        *LISTENING,
        "funds serve",
        "seamless serve",
        "payments serve",
    }
    for file in (ROOT / "deploy" / "systemd" / "env").glob("furlong-*.env"):
        settings = dict(re.findall(r"^([A-Z]+)=(\S+)$", file.read_text(), re.MULTILINE))
        unit = file.stem.removeprefix("furlong-").replace("@", " ")
        name = f"{unit} serve" if unit in {"backoffice", "funds", "payments", "seamless"} else unit
        if name != "upgrade":
            assert listed[name] == settings.get("OPERATORS", settings["LISTEN"]), file.name


def test_every_alert_has_a_case_and_a_runbook() -> None:
    """Nobody is woken without being told what to do."""
    assert {alert["alert"] for alert in alerts()} == CASES.keys()
    for alert in alerts():
        path = alert["annotations"]["runbook"]
        assert path == f"docs/runbooks/alerts/{alert['alert']}.md"
        assert (ROOT / path).read_text().startswith(f"# {alert['alert']}\n")
        assert alert["labels"]["severity"] in {"page", "ticket"}
    assert {each.stem for each in RUNBOOKS.glob("*.md")} == CASES.keys()


def commands() -> list[tuple[str, list[str]]]:
    """Return the commands of `furlong` that runbooks tell to run, with the runbooks' names."""
    return [
        (file.name, line.split())
        for file in sorted(RUNBOOKS.glob("*.md"))
        for line in re.findall(r"^ {4,}furlong (.+)$", file.read_text(), re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("runbook", "words"), commands(), ids=lambda each: " ".join(each) if isinstance(each, list) else each
)
def test_the_commands_of_runbooks_exist(runbook: str, words: list[str]) -> None:
    """With the options that runbooks give them."""
    import typer.main  # noqa: PLC0415

    from furlong.cli import app  # noqa: PLC0415

    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    rest = list(words)
    while hasattr(command, "get_command") and rest and not rest[0].startswith("-"):
        name, command, rest = command.resolve_command(context, rest)
        context = typer.Context(command, info_name=name, parent=context)
    assert not hasattr(command, "get_command"), f"{runbook}: {words} is no command"
    options = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    given = {each for each in rest if each.startswith("--")}
    assert given <= options, f"{runbook}: {sorted(given - options)}"


def test_rules_and_dashboards_ask_for_metrics_that_somebody_exports() -> None:
    """A renamed metric would make an alert that never fires."""
    code = "".join(
        file.read_text()
        for package in ("gateway", "consumers", "furlong", "foundation", "subgraphs", "backoffice")
        for file in (ROOT / package).rglob("*.py")
    )
    texts = [file.read_text() for file in RULES]
    for dashboard in (FOLDER / "dashboards").glob("*.json"):
        panels = json.loads(dashboard.read_text())["panels"]
        texts += [target["expr"] for panel in panels for target in panel.get("targets", ())]
    names = {name for text in texts for name in re.findall(r"\bfurlong_[a-z_]+", text)}
    assert len(names) > 30
    for name in names - FORMATTED:
        plain = re.sub(r"_(total|bucket|count|sum)$", "", name)
        short = plain.removeprefix("furlong_").split("_", 1)[1]
        assert plain in code or f'"{short}"' in code or f'"{name.split("_", 2)[2]}"' in code, name

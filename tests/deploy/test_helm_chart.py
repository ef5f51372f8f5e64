"""The Helm chart: Helm renders it for every cell, the schemas accept it, and what it promises holds."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli.main import app
from furlong.cli.processes import workers
from furlong.database_names import DATABASES
from furlong.settings import listed, secret_variables
from furlong.topic_plans import MESSAGES
from furlong.workers.consumer_process import create_consumer
from gateway.http.admission import Admission
from gateway.monitoring.metrics import Metrics
from subgraphs.block_list import SUBGRAPHS
from tools.helm.secret_settings import FILE, template

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "deploy" / "helm"
CELLS: Final = {file.stem: yaml.safe_load(file.read_text()) for file in (FOLDER / "cells").glob("*.yaml")}
DEFAULTS: Final = yaml.safe_load((FOLDER / "furlong" / "values.yaml").read_text())
FIXTURE: Final = {"name": "final", "from": "2027-01-02T09:08", "until": "2027-01-02T18:00"}
CASINO: Final = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "casino"}}}
WRONG: Final[dict[str, dict[str, Any]]] = {
    "a misspelt value": {"sreve": {}},
    "a secret among the settings": {"settings": {"FURLONG_DATABASE_URL": "mysql://u:p@h/furlong"}},
    "issuers with their secrets": {"settings": {"FURLONG_GATEWAY_TOKEN_ISSUERS": "[]"}},
    "more pods than there may be": {"calendar": {"fixtures": [{**FIXTURE, "serve": 25}]}},
    "more consumers than partitions": {
        "cell": {"name": "c9", "partitions": "0-5"},
        "calendar": {"fixtures": [{**FIXTURE, "consumers": {"progress": 7}}]},
    },
    "partitions backwards": {"cell": {"name": "c9", "partitions": "5-3"}},
    "a short digest": {"image": {"digest": "sha256:12"}},
}
ODD: Final[dict[str, dict[str, Any]]] = {
    "a resource that does not exist": {"serve": {"resources": {"limitz": {"cpu": "1"}}}},
    "a file of one process": {
        "files": [{"name": "pay", "path": "/pay", "secret": "pay", "processes": ["worker-fulfilment"]}]
    },
    "funds": {"funds": {"replicas": 2}, "network": {"fundsClients": [CASINO]}},
    "payments": {"payments": {"replicas": 2}, "network": {"paymentsClients": [CASINO]}},
    "seamless": {"seamless": {"replicas": 2}, "network": {"seamlessClients": [CASINO]}},
    "a fixture": {"calendar": {"fixtures": [{**FIXTURE, "serve": 20, "consumers": {"progress": 24}}]}},
}

pytestmark = pytest.mark.usefixtures("helm_installed")


def merged(values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Return values with others on top, as Helm merges two files."""
    both = dict(values)
    for name, other in others.items():
        old = both.get(name)
        both[name] = merged(old, other) if isinstance(old, dict) and isinstance(other, dict) else other
    return both


@pytest.fixture(scope="module")
def results(processes: None) -> dict[str, Any]:
    """What Helm makes of all cells, and of values with something wrong or odd."""
    odd = {name: merged(CELLS["single"], values) for name, values in {**WRONG, **ODD}.items()}
    done = subprocess.run(
        [ROOT / ".services" / "helm" / "bin" / "python", ROOT / "tools" / "helm" / "render.py"],
        input=json.dumps(CELLS | odd),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module", params=sorted(CELLS))
def cell(request: pytest.FixtureRequest, results: dict[str, Any]) -> list[dict[str, Any]]:
    """The manifests of one cell."""
    manifests: list[dict[str, Any]] = results[request.param]["manifests"]
    return manifests


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Return the manifests of a kind by name."""
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def pods(manifests: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the templates of all pods."""
    for manifest in manifests:
        if manifest["kind"] in {"Deployment", "Job"}:
            yield manifest["spec"]["template"]


def containers(manifests: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield all containers."""
    for pod in pods(manifests):
        yield from pod["spec"].get("initContainers", ())
        yield from pod["spec"]["containers"]


def selects(selector: dict[str, Any], pod: dict[str, Any]) -> bool:
    """Return whether a selector of labels selects a pod."""
    labels = pod["metadata"]["labels"]
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        labels.get(expression["key"]) in expression["values"]
        for expression in selector.get("matchExpressions", ())
    )


@pytest.mark.parametrize("name", sorted(CELLS))
def test_helm_and_the_schemas_accept_the_chart_with_every_cells_values(
    results: dict[str, Any], name: str
) -> None:
    """Every manifest is valid for Kubernetes and KEDA, with no property that they do not know."""
    result = results[name]
    assert result["manifests"]
    assert (result["warnings"], result["faults"]) == ([], [])


def test_an_unknown_property_is_a_fault(results: dict[str, Any]) -> None:
    """The check above can fail."""
    faults = results["a resource that does not exist"]["faults"]
    assert len(faults) == 1
    assert "limitz" in faults[0]


@pytest.mark.parametrize("name", sorted(WRONG))
def test_wrong_values_are_refused(results: dict[str, Any], name: str) -> None:
    """Helm ends with an error before anything is changed."""
    assert results[name].get("refused")


def test_each_container_starts_a_command_with_its_options(cell: list[dict[str, Any]]) -> None:
    """The command line of each process parses."""
    for container in containers(cell):
        shown = CliRunner().invoke(app, [*container["args"], "--help"])
        assert shown.exit_code == 0, (container["args"], shown.output)


def test_pods_have_no_privileges(cell: list[dict[str, Any]]) -> None:
    """No root, no writable root file system, no capabilities, no token, no variables of services."""
    for pod in pods(cell):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
    for container in containers(cell):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


def test_each_process_is_probed_at_a_port_that_it_serves(cell: list[dict[str, Any]]) -> None:
    """Startup, liveness and readiness ask a port of the container, where its command listens."""
    for deployment in of_kind(cell, "Deployment").values():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        listening = {int(one.rpartition(":")[2]) for one in container["args"] if one.startswith("0.0.0.0:")}
        assert set(ports.values()) == listening
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] in ports


def test_settings_exist_and_secrets_come_from_secrets(cell: list[dict[str, Any]]) -> None:
    """Every variable is a setting of Furlong, and no secret is written into a manifest."""
    known, secrets = {name for name, _, _ in listed()}, set(secret_variables())
    for container in containers(cell):
        for variable in container["env"]:
            assert variable["name"] in known
            if variable["name"] in secrets:
                assert "value" not in variable
                assert variable["valueFrom"]["secretKeyRef"]["name"]


def test_no_secret_setting_is_accepted_as_plain_text() -> None:
    """The list by which the chart refuses secrets is that of the settings' types."""
    assert FILE.read_text() == template(), "run: make compose"


@pytest.mark.parametrize(
    "name",
    [
        "FURLONG_DATABASE_URL",
        "FURLONG_GATEWAY_TOKEN_ISSUERS",
        "FURLONG_GATEWAY_TOKEN_INTROSPECTION",
        "FURLONG_GATEWAY_TOKEN_REVOCATIONS",
        "FURLONG_GATEWAY_APQ_VALKEY_URL",
        "FURLONG_GATEWAY__SIGNATURES__KEYS",
        "FURLONG_GATEWAY_SUBGRAPH_SIGNING_KEYS",
        "FURLONG_FULFILMENT_SECRETS",
    ],
)
def test_a_setting_with_a_secret_in_it_is_a_secret(name: str) -> None:
    """Whether it is one, has one among several parts, or is an address that may contain a password."""
    assert name in secret_variables()


def test_a_path_to_a_key_is_no_secret() -> None:
    """A name says nothing: this one ends like those of secrets."""
    assert "FURLONG_GATEWAY_TLS_KEY" not in secret_variables()


def test_a_file_is_mounted_where_it_is_needed(results: dict[str, Any]) -> None:
    """A Secret of one process is not a file of another."""
    having = {
        container["name"]
        for container in containers(results["a file of one process"]["manifests"])
        if any(mount["name"] == "pay" for mount in container["volumeMounts"])
    }
    assert having == {"worker-fulfilment"}


def test_a_process_gets_only_its_secrets(results: dict[str, Any]) -> None:
    """The keys of providers are known to the worker that pays, and to nobody else."""
    having = {
        container["name"]
        for container in containers(results["single"]["manifests"])
        if any(one["name"] == "FURLONG_FULFILMENT_SECRETS" for one in container["env"])
    }
    assert having == {"worker-fulfilment"}


def test_each_deployment_has_a_budget_of_its_own_and_one_that_decides_its_size(
    cell: list[dict[str, Any]],
) -> None:
    """A disruption budget selects each deployment; its replicas are fixed or an autoscaler's, never both."""
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in of_kind(cell, "ScaledObject").values()]
    scaled += [
        one["spec"]["scaleTargetRef"]["name"] for one in of_kind(cell, "HorizontalPodAutoscaler").values()
    ]
    assert len(set(scaled)) == len(scaled)
    budgets = of_kind(cell, "PodDisruptionBudget").values()
    for name, deployment in of_kind(cell, "Deployment").items():
        pod = deployment["spec"]["template"]
        assert sum(selects(budget["spec"]["selector"], pod) for budget in budgets) == 1
        assert selects(deployment["spec"]["selector"], pod)
        assert (name in scaled) != ("replicas" in deployment["spec"])


def test_consumers_scale_on_the_lag_of_their_cells_partitions(
    results: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trigger names a keyed topic that this consumer's group reads; there are never idle replicas."""
    keyed = {topic.name for topic in MESSAGES if topic.partitions is None}
    for cell in ("single", "c1", "c2"):
        first, last = map(int, CELLS[cell].get("cell", DEFAULTS["cell"])["partitions"].split("-"))
        scaled = of_kind(results[cell]["manifests"], "ScaledObject")
        for name in ("club", "rewards", "progress", "fulfilment"):
            spec = scaled[f"furlong-consume-{name}"]["spec"]
            assert spec["maxReplicaCount"] == last - first + 1
            group, read = subscription(name, tmp_path, cell, monkeypatch)
            lags = [trigger["metadata"] for trigger in spec["triggers"] if trigger["type"] == "kafka"]
            assert lags
            assert {lag["topic"] for lag in lags} <= read & keyed
            assert {lag["consumerGroup"] for lag in lags} == {group}
            assert {lag["partitionLimitation"] for lag in lags} == {f"{first}-{last}"}


def subscription(name: str, folder: Path, cell: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, set[str]]:
    """Return a consumer's group and topics, with the environment that the chart gives it."""
    if own := CELLS[cell].get("cell"):
        monkeypatch.setenv("FURLONG_CELL", own["name"])
        monkeypatch.setenv("FURLONG_CELL_PARTITIONS", own["partitions"])

    async def read() -> tuple[str, set[str]]:
        database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
        consumer = create_consumer(name, database, StreamSettings(), CollectorRegistry(), SystemClock())
        try:
            return consumer.app.group, {topic.name for topic in consumer.app.topics}
        finally:
            await consumer.stop()

    return asyncio.run(read())


def test_the_cells_share_all_partitions_and_none_twice() -> None:
    """The examples of two cells divide the partitions of the only cell."""
    ranges = [CELLS[cell]["cell"]["partitions"].split("-") for cell in ("c1", "c2")]
    owned = [partition for first, last in ranges for partition in range(int(first), int(last) + 1)]
    first, last = map(int, DEFAULTS["cell"]["partitions"].split("-"))
    assert owned == list(range(first, last + 1))


def test_autoscalers_ask_for_metrics_that_the_gateway_exports(results: dict[str, Any]) -> None:
    """A metric by another name would never scale anything."""
    exported = Metrics(Admission(1)).text().decode()
    worker = (ROOT / "furlong" / "workers" / "fulfilment_worker.py").read_text()
    asked = set()
    for manifests in (results["single"]["manifests"], results["without-keda"]["manifests"]):
        asked |= set(re.findall(r"furlong_(?:gateway|fulfilment)_\w+", json.dumps(manifests)))
    assert asked == {
        "furlong_gateway_requests_inside",
        "furlong_gateway_oldest_request_seconds",
        "furlong_fulfilment_backlog",
    }
    for name in asked:
        assert f"\n{name} " in exported or f'"{name}"' in worker


def test_pods_are_there_before_a_fixture(results: dict[str, Any]) -> None:
    """A fixture of the calendar becomes a schedule on the clock of its zone."""
    scaled = of_kind(results["a fixture"]["manifests"], "ScaledObject")
    for name, number in (("serve", "20"), ("consume-progress", "24")):
        (cron,) = [
            trigger for trigger in scaled[f"furlong-{name}"]["spec"]["triggers"] if trigger["type"] == "cron"
        ]
        assert cron["metadata"] == {
            "timezone": "Europe/London",
            "start": "8 9 2 1 *",
            "end": "0 18 2 1 *",
            "desiredReplicas": number,
        }


def test_the_back_office_belongs_to_no_cell(results: dict[str, Any]) -> None:
    """All processes of a cell know which one it is, except those that serve all cells."""
    without = {
        container["name"]
        for container in containers(results["c1"]["manifests"])
        if not any(one["name"] == "FURLONG_CELL" for one in container["env"])
    }
    assert without == {"backoffice", "consume-backoffice"}


def test_databases_and_topics_are_ready_before_new_pods(cell: list[dict[str, Any]]) -> None:
    """A job before installation and upgrade expands the databases, then creates topics."""
    (job,) = of_kind(cell, "Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    spec = job["spec"]["template"]["spec"]
    is_named = any(one["name"] == "FURLONG_CELL" for one in spec["containers"][0]["env"])
    claim = [["cell", "claim"]] if is_named else []
    assert [container["args"] for container in spec["initContainers"]] == [["db", "upgrade"], *claim]
    assert spec["containers"][0]["args"][:2] == ["topics", "create"]


def test_nobody_may_call_a_pod_except_those_who_must(cell: list[dict[str, Any]]) -> None:
    """All pods are selected by a policy that forbids everything; customers reach only the gateway's port."""
    policies = of_kind(cell, "NetworkPolicy")
    nothing = policies["furlong-nothing"]["spec"]
    assert "ingress" not in nothing
    assert "egress" not in nothing
    assert all(selects(nothing["podSelector"], pod) for pod in pods(cell))
    clients = DEFAULTS["network"]["clients"]
    for name, policy in policies.items():
        for rule in policy["spec"].get("ingress", ()):
            if rule["from"] == clients and name != "furlong-clients-of-backoffice":
                reached = [pod for pod in pods(cell) if selects(policy["spec"]["podSelector"], pod)]
                assert [pod["spec"]["containers"][0]["name"] for pod in reached] == ["serve"]
                assert rule["ports"] == [{"port": "http"}]


def test_only_those_who_move_money_reach_it(results: dict[str, Any]) -> None:
    """Without `funds` nothing of it is there; with it, fulfilment and those whom the values name."""
    assert "furlong-funds" not in of_kind(results["single"]["manifests"], "Deployment")
    manifests = results["funds"]["manifests"]
    (funds,) = [pod for pod in pods(manifests) if pod["spec"]["containers"][0]["name"] == "funds"]
    policies = of_kind(manifests, "NetworkPolicy").values()
    doors = [
        rule
        for policy in policies
        if selects(policy["spec"]["podSelector"], funds)
        for rule in policy["spec"].get("ingress", ())
        if rule["ports"] == [{"port": "http"}]
    ]
    (payer, casino) = doors[0]["from"]
    assert len(doors) == 1
    assert casino == CASINO
    paying = [pod for pod in pods(manifests) if selects(payer["podSelector"], pod)]
    assert [pod["spec"]["containers"][0]["name"] for pod in paying] == ["worker-fulfilment"]
    assert any(
        {"protocol": "TCP", "port": 4010} in rule["ports"] and selects(rule["to"][0]["podSelector"], funds)
        for policy in policies
        if selects(policy["spec"]["podSelector"], paying[0])
        for rule in policy["spec"].get("egress", ())
        if "podSelector" in rule["to"][0]
    )


@pytest.mark.parametrize("process", ["payments", "seamless"])
def test_only_those_whom_the_values_name_reach_what_strangers_call(
    results: dict[str, Any], process: str
) -> None:
    """Without replicas nothing of it is there."""
    assert f"furlong-{process}" not in of_kind(results["single"]["manifests"], "Deployment")
    manifests = results[process]["manifests"]
    assert f"furlong-{process}" in of_kind(manifests, "PodDisruptionBudget")
    (served,) = [pod for pod in pods(manifests) if pod["spec"]["containers"][0]["name"] == process]
    doors = [
        rule["from"]
        for policy in of_kind(manifests, "NetworkPolicy").values()
        if selects(policy["spec"]["podSelector"], served)
        for rule in policy["spec"].get("ingress", ())
        if rule["ports"] == [{"port": "http"}]
    ]
    assert doors == [[CASINO]]


def test_the_chart_has_every_consumer_and_worker() -> None:
    """A process that the chart does not know could not be run in a cluster."""
    commands = {
        command.name or command.callback.__name__
        for command in workers.cli.registered_commands
        if command.callback is not None
    }
    assert set(DEFAULTS["workers"]) == commands
    assert set(DEFAULTS["consumers"]) == set(DATABASES)


def test_policies_and_secrets_name_processes_that_exist() -> None:
    """A misspelt process would silently lose its secret or its way to the database."""
    for name, values in CELLS.items():
        known = {"serve", "backoffice", "funds", "payments", "seamless", "migrations"}
        known |= {f"consume-{consumer}" for consumer in DEFAULTS["consumers"]}
        known |= {f"worker-{worker}" for worker in DEFAULTS["workers"]}
        known |= {f"subgraph-{subgraph}" for subgraph in SUBGRAPHS}
        named = [*values["secrets"].values(), *values["network"]["egress"]]
        assert {process for one in named for process in one["processes"]} <= known, name

"""The Helm chart on a real API server: admitted, upgraded, rolled back, uninstalled: `make nightly`."""

import copy
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.nightly.cluster import Cluster, Manifest, State, collection
from tests.support.product.release import released_code
from tools.api_server.server import ApiServer, start_api_server
from tools.runner.service_markers import chart_tools_installed
from tools.server_process import ServiceMissingError

ROOT: Final = Path(__file__).resolve().parents[2]
HELM: Final = ROOT / "deploy" / "helm"
CHART: Final = HELM / "furlong"
TOOLS: Final = ROOT / ".services" / "helm"
NAMESPACE: Final = "clubs"
"""Where Helm installs. `render.py` renders for it as well, and manifests name it in queries of Prometheus."""
CELLS: Final = {file.stem: yaml.safe_load(file.read_text()) for file in (HELM / "cells").glob("*.yaml")}

# Without the mark `helm`: what is asked to run and cannot fails, and is not left out.
pytestmark = pytest.mark.skipif(
    os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"},
    reason="needs an API server that is built from source: make nightly",
)


@pytest.fixture(scope="module")
def server(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A running API server, if Helm is installed as well."""
    if not chart_tools_installed():
        raise ServiceMissingError("Helm is not installed: run make services")
    started = start_api_server(tmp_path_factory.mktemp("api-server"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def cluster(server: ApiServer) -> Iterator[Cluster]:
    """The server with KEDA's definitions."""
    with server.client() as client:
        for file in sorted((TOOLS / "keda").glob("*.yaml")):
            definition = yaml.safe_load(file.read_text())
            path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{definition['metadata']['name']}"
            client.patch(
                path,
                params={"fieldManager": "tests", "fieldValidation": "Strict"},
                headers={"Content-Type": "application/apply-patch+yaml"},
                content=json.dumps(definition),
            ).raise_for_status()
        wait_until_served(client.get, "/apis/keda.sh/v1alpha1/scaledobjects")
        cluster = Cluster(client)
        cluster.create_namespace(NAMESPACE)
        yield cluster


def wait_until_served(get: Any, path: str) -> None:
    """Wait until the server knows a kind that was defined just now."""
    deadline = time.monotonic() + 120
    while not get(path).is_success:
        assert time.monotonic() < deadline, get(path).text
        time.sleep(0.2)


@pytest.fixture(scope="module")
def manifests(processes: None) -> dict[str, list[Manifest]]:
    """What Helm makes of all cells."""
    results = helm_tool("render.py", CELLS)
    return {name: result["manifests"] for name, result in results.items()}


@pytest.fixture(scope="module")
def applied(cluster: Cluster, manifests: dict[str, list[Manifest]]) -> dict[str, State]:
    """What the server keeps of each cell, applied in a namespace of its own.

    Each object is tried first. The server has no warning about it, such as one of a deprecated version.
    """
    for name in CELLS:
        cluster.create_namespace(name)
        for dry_run in (True, False):
            for manifest in manifests[name]:
                answer = cluster.apply(name, manifest, dry_run=dry_run)
                assert answer.is_success, answer.text
                assert "warning" not in answer.headers, (
                    manifest["metadata"]["name"],
                    answer.headers["warning"],
                )
    return {name: cluster.state(name) for name in CELLS}


def helm_tool(script: str, asked: Any) -> Any:
    """Run a script in Helm's environment, and return what it writes."""
    done = subprocess.run(
        [TOOLS / "bin" / "python", ROOT / "tools" / "helm" / script],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", sorted(CELLS))
def test_the_server_keeps_every_object_as_the_chart_says(
    cluster: Cluster, manifests: dict[str, list[Manifest]], applied: dict[str, State], name: str
) -> None:
    """All objects are there, with every field that the chart sets; applied again, nothing changes."""
    assert set(applied[name]) == {
        (manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests[name]
    }
    for manifest in manifests[name]:
        live = cluster.client.get(
            f"{collection(name, manifest['kind'])}/{manifest['metadata']['name']}"
        ).json()
        assert missing(manifest, live) == []
        again = cluster.apply(name, manifest).json()
        assert again["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]


def missing(wanted: Any, live: Any, path: str = "") -> list[str]:
    """Return the paths of values that an object should have and lacks; numbers may be written differently."""
    if isinstance(wanted, dict):
        lacking = [f"{path}.{name}" for name in wanted if not isinstance(live, dict) or name not in live]
        return lacking or [
            each for name in wanted for each in missing(wanted[name], live[name], f"{path}.{name}")
        ]
    if isinstance(wanted, list):
        if not isinstance(live, list) or len(wanted) != len(live):
            return [path]
        pairs = enumerate(zip(wanted, live, strict=True))
        return [each for index, (one, other) in pairs for each in missing(one, other, f"{path}[{index}]")]
    return [] if plain(wanted) == plain(live) else [f"{path}: {live!r} instead of {wanted!r}"]


def plain(value: Any) -> str:
    """Return a value as text; thousandths, as in 250m, as a decimal number."""
    text = str(value)
    return str(Decimal(text[:-1]) / 1000) if re.fullmatch(r"\d+m", text) else text


@pytest.mark.parametrize("name", sorted(CELLS))
@pytest.mark.usefixtures("applied")
def test_every_pod_is_admitted_where_pods_are_restricted(
    cluster: Cluster, manifests: dict[str, list[Manifest]], name: str
) -> None:
    """The pod of each process passes the strictest pod security standard, and its service account exists."""
    owners = [manifest for manifest in manifests[name] if manifest["kind"] in {"Deployment", "Job"}]
    assert owners
    for owner in owners:
        answer = cluster.try_pod(name, owner)
        assert answer.is_success, answer.text


@pytest.mark.usefixtures("applied")
def test_what_is_wrong_is_refused(cluster: Cluster, manifests: dict[str, list[Manifest]]) -> None:
    """The checks above can fail: on a field, on a value, on KEDA's objects, and on privileges."""
    serve, scaled = (
        next(one for one in manifests["single"] if (one["kind"], one["metadata"]["name"]) == wanted)
        for wanted in (("Deployment", "furlong-serve"), ("ScaledObject", "furlong-serve"))
    )

    def changed(manifest: Manifest, value: Any, *path: Any) -> Manifest:
        copied = copy.deepcopy(manifest)
        inner = copied
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        return copied

    pod = ("spec", "template", "spec")
    wrong = {
        "limitz": changed(serve, {"cpu": "1"}, *pod, "containers", 0, "resources", "limitz"),
        "quantities": changed(serve, {"cpu": "a lot"}, *pod, "containers", 0, "resources", "limits"),
        "immutable": changed(serve, {"matchLabels": {"a": "b"}}, "spec", "selector"),
        "pollInterval": changed(scaled, 10, "spec", "pollInterval"),
        "minReplicaCount": changed(scaled, "two", "spec", "minReplicaCount"),
    }
    for word, manifest in wrong.items():
        answer = cluster.apply("single", manifest, dry_run=True)
        assert answer.is_error, word
        assert word in answer.text
    privileged = changed(serve, {"privileged": True}, *pod, "containers", 0, "securityContext")
    assert "violates PodSecurity" in cluster.try_pod("single", privileged).text
    orphan = changed(serve, "nobody", *pod, "serviceAccountName")
    assert "serviceaccount" in cluster.try_pod("single", orphan).text


@dataclass(frozen=True)
class Release:
    """A release of the chart, changed by Helm."""

    cluster: Cluster
    server: ApiServer

    def change(self, action: str, values: Manifest, chart: Path = CHART, *, well: bool = True) -> Any:
        """Install or upgrade it, with a job of migrations that ends well or not; return Helm's answer.

        The job runs once, before any object of the new version exists.
        """
        before = {name for kind, name in self.cluster.state(NAMESPACE) if kind == "Deployment"}
        with self.cluster.jobs_end(NAMESPACE, well=well) as ended:
            answer = self.helm(action, chart=str(chart), values=values)
        assert [(job.name, job.deployments) for job in ended] == [("furlong-migrations", before)]
        return answer

    def helm(self, action: str, **more: Any) -> Any:
        """Let Helm act, and return its answer."""
        asked = {"kubeconfig": self.server.kubeconfig(), "namespace": NAMESPACE, "action": action}
        return helm_tool("release.py", asked | more)

    def state(self) -> State:
        """Return its objects without the job, which a failed upgrade leaves for its operator."""
        return without_jobs(self.cluster.state(NAMESPACE))


def without_jobs(state: State) -> State:
    """Return the objects that stay after an upgrade."""
    return {key: one for key, one in state.items() if key[0] != "Job"}


@pytest.fixture
def release(processes: None, server: ApiServer, cluster: Cluster) -> Iterator[Release]:
    """A release to install, which does not outlive its test."""
    release = Release(cluster, server)
    yield release
    if cluster.releases(NAMESPACE):
        assert release.helm("uninstall") == {}


def test_helm_installs_upgrades_rolls_back_and_uninstalls(
    cluster: Cluster, release: Release, applied: dict[str, State]
) -> None:
    """After each step the server has exactly what the values say, and no remnant of those before.

    The job that expands databases runs before any pod of the new version. If it fails, nothing else changes.
    """
    for action, name in (("install", "single"), ("upgrade", "c2"), ("upgrade", "without-keda")):
        assert release.change(action, CELLS[name]) == {}
        assert release.state() == without_jobs(applied[name])
        assert ("Job", "furlong-migrations") not in cluster.state(NAMESPACE)
    assert "refused" in release.change("upgrade", CELLS["c1"], well=False)
    assert release.state() == without_jobs(applied["without-keda"])
    # As docs/kubernetes.md says: to the revision that runs, and only then to another.
    assert release.helm("rollback") == {}
    assert release.state() == without_jobs(applied["without-keda"])
    assert release.helm("rollback", version=1) == {}
    assert release.state() == without_jobs(applied["single"])
    assert release.change("upgrade", CELLS["without-keda"]) == {}
    assert "refused" in release.change("upgrade", CELLS["c1"], well=False)
    assert release.change("upgrade", CELLS["single"]) == {}
    assert release.state() == without_jobs(applied["single"])
    assert release.helm("uninstall") == {}
    assert (cluster.state(NAMESPACE), cluster.releases(NAMESPACE)) == ({}, [])


@pytest.mark.parametrize("name", sorted(CELLS))
def test_the_chart_of_the_version_before_is_upgraded(
    release: Release, applied: dict[str, State], tmp_path: Path, name: str
) -> None:
    """No field that may not change is changed; afterwards everything is as if it were installed today."""
    former = released_code(tmp_path / "former", "deploy/helm") / "deploy" / "helm"
    values = yaml.safe_load((former / "cells" / f"{name}.yaml").read_text())
    values["image"] = {**values.get("image", {}), "tag": "before", "digest": ""}
    assert release.change("install", values, former / "furlong") == {}
    before = release.state()
    assert release.change("upgrade", CELLS[name]) == {}
    assert release.state() == without_jobs(applied[name])
    assert before != release.state(), "nothing was upgraded"
    assert release.helm("rollback", version=1) == {}
    assert release.state() == before

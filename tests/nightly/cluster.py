"""An API server as these tests use it: objects are applied, listed and compared, and jobs end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

KINDS: Final = {
    "Deployment": "apis/apps/v1",
    "HorizontalPodAutoscaler": "apis/autoscaling/v2",
    "Job": "apis/batch/v1",
    "NetworkPolicy": "apis/networking.k8s.io/v1",
    "PodDisruptionBudget": "apis/policy/v1",
    "ScaledObject": "apis/keda.sh/v1alpha1",
    "Service": "api/v1",
    "ServiceAccount": "api/v1",
}
"""The kinds of the chart's objects, and where the server has them."""
OF_THE_SERVER: Final = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "namespace"}
)
ADDRESSES: Final = frozenset({"clusterIP", "clusterIPs"})
OF_HELM: Final = ("meta.helm.sh/", "deployment.kubernetes.io/")
OURS: Final = {"labelSelector": "app.kubernetes.io/instance=furlong"}
ENDS: Final = {True: ("SuccessCriteriaMet", "Complete"), False: ("FailureTarget", "Failed")}
NOON: Final = "2026-01-01T12:00:00Z"

Manifest = dict[str, Any]
State = dict[tuple[str, str], Manifest]


@dataclass(frozen=True)
class Cluster:
    """An API server, where each namespace refuses pods with privileges."""

    client: httpx.Client

    def create_namespace(self, name: str) -> None:
        """Create a namespace that restricts pods, with the account that a controller creates."""
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        self.client.post("/api/v1/namespaces", json=namespace).raise_for_status()
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        self.client.post(f"/api/v1/namespaces/{name}/serviceaccounts", json=account).raise_for_status()

    def apply(self, namespace: str, manifest: Manifest, *, dry_run: bool = False) -> httpx.Response:
        """Apply a manifest on the server's side; unknown and repeated fields are errors."""
        options = {"fieldManager": "tests", "fieldValidation": "Strict"}
        return self.client.patch(
            f"{collection(namespace, manifest['kind'])}/{manifest['metadata']['name']}",
            params=options | ({"dryRun": "All"} if dry_run else {}),
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=json.dumps(manifest),
        )

    def try_pod(self, namespace: str, owner: Manifest) -> httpx.Response:
        """Ask whether a pod of a Deployment or Job would be admitted."""
        template = owner["spec"]["template"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**template["metadata"], "name": owner["metadata"]["name"]},
            "spec": template["spec"],
        }
        options = {"dryRun": "All", "fieldValidation": "Strict"}
        return self.client.post(f"/api/v1/namespaces/{namespace}/pods", params=options, json=pod)

    def state(self, namespace: str) -> State:
        """Return the release's objects by kind and name, without what the server or Helm notes about them."""
        state: State = {}
        for kind in KINDS:
            listed = self.client.get(collection(namespace, kind), params=OURS).raise_for_status()
            for item in listed.json()["items"]:
                state[kind, item["metadata"]["name"]] = comparable(item)
        return state

    def releases(self, namespace: str) -> list[str]:
        """Return the names of the Secrets in which Helm keeps what it has installed."""
        listed = self.client.get(
            f"/api/v1/namespaces/{namespace}/secrets", params={"labelSelector": "owner=helm"}
        )
        return [item["metadata"]["name"] for item in listed.raise_for_status().json()["items"]]

    @contextmanager
    def jobs_end(self, namespace: str, *, well: bool = True) -> Iterator[list[EndedJob]]:
        """End each job that appears meanwhile, as the controller does when its pod has ended."""
        ended: list[EndedJob] = []
        stop = threading.Event()
        thread = threading.Thread(target=self._end_jobs, args=(namespace, ended, stop), kwargs={"well": well})
        thread.start()
        try:
            yield ended
        finally:
            stop.set()
            thread.join()

    def _end_jobs(self, namespace: str, ended: list[EndedJob], stop: threading.Event, *, well: bool) -> None:
        jobs = collection(namespace, "Job")
        while not stop.wait(0.1):
            for job in self.client.get(jobs).raise_for_status().json()["items"]:
                if job.get("status", {}).get("conditions"):
                    continue
                before = {name for kind, name in self.state(namespace) if kind == "Deployment"}
                status = {"status": ended_status(well=well)}
                self.client.patch(
                    f"{jobs}/{job['metadata']['name']}/status",
                    headers={"Content-Type": "application/merge-patch+json"},
                    content=json.dumps(status),
                ).raise_for_status()
                ended.append(EndedJob(job["metadata"]["name"], before))


@dataclass(frozen=True)
class EndedJob:
    """A job that a test has ended.

    Attributes:
        name: Its name.
        deployments: The deployments that existed while it ran.
    """

    name: str
    deployments: set[str] = field(default_factory=set)


def collection(namespace: str, kind: str) -> str:
    """Return the path of the objects of a kind."""
    plural = kind.lower()
    plural = f"{plural[:-1]}ies" if plural.endswith("y") else f"{plural}s"
    return f"/{KINDS[kind]}/namespaces/{namespace}/{plural}"


def comparable(live: Manifest) -> Manifest:
    """Return an object with its defaults, but without what differs from one creation to the next."""
    metadata = {name: value for name, value in live["metadata"].items() if name not in OF_THE_SERVER}
    metadata["annotations"] = {
        name: value for name, value in metadata.get("annotations", {}).items() if not name.startswith(OF_HELM)
    }
    spec = {name: value for name, value in live.get("spec", {}).items() if name not in ADDRESSES}
    return {"metadata": metadata, "spec": spec}


def ended_status(*, well: bool) -> dict[str, Any]:
    """Return the status of a job that succeeded or failed."""
    conditions = [
        {"type": kind, "status": "True", "lastTransitionTime": NOON, "lastProbeTime": NOON, "reason": "Test"}
        for kind in ENDS[well]
    ]
    counted = {"succeeded": 1, "completionTime": NOON} if well else {"failed": 1}
    return {"startTime": NOON, "conditions": conditions, **counted}

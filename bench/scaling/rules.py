"""The autoscaling rules, as the chart's values say: there is no second copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

CHART: Final = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "furlong" / "values.yaml"


@dataclass(frozen=True, slots=True)
class Policy:
    """How fast pods may come or go.

    Attributes:
        stabilization: How long the largest (down) or smallest (up) recommendation counts, in seconds.
        percent: Of the pods at the beginning of a period.
        pods: The same as a number; the larger one counts.
        period: In seconds.
    """

    stabilization: float
    percent: float
    pods: int
    period: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a release.

    Attributes:
        workers: Processes of `furlong serve` in a pod.
        cores: Processor time that a pod requests.
        requests_inside: Target per pod.
        oldest_seconds: Target per pod.
        cpu: Target, as a share of the requested time.
        lag: Target per consumer, in records.
        window: Over which gauges are averaged, in seconds.
    """

    workers: int
    cores: float
    serve_minimum: int
    serve_maximum: int
    requests_inside: float
    oldest_seconds: float
    cpu: float
    consumers_minimum: int
    partitions: int
    consumer_cores: float
    lag: float
    window: float
    up: Policy
    down: Policy


def read_rules(path: Path = CHART) -> Rules:
    """Return the rules of a file of values of the chart."""
    values: dict[str, Any] = yaml.safe_load(path.read_text())
    serve, scaling, consumers = values["serve"], values["scaling"], values["consumerDefaults"]
    first, last = map(int, values["cell"]["partitions"].split("-"))
    return Rules(
        workers=serve["workers"],
        cores=_cores(serve["resources"]["requests"]["cpu"]),
        serve_minimum=serve["minimum"],
        serve_maximum=serve["maximum"],
        requests_inside=serve["scaling"]["requestsInside"],
        oldest_seconds=float(serve["scaling"]["oldestRequestSeconds"]),
        cpu=serve["scaling"]["cpu"] / 100,
        consumers_minimum=values["consumers"]["progress"]["minimum"],
        partitions=last - first + 1,
        consumer_cores=_cores(consumers["resources"]["requests"]["cpu"]),
        lag=consumers["lag"],
        window=float(scaling["window"].removesuffix("s")),
        up=_policy(scaling["up"]),
        down=_policy(scaling["down"]),
    )


def _policy(values: Mapping[str, Any]) -> Policy:
    return Policy(
        values["stabilizationSeconds"], values["percent"], values.get("pods", 0), values["periodSeconds"]
    )


def _cores(quantity: str) -> float:
    """Return a quantity of Kubernetes, such as 500m, as a number of cores."""
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)

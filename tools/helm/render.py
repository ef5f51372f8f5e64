"""Render the chart as Helm does, and check every manifest against the schemas of Kubernetes and KEDA.

It runs in the environment that `tools/install-services.sh` makes, and needs no network. It reads
{"NAME": values, …} as JSON, and writes {"NAME": result, …}.
"""

import functools
import json
import sys
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import yaml
from helm_python import Chart, HelmError, lint
from jsonschema import Draft7Validator

ROOT: Final = Path(__file__).resolve().parents[2]
CHART: Final = ROOT / "deploy" / "helm" / "furlong"
KEDA_SCHEMAS: Final = ROOT / ".services" / "helm" / "keda"
KUBERNETES: Final = "1.37"


def strict(schema: Any) -> Any:
    """Return the schema with unknown properties forbidden, as an API server that validates strictly does."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(one) for name, one in schema.items()}
    is_open = "additionalProperties" in closed or closed.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in closed and not is_open:
        closed["additionalProperties"] = False
    return closed


@functools.cache
def keda_validator(kind: str) -> Draft7Validator:
    """Return the validator of one of KEDA's kinds, from its custom resource definition."""
    definition = yaml.safe_load((KEDA_SCHEMAS / f"keda.sh_{kind.lower()}s.yaml").read_text())
    schema = strict(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return Draft7Validator(schema)


def faults(manifest: dict[str, Any]) -> list[str]:
    """Return what is wrong with a manifest."""
    if manifest["apiVersion"].startswith("keda.sh/"):
        return [error.message for error in keda_validator(manifest["kind"]).iter_errors(manifest)]
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return [error.message]
    return []


def rendered(values: dict[str, Any]) -> dict[str, Any]:
    """Return the manifests of a cell, and what Helm and the schemas find wrong with them."""
    try:
        texts = Chart.load(CHART).render(values, name="furlong", namespace="clubs", is_upgrade=True)
    except HelmError as error:
        return {"refused": str(error)}
    manifests = [one for text in texts.values() for one in yaml.safe_load_all(text) if one]
    report = lint(CHART, values, strict=True, namespace="clubs")
    return {
        "manifests": manifests,
        "warnings": [message for message in report["messages"] if message["severity"] > 1],
        "faults": [
            f"{manifest['kind']} {manifest['metadata']['name']}: {f}"
            for manifest in manifests
            for f in faults(manifest)
        ],
    }


def main() -> None:
    """Answer what stands on standard input."""
    cells = json.load(sys.stdin)
    json.dump({name: rendered(values) for name, values in cells.items()}, sys.stdout)


if __name__ == "__main__":
    main()

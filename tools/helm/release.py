"""Install, upgrade, roll back or uninstall a release of a chart with Helm's own code.

It runs in the environment that `tools/install-services.sh` makes. It reads {"kubeconfig", "namespace",
"action", "chart", "values", "version"} as JSON, and writes {} or, when Helm gives up, {"refused": reason}.
Only installations and upgrades need a chart and values. A rollback without a version goes back
by one revision.
"""

import json
import sys
from typing import Any, Final

from helm_python import Chart, Config, HelmError

RELEASE: Final = "furlong"
HOOK_SECONDS: Final = 120
"""How long Helm waits for the job that runs before the pods."""


def act(config: Config, asked: dict[str, Any]) -> None:
    """Do what is asked, and return when Helm has done it."""
    match asked["action"]:
        case "install":
            config.install(Chart.load(asked["chart"]), RELEASE, asked["values"], timeout=HOOK_SECONDS)
        case "upgrade":
            config.upgrade(Chart.load(asked["chart"]), RELEASE, asked["values"], timeout=HOOK_SECONDS)
        case "rollback":
            config.rollback(RELEASE, version=asked.get("version"), timeout=HOOK_SECONDS)
        case "uninstall":
            config.uninstall(RELEASE, timeout=HOOK_SECONDS)
        case other:
            raise ValueError(f"unknown action {other}")


def main() -> None:
    """Answer what stands on standard input."""
    asked = json.load(sys.stdin)
    with Config(kubeconfig_content=asked["kubeconfig"], namespace=asked["namespace"]) as config:
        try:
            act(config, asked)
        except HelmError as error:
            json.dump({"refused": str(error)}, sys.stdout)
        else:
            json.dump({}, sys.stdout)


if __name__ == "__main__":
    main()

"""The lists outside a new block's folders that name it: its line, and what runs its processes."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ENVIRONMENTS: Final = Path("deploy/systemd/env")
LISTS: Final = {
    "blocks": Path("subgraphs/block_list.py"),
    "chart": Path("deploy/helm/furlong/values.yaml"),
    "target": Path("deploy/systemd/furlong.target"),
    "monitoring": Path("deploy/monitoring/prometheus.yml"),
}
_PORT: Final = re.compile(r'"127\.0\.0\.1:(\d+)"\], labels: \{process: ([a-z]+)')


class ChangedList(Exception):
    """A list does not look as it did, so that the place for a block is not found."""


def edited_lists(checkout: Path, block: str, topic: str, worker: str) -> dict[Path, str]:
    """Return the lists with a block in them, by their paths below the checkout.

    Raises:
        ChangedList: The place for a block is not found in one.
        OSError: One is not there.
    """
    texts = {name: (checkout / path).read_text(encoding="utf-8") for name, path in LISTS.items()}
    ports = {
        "subgraph": _next_port(texts["monitoring"], {"subgraph"}),
        "consume": _next_port(texts["monitoring"], {"consume", "worker"}),
    }
    ports["worker"] = ports["consume"] + 1
    for name, before, added in _edits(block, topic, worker, ports):
        if texts[name].count(before) != 1:
            raise ChangedList(f"{LISTS[name]} has changed: its place for a block is not found")
        texts[name] = texts[name].replace(before, added + before)
    edited = {LISTS[name]: text for name, text in texts.items()}
    example = (checkout / ENVIRONMENTS / "furlong-worker@weeks.env").read_text(encoding="utf-8")
    for process, port in ((f"consume@{block}", "consume"), (f"worker@{block}-{worker}", "worker")):
        text = re.sub("LISTEN=.*", f"LISTEN=127.0.0.1:{ports[port]}", example)
        edited[ENVIRONMENTS / f"furlong-{process}.env"] = text
    return edited


def _edits(block: str, topic: str, worker: str, ports: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    """Yield list, the text before which something is added, and what is added."""
    line = (
        f'    Block(\n        "{block}",\n        topics=(TopicPlan("{topic}", Retention.FACTS),),\n'
        f'        workers=("{worker}",),\n        simulated="simulator.{block}:messages",\n    ),\n'
    )
    yield "blocks", ")\nBLOCKS: Final", line
    consumer = f"  {block}: {{minimum: 1, topics: [{topic}]}}\n"
    yield "chart", "  backoffice: {minimum: 1, topics: []}\n", consumer
    yield "chart", "  feeds: {replicas: 0}\n", f"  {block}-{worker}: {{replicas: 2}}\n"
    yield (
        "target",
        "\n[Install]",
        f"Wants=furlong-consume@{block}.service furlong-worker@{block}-{worker}.service\n",
    )
    for job, process, port in (
        ("consumers", f"subgraph {block} serve", "subgraph"),
        ("workers", f"consume {block}", "consume"),
        ("backoffice", f"worker {block}-{worker}", "worker"),
    ):
        line = f'      - {{targets: ["127.0.0.1:{ports[port]}"], labels: {{process: {process}}}}}\n'
        yield "monitoring", f"  - job_name: furlong-{job} #", line


def _next_port(monitoring: str, processes: set[str]) -> int:
    ports = [int(port) for port, process in _PORT.findall(monitoring) if process in processes]
    if not ports:
        raise ChangedList(f"{LISTS['monitoring']} has changed: no port of a {min(processes)} is found")
    return max(ports) + 1

"""Shows operators the providers: their configuration without secrets, and what waits for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from backoffice.access.actor import Actor
from backoffice.access.decision import require
from backoffice.access.roles import Permission
from storage.database import Database
from subgraphs.fulfilment.models import GLOBAL_STATE, GOODWILL_CREDIT
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.fulfilment.repository import FulfilmentRepository, ProviderRepository
from subgraphs.kit.records.global_state.switches import KillSwitches


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A provider.

    Attributes:
        config: its configuration; None if this process was not given the file that the workers read.
        stopped: why and since when nothing is sent to it; None if it is in use.
        everywhere: whether its kill switch is on, on all nodes.
        waiting: how many rewards are in each state.
    """

    name: str
    config: ProviderConfig | None
    stopped: tuple[str | None, datetime] | None
    everywhere: bool
    waiting: Mapping[str, int]

    @property
    def endpoint(self) -> str | None:
        """Return where it is, without what an address might hold besides."""
        if self.config is None:
            return None
        parts = urlsplit(self.config.url)
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


@dataclass(frozen=True, slots=True)
class ProviderService:
    """Reads providers.

    Attributes:
        fulfilment: the fulfilment subgraph's database.
        configs: in the order in which they are asked.
    """

    fulfilment: Database
    configs: Sequence[ProviderConfig]

    async def listed(self, actor: Actor) -> list[ProviderState]:
        """Return the providers: the configured ones in their order, then others that rewards name.

        Raises:
            Forbidden: the actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self.fulfilment.home.read() as connection:
            stopped = await ProviderRepository(self.fulfilment.dialect).stopped(connection)
            everywhere = await KillSwitches(GLOBAL_STATE).providers_off(connection)
            rewards = await FulfilmentRepository().backlog(connection)
            goodwill = await FulfilmentRepository(GOODWILL_CREDIT).backlog(connection)
        waiting: dict[str, dict[str, int]] = {}
        for (provider, state), number in (Counter(rewards) + Counter(goodwill)).items():
            if provider is not None:
                waiting.setdefault(provider, {})[state] = number
        configured = {one.name: one for one in self.configs}
        others = sorted({*stopped, *waiting, *everywhere} - configured.keys())
        return [
            ProviderState(
                name, configured.get(name), stopped.get(name), name in everywhere, waiting.get(name, {})
            )
            for name in (*configured, *others)
        ]

"""What an adapter declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from subgraphs.fulfilment.providers.provider import Provider
from subgraphs.fulfilment.providers.provider_client import ProviderClient
from subgraphs.kit.domain.reward_kinds.kind import Payer


@dataclass(frozen=True, slots=True)
class AdapterDeclaration:
    """The code that speaks the API of some providers.

    Attributes:
        name: Its name in configurations.
        sort: The sort of company that it is for, which says what kinds of reward it has requests for.
        create: Returns a provider that sends its requests by a client.
        signed: Whether the secret signs requests and responses; otherwise it is sent as a bearer token.
    """

    name: str
    sort: Payer
    create: Callable[[ProviderClient], Provider]
    signed: bool = False

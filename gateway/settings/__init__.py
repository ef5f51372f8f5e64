"""The gateway's settings: the only place that reads its environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic_settings import SettingsConfigDict

from gateway.access.settings import AccessSettings
from gateway.browsers.settings import CorsSettings
from gateway.caching.settings import CacheSettings
from gateway.clients.settings import ClientSettings
from gateway.demand.settings import DemandSettings
from gateway.documents.settings import TrustedDocumentSettings
from gateway.header_rules.settings import HeaderRuleSettings
from gateway.incremental.settings import IncrementalSettings
from gateway.masking.settings import MaskingSettings
from gateway.monitoring.settings import MonitoringSettings
from gateway.rate_limits.settings import RateLimitSettings
from gateway.resilience.settings import ResilienceSettings
from gateway.response_cache.settings import ResponseCacheSettings
from gateway.sessions.settings import TokenSettings
from gateway.settings.compression import CompressionSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.extensions import ExtensionSettings
from gateway.settings.http import HttpSettings
from gateway.settings.live import LiveSettings
from gateway.settings.observation import ObservationSettings
from gateway.settings.planning import PlanningSettings
from gateway.settings.responses import ResponseSettings
from gateway.settings.subgraphs import SubgraphSettings
from gateway.signed_requests.settings import SigningSettings
from gateway.sources.settings import ReloadSettings
from gateway.subscriptions.settings import SubscriptionSettings
from gateway.tls.settings import TlsSettings
from gateway.usage.settings import UsageSettings

__all__ = ["GatewaySettings"]


class GatewaySettings(
    ReloadSettings,
    ObservationSettings,
    ExtensionSettings,
    UsageSettings,
    MonitoringSettings,
    ResponseSettings,
    MaskingSettings,
    SubscriptionSettings,
    ResilienceSettings,
    SigningSettings,
    SubgraphSettings,
    HeaderRuleSettings,
    IncrementalSettings,
    PlanningSettings,
    ResponseCacheSettings,
    CacheSettings,
    RateLimitSettings,
    DemandSettings,
    AccessSettings,
    TokenSettings,
    ClientSettings,
    TrustedDocumentSettings,
    DocumentSettings,
    CorsSettings,
    LiveSettings,
    HttpSettings,
    CompressionSettings,
    TlsSettings,
):
    """The settings, read from `FURLONG_GATEWAY_…` variables of the environment.

    Each base class has the settings of one part. The bases are listed in reverse, so that the fields appear
    in the order of a request.
    """

    model_config = SettingsConfigDict(env_prefix="FURLONG_GATEWAY_", frozen=True, hide_input_in_errors=True)

    def with_defaults(self, defaults: Mapping[str, Any]) -> Self:
        """Return the settings, with other defaults where nothing is set."""
        unset = {name: value for name, value in defaults.items() if name not in self.model_fields_set}
        return self.model_copy(update=unset)

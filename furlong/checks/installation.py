"""The checks of an installation. Its settings say what it depends on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.settings import DatabaseSettings
from furlong.checks import files
from furlong.checks.client_addresses import client_addresses
from furlong.checks.data_stores import Explain, database_checks, kafka_checks
from furlong.checks.finding import Check, CheckFailed
from furlong.checks.game_keys import game_key_checks
from furlong.checks.machine_clock import MachineClocks
from furlong.checks.payments import payment_checks
from furlong.checks.providers import provider_checks
from furlong.checks.servers import HttpProbe, ping, subgraph_checks
from furlong.install.topics import TOPICS, feed_topics
from furlong.settings import ServeSettings, TopicSettings
from gateway.features.access.settings import AccessSettings
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.sessions.settings import SessionSettings as TokenSettings
from gateway.http.server.tls import ServerTls
from gateway.settings import GatewaySettings, ReadFirst, sections
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.live.settings import LiveSettings, RedisSettings
from subgraphs.kit.settings import CallerSettings, SessionSettings, UpstreamSettings
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.aggregator.settings import SeamlessSettings
from subgraphs.wallet.payments.configuration import PaymentsSettings

CERTIFICATES: Final = ("CA_FILE", "CERTIFICATE", "ALSO_TRUSTED")
FILES: Final = (*CERTIFICATES, "_FILE", "KEY")
WRITTEN: Final = ("USAGE__FILE",)
"""Files that need not exist yet."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings of an installation. Invalid ones are None; a separate finding reports them."""

    database: DatabaseSettings | None
    stream: StreamSettings | None
    topics: TopicSettings | None
    feeds: FeedSettings | None
    upstream: UpstreamSettings | None
    sessions: SessionSettings | None
    gateway: GatewaySettings | None
    serve: ServeSettings | None
    fulfilment: FulfilmentSettings | None
    payments: PaymentsSettings | None
    seamless: SeamlessSettings | None
    lobby: LobbySettings | None
    callers: CallerSettings | None
    redis: RedisSettings | None
    live: LiveSettings | None

    def secrets(self) -> list[SecretStr]:
        """Return everything that must not be shown."""
        parts = (self.database, self.sessions, self.fulfilment, self.payments, self.callers, self.redis)
        sections = () if self.gateway is None else self.gateway.sections.values()
        secrets = [secret for part in (*parts, *sections) if part is not None for secret in _secrets(part)]
        if self.database is not None:
            for url in (self.database.url, *self.database.urls.values()):
                try:
                    secrets.append(SecretStr(make_url(url).password or ""))
                except ArgumentError:
                    secrets.append(SecretStr(url))
        return secrets


async def checks_of(
    parts: Installation, clocks: MachineClocks, seconds: float, explain: Explain
) -> list[Check]:
    """Return the checks of an installation; which providers there are is read from the database.

    Args:
        parts: The settings of the installation.
        clocks: Records the time of other servers; it is checked last.
        seconds: The deadline of a request.
        explain: Puts a database error into words.
    """
    gateway = parts.gateway
    probe = HttpProbe(clocks, seconds)
    checks: list[Check] = []
    if parts.database is not None:
        checks += database_checks(parts.database, clocks, explain)
    if parts.stream is not None and parts.topics is not None:
        names = () if parts.feeds is None else [parts.feeds.topic(feed) for feed in parts.feeds.feeds()]
        checks += kafka_checks(parts.stream, parts.topics, (*TOPICS, *feed_topics(names)))
    if parts.upstream is not None:
        run = partial(probe.reachable, parts.upstream.url, "FURLONG_UPSTREAM_URL")
        checks.append(Check("upstream", run))
    if parts.sessions is not None:
        checks += _sessions(parts.sessions, gateway, probe)
    if parts.callers is not None:
        checks += _callers(parts.callers)
    if gateway is not None:
        checks += _gateway(gateway, probe)
        if parts.serve is not None:
            run_supergraph = files.in_thread(partial(files.supergraph, parts.serve.supergraph))
            checks += [Check("supergraph", run_supergraph), *subgraph_checks(parts.serve, gateway)]
    if parts.fulfilment is not None:
        checks += await provider_checks(parts.fulfilment, parts.database, probe, seconds)
    checks += payment_checks(parts.payments, probe)
    checks += game_key_checks(parts.seamless, parts.lobby)
    if parts.redis is not None and parts.live is not None:
        checks.append(_live_updates(parts.redis, parts.live))
    return checks


def _live_updates(redis: RedisSettings, live: LiveSettings) -> Check:
    setting, url = "FURLONG_REDIS_URL", redis.url

    async def unset() -> str:
        return (
            f"{setting} is not set: streams see the changes of other processes only by polling, every "
            f"{live.reread_seconds:g} s"
        )

    run = unset if url is None else partial(ping, url.get_secret_value(), setting)
    return Check("live updates", run)


def _sessions(
    sessions: SessionSettings, gateway: GatewaySettings | None, probe: HttpProbe
) -> Iterator[Check]:
    if sessions.jwks_url is not None:
        setting = "FURLONG_JWT_JWKS_URL"
        yield Check("session keys", partial(probe.key_set, sessions.jwks_url, setting))

    if sessions.revocations is not None:
        setting = "FURLONG_JWT_REVOCATIONS"
        yield Check(f"valkey ({setting})", partial(ping, sessions.revocations.url, setting))

    async def complete() -> str:
        if gateway is not None and gateway.of(TokenSettings).issuers:
            return "the gateway checks the tokens of its issuers"
        needed = {"ISSUER": sessions.issuer, "AUDIENCE": sessions.audience}
        missing = [f"FURLONG_JWT_{name}" for name, value in needed.items() if value is None]
        if not (sessions.jwks_url or sessions.secret):
            missing.append("FURLONG_JWT_JWKS_URL or FURLONG_JWT_SECRET")
        if missing:
            raise CheckFailed(
                f"not set: {', '.join(missing)}", "set them: without them no customer can sign in"
            )
        return "an issuer, an audience and keys are set"

    yield Check("sessions", complete)


def _callers(settings: CallerSettings) -> Iterator[Check]:
    """Yield the checks of what a subgraph that is served alone needs to verify its gateway."""
    if settings.gateway_keys_file is not None:
        setting = "FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE"
        yield Check(setting, files.in_thread(partial(files.readable, settings.gateway_keys_file, setting)))
    if settings.signatures_valkey_url is not None:
        setting = "FURLONG_SUBGRAPH_SIGNATURES_VALKEY_URL"
        yield Check(f"valkey ({setting})", partial(ping, settings.signatures_valkey_url, setting))


def _gateway(settings: GatewaySettings, probe: HttpProbe) -> Iterator[Check]:
    yield Check("addresses of clients", partial(client_addresses, settings))
    for issuer in settings.of(TokenSettings).issuers:
        name, setting = f"keys of {issuer.issuer}", "FURLONG_GATEWAY__SESSIONS__ISSUERS"
        if issuer.jwks_url is not None:
            yield Check(name, partial(probe.key_set, issuer.jwks_url, setting))
        elif issuer.jwks_file is not None:
            yield Check(name, files.in_thread(partial(files.readable, issuer.jwks_file, setting)))
    yield from _gateway_servers(settings, probe)
    for variable, value in _values(settings):
        for setting, path in _files(value, variable):
            of = files.certificates if setting.endswith(CERTIFICATES) else files.readable
            yield Check(setting, files.in_thread(partial(of, path, setting)))
    server = ServerTls.of(settings.tls)
    if server is not None:
        yield Check("TLS to clients", files.in_thread(partial(files.server_tls, server)))
    documents = settings.of(KnownDocumentSettings)
    if documents.manifests:
        yield Check("trusted documents", files.in_thread(partial(files.manifests, documents)))


def _gateway_servers(settings: GatewaySettings, probe: HttpProbe) -> Iterator[Check]:
    """Yield the checks of the servers that the gateway calls, besides subgraphs and key sets."""
    tokens = settings.of(TokenSettings)
    if tokens.introspection is not None:
        url, setting = tokens.introspection.url, "FURLONG_GATEWAY__SESSIONS__INTROSPECTION"
        yield Check("token introspection", partial(probe.reachable, url, setting))
    policy_url = settings.of(AccessSettings).policy_url
    if policy_url is not None:
        setting = "FURLONG_GATEWAY__ACCESS__POLICY_URL"
        yield Check("policies", partial(probe.reachable, policy_url, setting))
    if tokens.revocations is not None:
        setting = "FURLONG_GATEWAY__SESSIONS__REVOCATIONS"
        yield Check(f"valkey ({setting})", partial(ping, tokens.revocations.url, setting))
    for setting, value in _values(settings):
        if setting.endswith("VALKEY_URL") and value is not None:
            url = value.get_secret_value() if isinstance(value, SecretStr) else value
            yield Check(f"valkey ({setting})", partial(ping, url, setting))


def _values(settings: GatewaySettings) -> Iterator[tuple[str, Any]]:
    """Yield the value of each variable of the gateway."""
    yield ReadFirst.variable("settings_file"), settings.settings_file
    for name, (model, prefix) in sections(settings.entries).items():
        for variable, field in model.by_variable(prefix).items():
            yield variable, getattr(settings.sections[name], field)


def _files(value: object, setting: str) -> Iterator[tuple[str, Path]]:
    """Yield the files that must exist, found anywhere in a value, each with the setting that names it."""
    match value:
        case Path() if setting.endswith(FILES) and not setting.endswith(WRITTEN):
            yield setting, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _files(getattr(value, name), f"{setting}{name.upper()}")
        case dict():
            for key, item in value.items():
                yield from _files(item, f"{setting}.{key}.")


def _secrets(value: object) -> Iterator[SecretStr]:
    """Yield all secrets found anywhere in a value."""
    match value:
        case SecretStr():
            yield value
        case BaseModel():
            yield from _secrets([getattr(value, name) for name in type(value).model_fields])
        case dict():
            yield from _secrets(list(value.values()))
        case tuple() | list():
            for item in value:
                yield from _secrets(item)

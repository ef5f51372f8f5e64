"""What every area of the back office is built from."""

from dataclasses import dataclass
from datetime import timedelta

from backoffice.approvals.proposals import Staff
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.identity.accounts import Accounts
from backoffice.identity.addresses import NotOneAddress, domain_of, one_sender
from backoffice.identity.credentials.givers import are_bound, obstacles
from backoffice.identity.credentials.issuing import CredentialIssuer
from backoffice.identity.credentials.links import CredentialLinks, smtp
from backoffice.identity.credentials.passwords import Passwords
from backoffice.identity.held_account import require_acting
from backoffice.identity.known_brands import KnownBrands
from backoffice.identity.renewal import Renewal
from backoffice.identity.secrets import Keys
from backoffice.identity.sessions import Lifetimes
from backoffice.identity.sign_in import SignIn
from backoffice.identity.users import present_roles
from backoffice.jobs.service import Jobs
from backoffice.metadata import NAME
from backoffice.settings import BackofficeSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.payments.configuration import PaymentsSettings


@dataclass(frozen=True, slots=True)
class Base:
    """The parts that all areas share.

    Attributes:
        settings: Where the databases of the subgraphs are, for areas that read them.
        stream: Where Kafka is.
        fulfilment: The providers' file, which is their first revision.
        payments: The file of processors and methods of payments, if this process was given it.
        lobby: The file of providers of games.
        funds: Where the money of each brand is kept.
        database: The back office's own.
    """

    settings: DatabaseSettings
    stream: StreamSettings
    fulfilment: FulfilmentSettings
    payments: PaymentsSettings
    lobby: LobbySettings
    funds: FundsSettings
    database: Database
    clock: Clock
    audit: AuditLog
    approvals: Approvals
    jobs: Jobs
    accounts: Accounts
    sign_in: SignIn
    renewal: Renewal


def create_base(
    settings: DatabaseSettings,
    own: BackofficeSettings,
    clock: Clock,
    stream: StreamSettings | None = None,
    fulfilment: FulfilmentSettings | None = None,
    *,
    given: GivenSettings | None = None,
) -> Base:
    """Build the shared parts; nothing connects yet.

    Args:
        settings: Where the databases are.
        own: The back office's settings.
        clock: Product time.
        stream: Where Kafka is; by default as the environment says.
        fulfilment: The providers' file; by default as the environment says.
        given: Settings that are not read from the environment.

    Raises:
        ValueError: FURLONG_BACKOFFICE_KEY is not set, or the settings of mail name no address.
    """
    keys = Keys.of(own.key.get_secret_value())
    database = Database.open(settings, NAME)
    audit, passwords = AuditLog(clock, require_acting), Passwords(own.password_length)
    lifetimes = Lifetimes(
        idle=timedelta(minutes=own.idle_minutes),
        absolute=timedelta(hours=own.session_hours),
        step_up=timedelta(minutes=own.step_up_minutes),
    )
    approvals = Approvals(database, audit, clock, staff=Staff(obstacles, are_bound, present_roles))
    issuer = CredentialIssuer(passwords, _links(own))
    lapse = approvals.lapse
    given = given or GivenSettings()
    return Base(
        settings=settings,
        stream=stream or StreamSettings(),
        fulfilment=fulfilment or FulfilmentSettings(),
        payments=given.of(PaymentsSettings),
        lobby=given.of(LobbySettings),
        funds=given.of(FundsSettings),
        database=database,
        clock=clock,
        audit=audit,
        approvals=approvals,
        jobs=Jobs(database, audit, clock),
        accounts=Accounts(database, audit, clock, issuer, lifetimes, KnownBrands(settings), lapse),
        sign_in=SignIn(database, audit, clock, keys, passwords, lifetimes),
        renewal=Renewal(database, audit, clock, issuer, lifetimes, lapse),
    )


def _links(own: BackofficeSettings) -> CredentialLinks | None:
    """Return what sends links; None without a mail server.

    Raises:
        ValueError: The sender is not one address, or a domain is none.
    """
    url = own.mail_url.get_secret_value()
    if not url:
        return None
    try:
        sender, domains = one_sender(own.mail_from), frozenset(map(domain_of, own.mail_domains))
    except NotOneAddress as error:
        raise ValueError(
            f"correct FURLONG_BACKOFFICE_MAIL_FROM or FURLONG_BACKOFFICE_MAIL_DOMAINS: {error}"
        ) from error
    return CredentialLinks(smtp(url, sender), own.url, domains)

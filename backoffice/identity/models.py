"""The tables of accounts, their credentials, sessions and attempts to sign in."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from backoffice.metadata import METADATA
from foundation.storage.columns import Identifier, UtcDateTime

USER = Table(
    "backoffice_user",
    METADATA,
    Column("user_id", Identifier(32), primary_key=True),
    Column("login", Identifier(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("person", Identifier(254), nullable=False),
    Column("status", Identifier(16), nullable=False),
    Column("password_hash", String(255), nullable=True),
    Column("password_expired", Boolean, nullable=False),
    Column("totp_secret", Text, nullable=True),
    Column("totp_confirmed", Boolean, nullable=False),
    Column("totp_last_step", BigInteger, nullable=True),
    Column("oidc_issuer", Identifier(255), nullable=True),
    Column("oidc_subject", Identifier(255), nullable=True),
    Column("revision", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("decisions_seen_at", UtcDateTime, nullable=True),
    UniqueConstraint("login", name="backoffice_user_login"),
    UniqueConstraint("oidc_issuer", "oidc_subject", name="backoffice_user_oidc"),
)
"""One row for each account.

`login` is in lower case. `person` is the human being: several accounts may share it. `status`: active,
disabled. `password_hash`: argon2id in PHC form; null for people who sign in by OpenID Connect.
`password_expired`: the person has to choose another one at the next sign-in. `totp_secret` is encrypted;
`totp_last_step` is the last time step whose code was accepted. `revision` counts changes.
`decisions_seen_at`: when the latest decision about a proposal of theirs was made that the owner has seen."""

USER_ROLE = Table(
    "backoffice_user_role",
    METADATA,
    Column("user_id", Identifier(32), primary_key=True),
    Column("brand_id", Identifier(64), primary_key=True),
    Column("role", Identifier(16), primary_key=True),
    Column("granted_by", Identifier(64), nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
)
"""The roles of an account; the brand `*` stands for all of them."""

RECOVERY_CODE = Table(
    "recovery_code",
    METADATA,
    Column("user_id", Identifier(32), primary_key=True),
    Column("code_hash", Identifier(64), primary_key=True),
    Column("used_at", UtcDateTime, nullable=True),
)
"""Codes that replace a lost second factor, hashed; each works once."""

CREDENTIAL_GIVER = Table(
    "credential_giver",
    METADATA,
    Column("user_id", Identifier(32), primary_key=True),
    Column("given_by", Identifier(64), primary_key=True),
    Column("giver_person", Identifier(254), nullable=False),
    Column("giver_name", String(200), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
)
"""Who could act for an account, because they gave it the credentials that it has: by account, or by the user
of a command. Rows end when the credentials do."""

CREDENTIAL_LINK = Table(
    "credential_link",
    METADATA,
    Column("user_id", Identifier(32), primary_key=True),
    Column("token_hash", Identifier(64), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    UniqueConstraint("token_hash", name="credential_link_token"),
)
"""The last link that was sent to the owner of an account, to replace its credentials; it works once."""

SESSION = Table(
    "backoffice_session",
    METADATA,
    Column("token_hash", Identifier(64), primary_key=True),
    Column("session_id", Identifier(32), nullable=False),
    Column("user_id", Identifier(32), nullable=False),
    Column("stage", Identifier(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("stepped_up_until", UtcDateTime, nullable=True),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(300), nullable=False),
    Column("oidc_session", Identifier(255), nullable=True),
    UniqueConstraint("session_id", name="backoffice_session_id"),
    Index("backoffice_session_user", "user_id"),
    Index("backoffice_session_oidc", "oidc_session"),
)
"""Open sessions; a session that ends is deleted.

`token_hash`: SHA-256 of the cookie's token, which is stored nowhere. `session_id`: the id that lists show.
`stage`: `factor` (the second factor is missing), `enrolment` (it has to be set up), `password` (another
password has to be chosen), `full`. `expires_at`: the absolute end; the idle end follows `seen_at`.
`oidc_session`: the provider's session, for back-channel logout."""

LOGOUT_TOKEN = Table(
    "oidc_logout_token",
    METADATA,
    Column("token_id", Identifier(255), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
)
"""The logout tokens of the OpenID provider that were used (`jti`), until they expire: each works once."""

THROTTLE = Table(
    "sign_in_throttle",
    METADATA,
    Column("throttle_key", Identifier(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=False),
    Index("sign_in_throttle_failed", "failed_at"),
)
"""Failed attempts to sign in or to step up, by hashed keys; rows end some time after the last failure."""

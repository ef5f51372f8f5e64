"""Second factors: TOTP (RFC 6238), each code accepted once, and recovery codes."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp

PERIOD: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""How many periods a clock may be wrong."""

RECOVERY_CODES: Final = 10
ISSUER: Final = "Furlong"
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS: Final = (4, 4, 4, 4)


def new_secret() -> str:
    """Return a secret of 160 bits in base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, login: str) -> str:
    """Return the address that authenticator apps read from a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD).provisioning_uri(name=login, issuer_name=ISSUER)


def accepted_step(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """Return the time step of a code, or None if it is wrong, too old, or not newer than the last one.

    Args:
        secret: In base32.
        code: What the person typed; spaces are ignored.
        now: Machine time.
        last: The last step that was accepted, so that no code works twice.
    """
    typed = code.replace(" ", "")
    current = int(now.timestamp()) // PERIOD
    hotp, found = pyotp.HOTP(secret, digits=DIGITS), None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(hotp.at(step).encode(), typed.encode()) and (last is None or step > last):
            found = step
    return found


def unused_code(secret: str, now: datetime, last: int | None) -> tuple[str, float]:
    """Return the next code that no one has used, and in how many seconds it is accepted.

    Args:
        secret: In base32.
        now: Machine time.
        last: The last step that was accepted.
    """
    current = int(now.timestamp()) // PERIOD
    step = current if last is None else max(current, last + 1)
    wait = (step - DRIFT) * PERIOD - now.timestamp()
    return pyotp.HOTP(secret, digits=DIGITS).at(step), max(0.0, wait)


def new_recovery_codes() -> tuple[str, ...]:
    """Return codes of 80 bits, in groups that are easy to type."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(size)) for size in _GROUPS)
        for _ in range(RECOVERY_CODES)
    )


def recovery_hash(code: str) -> str:
    """Return what is stored of a recovery code: it has so much entropy that a plain hash suffices."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()

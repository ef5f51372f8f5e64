"""Tokens that are refused before they expire: a list that all processes read from Valkey."""

from foundation.tokens.revocations.revocation_list import Mark, RevocationList
from foundation.tokens.revocations.stream import RevocationFollower, revoke

__all__ = ["Mark", "RevocationFollower", "RevocationList", "revoke"]

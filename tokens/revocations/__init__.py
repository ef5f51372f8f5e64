"""Tokens that are refused before they expire: a list that all processes read from Valkey."""

from tokens.revocations.follower import RevocationFollower
from tokens.revocations.revocation_list import Mark, RevocationList
from tokens.revocations.settings import Revocations
from tokens.revocations.writing import revoke

__all__ = ["Mark", "RevocationFollower", "RevocationList", "Revocations", "revoke"]

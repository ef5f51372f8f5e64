"""Sessions for any supergraph: bearer tokens of trusted issuers, configured by settings."""

from gateway.sessions.sessions import ANONYMOUS, AUTHORIZATION, CHALLENGE, Session, Sessions

__all__ = ["ANONYMOUS", "AUTHORIZATION", "CHALLENGE", "Session", "Sessions"]

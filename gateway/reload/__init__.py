"""Reload: a new supergraph or new settings take effect while the gateway serves."""

from gateway.reload.outcomes import ReloadOutcomes
from gateway.reload.reloader import Reload, Reloader

__all__ = ["Reload", "ReloadOutcomes", "Reloader"]

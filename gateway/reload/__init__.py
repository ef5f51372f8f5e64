"""Reload: another supergraph or other settings take effect while the gateway serves."""

from gateway.reload.outcomes import ReloadOutcomes
from gateway.reload.reloader import Reload, Reloader

__all__ = ["Reload", "ReloadOutcomes", "Reloader"]

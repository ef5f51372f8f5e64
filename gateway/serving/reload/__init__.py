"""Reload: a new supergraph or new settings take effect while the gateway serves."""

from gateway.serving.reload.outcomes import ReloadOutcomes
from gateway.serving.reload.reloader import Reload, Reloader

__all__ = ["Reload", "ReloadOutcomes", "Reloader"]

"""A client of Valkey or Redis with short deadlines, so that no request waits long for it."""

from gateway.valkey.client import PAUSE_SECONDS, ValkeyAway, ValkeyClient

__all__ = ["PAUSE_SECONDS", "ValkeyAway", "ValkeyClient"]

"""Remembers which signatures have been used: in one process, and across processes."""

from foundation.signatures.nonces.memory import NonceMemory
from foundation.signatures.nonces.shared import SharedNonces, ValkeyNonces

__all__ = ["NonceMemory", "SharedNonces", "ValkeyNonces"]

"""Notes that the platform writes to its customers: each customer reads their own.

A small block with everything that one needs; `furlong new block` copies it under another name.
"""

from typing import Final

NOTE_TOPIC: Final = "platform.note.v1"

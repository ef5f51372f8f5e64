"""Keeps new connections from a listening socket that is about to be closed."""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from typing import Final

SO_ATTACH_FILTER: Final = 26
"""Linux's number for the option, which Python does not define."""

FLAGS, SYN_AND_ACK, SYN = 13, 0x12, 0x02
"""The offset of the flags in a TCP header, and two of the flags; a first packet has SYN but not ACK."""

DROP_FIRST_PACKETS: Final = (
    (0x30, 0, 0, FLAGS),  # load a byte
    (0x54, 0, 0, SYN_AND_ACK),  # and
    (0x15, 0, 1, SYN),  # if equal, go on; else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF),  # accept
)
"""A program of the kernel's packet filter: operation, jump if true, jump if false, operand."""


def refuse_new_connections(listener: socket.socket) -> None:
    """Make the kernel ignore the first packets of new connections; pending connections continue.

    When a socket is closed, connections that wait to be accepted are reset, and the requests already sent on
    them are lost. After this call no new ones arrive, so the server can accept all that wait and then close
    the socket; clients that try to connect meanwhile are refused as soon as it is closed. Does nothing on
    systems other than Linux. The effect is permanent, for all processes that share the socket.
    """
    if not sys.platform.startswith("linux") or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    program = b"".join(struct.pack("HBBI", *each) for each in DROP_FIRST_PACKETS)
    memory = ctypes.create_string_buffer(program)
    value = struct.pack("HP", len(DROP_FIRST_PACKETS), ctypes.addressof(memory))
    with contextlib.suppress(OSError):  # a kernel without filters: do nothing, as on other systems
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)

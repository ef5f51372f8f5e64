"""Keeps new connections from a listening socket that is about to be closed."""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from typing import Final

SO_ATTACH_FILTER: Final = 26
"""Linux's number, which Python does not name."""

FLAGS, SYN_AND_ACK, SYN = 13, 0x12, 0x02
"""Where a TCP header has its flags, and two of them; a first packet has SYN and not ACK."""

DROP_FIRST_PACKETS: Final = (
    (0x30, 0, 0, FLAGS),  # load a byte
    (0x54, 0, 0, SYN_AND_ACK),  # and
    (0x15, 0, 1, SYN),  # if it is equal, go on, else skip one
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF),  # accept
)
"""A program of the kernel's packet filter: operation, jump if true, jump if false, operand."""


def refuse_new_connections(listener: socket.socket) -> None:
    """Let the kernel ignore the first packets of new connections; connections that are being made go on.

    Connections that wait for being accepted when a socket is closed are reset, with the requests that their
    clients have sent. After this call there will be no more of them, so the server can accept all and then
    close the socket; who tries to connect meanwhile is refused as soon as it is closed. Systems other than
    Linux cannot do so, and nothing happens there. All processes that share the socket are affected, for good.
    """
    if not sys.platform.startswith("linux") or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    program = b"".join(struct.pack("HBBI", *each) for each in DROP_FIRST_PACKETS)
    memory = ctypes.create_string_buffer(program)
    value = struct.pack("HP", len(DROP_FIRST_PACKETS), ctypes.addressof(memory))
    with contextlib.suppress(OSError):  # a kernel without filters: as on other systems
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, value)

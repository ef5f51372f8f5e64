"""Find the end of an HTTP message from its head."""

from typing import Final

END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


def complete_message(received: bytes) -> tuple[int, int] | None:
    """Return where the body of the first message begins and ends; None while the message is incomplete.

    Chunked bodies are not supported: neither the gateways nor our servers send any.
    """
    end = received.find(END)
    if end < 0:
        return None
    begin = end + len(END)
    until = begin + _length(received[:end].lower())
    return (begin, until) if len(received) >= until else None


def _length(head: bytes) -> int:
    at = head.find(_LENGTH)
    return int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0

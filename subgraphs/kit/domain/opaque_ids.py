"""Reading opaque texts that clients send back: ids and cursors. Each has one form."""

import binascii
from typing import Final

from subgraphs.kit.domain.errors import BadInput

URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def read_opaque(opaque: str) -> bytes:
    """Return what an opaque text stands for.

    Raises:
        BadInput: It is not what we would have written: base64url without padding (RFC 4648, section 5).
    """
    try:
        plain = opaque.replace("-", "+").replace("_", "/") + "=" * (-len(opaque) % 4)
        content = binascii.a2b_base64(plain, strict_mode=True)
        written = binascii.b2a_base64(content, newline=False).translate(URL_SAFE, b"=").decode()
    except ValueError as error:
        raise BadInput("this id was not made here") from error
    if written != opaque:
        raise BadInput("this id was not made here")
    return content

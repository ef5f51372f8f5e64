"""The text that is signed (RFC 9421, section 2.5)."""

from collections.abc import Iterable

ENCODING = "latin-1"
"""A header may contain any octet; this encoding preserves them all."""


def signature_base(components: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """Return the text that is signed.

    Args:
        components: Names and values, in the order in which `parameters` names them.
        parameters: The signature's parameters, exactly as in `Signature-Input`.
    """
    lines = [f'"{name}": {value}' for name, value in components]
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode(ENCODING)

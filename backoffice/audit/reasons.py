"""The reasons that people give for what they do, which the audit log keeps."""

from typing import Final

from backoffice.errors import Problem

REASON_CHARACTERS: Final = 500


def reason_problems(reason: str) -> list[Problem]:
    """Return what is wrong with a reason."""
    if not reason.strip():
        return [Problem("reason", "Say why: the audit log keeps it.")]
    if len(reason.strip()) > REASON_CHARACTERS:
        return [Problem("reason", f"A reason has at most {REASON_CHARACTERS} characters.")]
    return []

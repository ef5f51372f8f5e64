"""A check, what it finds, and running many checks at once, each with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from pydantic import SecretStr


class CheckFailed(Exception):
    """A check has found a problem.

    Attributes:
        says: What is wrong.
        helps: What to do about it.
    """

    def __init__(self, says: str, helps: str) -> None:
        super().__init__(says)
        self.says = says
        self.helps = helps


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one thing.

    Attributes:
        name: What is checked, such as `database club`.
        run: Describes what works, or raises `CheckFailed`.
    """

    name: str
    run: Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        name: What was checked.
        ok: Whether nothing is wrong.
        says: What was found, in words.
        helps: What to do if something is wrong.
    """

    name: str
    ok: bool
    says: str
    helps: str = ""


async def run_checks(
    checks: Iterable[Check], seconds: float, secrets: Iterable[SecretStr] = ()
) -> list[Finding]:
    """Run all checks at the same time, and return what they found, in the order of the checks.

    Args:
        checks: The checks.
        seconds: The deadline of each check.
        secrets: Texts that no finding may contain.
    """
    hidden = [secret.get_secret_value() for secret in secrets]
    findings = await asyncio.gather(*(_found(check, seconds) for check in checks))
    return [
        Finding(finding.name, finding.ok, _without(finding.says, hidden), finding.helps)
        for finding in findings
    ]


async def _found(check: Check, seconds: float) -> Finding:
    try:
        async with asyncio.timeout(seconds):
            return Finding(check.name, True, await check.run())
    except CheckFailed as failed:
        return Finding(check.name, False, failed.says, failed.helps)
    except TimeoutError:
        return Finding(check.name, False, f"no answer within {seconds:g} s", "is it running, and reachable?")
    except Exception as error:  # noqa: BLE001 - one check that breaks must not hide what the others find
        return Finding(
            check.name, False, f"the check failed unexpectedly: {type(error).__name__}", "report this"
        )


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return text

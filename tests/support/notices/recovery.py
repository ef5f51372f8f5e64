"""Recovery of dismissals in doubt."""

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Recovery
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from tests.support.notices.models import INTENT, POSTPONED
from tests.support.notices.service import NoticeService, Register


def create_recovery(parts: RecoveryParts, register: Register | None = None) -> Recovery:
    """Return recovery of what customers dismissed, at the register that makes their changes."""
    changes = parts.changes("notices", INTENT, register or Register())
    return Recovery(NoticeService(changes, parts.clock), _allowed, _follow, POSTPONED, parts.limits)


async def _allowed(_connection: AsyncConnection, _intent: Intent) -> bool:
    return True


async def _follow(_intent: Intent) -> None:
    """Take nothing over: a dismissal stands for ever."""

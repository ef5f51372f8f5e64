"""Each kind of proposal that an area registers can be shown on the screen of approvals, in words."""

import json
from pathlib import Path
from typing import Final

from tests.backoffice.proposal_kinds import proposal_fixture

EXAMPLES: Final = Path(__file__).parents[2] / "web" / "tests" / "proposals.json"


async def test_each_kind_of_proposal_has_its_presentation(tmp_path: Path) -> None:
    """The screens' tests show one example of each kind: a kind without one would be unreadable JSON."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as all_areas:
        assert all_areas.base.approvals.kinds == json.loads(EXAMPLES.read_text(encoding="utf-8")).keys()

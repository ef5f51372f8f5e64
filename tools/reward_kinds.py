"""Write what follows from the registry of the kinds of rewards: the client's module and an enum.

`python -m tools.reward_kinds` is a part of `make compose`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from furlong.settings import ROOT
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind

MODULE: Final = ROOT / "web/packages/client/src/generated/rewardKinds.ts"
CONTRACT: Final = ROOT / "contracts/club.reward-config.v1.schema.json"


def derived_files() -> Mapping[Path, str]:
    """Return the text of each file that follows from the registry."""
    return {MODULE: _module(), CONTRACT: _contract()}


def _module() -> str:
    kinds = "\n".join(
        f"  {kind.name}: {{ glyph: '{kind.rules.glyph}', expires: {json.dumps(not kind.rules.own_money)} }},"
        for kind in RewardKind
    )
    return f"""/* Written by `make compose`, from subgraphs/club_kit/domain/reward_kinds/. */

/** Each kind of reward: the path of its picture (24 by 24), and whether it expires once credited. */
export const RewardKind = {{
{kinds}
}} as const;

export type RewardKind = keyof typeof RewardKind;
"""


def _contract() -> str:
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    contract["properties"]["kind"]["enum"] = [kind.value for kind in RewardKind]
    return json.dumps(contract, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in derived_files().items():
        path.write_text(text, encoding="utf-8")

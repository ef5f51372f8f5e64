"""The demo settles changes in doubt by itself, as an installation with its worker does."""

from pathlib import Path
from typing import Any

import httpx
from running_furlong import BRAND, MUTATIONS, eventually, running_demo


def test_a_join_whose_answer_was_lost_shows_up_by_itself(tmp_path: Path) -> None:
    """The customer is told that it is being confirmed, sees it pending, and is a member soon after."""
    with running_demo(tmp_path) as demo:
        upstream = str(demo.facts["upstream"])
        customer = next(
            one["id"]
            for one in demo.facts["customers"]
            if not demo.site.club(one["id"])["membership"]["optedIn"]
        )
        for fault in ("reset_after", "busy"):
            order = {"fault": fault, "customer": customer}
            httpx.post(f"{upstream}/simulator/faults", json=order).raise_for_status()
        wanted = {
            "brand": BRAND,
            "termsVersion": demo.site.club(customer)["terms"]["version"],
            "idempotencyKey": "only-once",
        }
        joined = demo.site.ask(MUTATIONS, {"input": wanted}, customer=customer, operation="OptIn")
        payload: dict[str, Any] = joined["data"]["optIn"]
        assert [error["code"] for error in payload["errors"]] == ["UPSTREAM_PENDING"]
        assert payload["club"]["membership"]["pending"] is True

        def settled() -> bool:
            membership = demo.site.club(customer)["membership"]
            return bool(membership["optedIn"] and not membership["pending"])

        eventually(settled, "the change is settled")
        journal = httpx.get(f"{upstream}/simulator/journal", params={"customer": customer}).json()
        assert sum(entry["outcome"] == "applied" for entry in journal["entries"]) == 1

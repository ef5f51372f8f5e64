"""Previews that are counted by what they say; only a process that counts uses them."""

from subgraphs.club_kit.served import ServedCounter, ServedItem
from subgraphs.kit.auth import Viewer
from subgraphs.progress.counting.rules import BetFacts, Verdict
from subgraphs.progress.loaders import ProgressContext
from subgraphs.progress.service import ClubProgress


class CountingContext(ProgressContext, kw_only=True, eq=False, dict=True):
    """A request context that counts previews."""

    counter: ServedCounter

    async def preview(self, viewer: Viewer, bet: BetFacts) -> tuple[Verdict, ClubProgress] | None:
        """Return the preview, and count it; one without a club has no territory and says nothing."""
        verdicts = await super().preview(viewer, bet)
        if verdicts is None:
            item = ServedItem(viewer.brand, "", "", "")
        else:
            verdict, after = verdicts
            scheme = after.scheme
            item = ServedItem(viewer.brand, scheme.jurisdiction, scheme.currency, verdict.reason.value)
        self.counter.count(item)
        return verdicts

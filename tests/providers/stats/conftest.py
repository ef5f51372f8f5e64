"""A simulated provider of statistics, and the adapter that follows it."""

from pathlib import Path

import pytest

from tests.providers.content_followers import Following, Open, opener


def is_equal(following: Following) -> bool:
    """Return whether fixtures and figures that were told are the provider's."""
    state = following.content.state()
    fixtures = {
        f"stats:{one['id']}": (one["name"], one["status"], one["score"], one["competition"])
        for one in state["fixtures"]
    }
    figures = {
        f"stats:{one['id']}": state["figures"][one["id"]]
        for one in state["fixtures"]
        if one["stats_revision"] is not None
    }
    told = {
        key: (body["name"], body["status"], body["score"], body["competition"])
        for key, body in following.latest("provider.fixture.v1").items()
    }
    return told == fixtures and figures == {
        key: body["figures"] for key, body in following.latest("provider.stats.v1").items()
    }


@pytest.fixture
def following(tmp_path: Path) -> Open:
    """A function that serves the provider, and makes what follows it."""
    return opener(tmp_path, "stats", is_equal, poll_seconds=0.1, answer_seconds=0.5)

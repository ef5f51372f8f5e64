"""A simulated provider of pictures, and the adapter that follows it."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.providers.content_followers import Following, Open, opener


def is_equal(following: Following) -> bool:
    """Return whether the pictures that were told are the provider's."""
    pictures = {
        f"video:{one['event']}": (
            one["stream"],
            one["territories"],
            datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]),
        )
        for one in following.content.state()["pictures"]
    }
    told = {
        key: (
            body["stream_id"],
            body["territories"],
            datetime.fromisoformat(body["starts_at"]),
            datetime.fromisoformat(body["ends_at"]),
        )
        for key, body in following.latest("provider.video.v1").items()
    }
    return told == pictures


@pytest.fixture
def following(tmp_path: Path) -> Open:
    """A function that serves the provider, and makes what follows it."""
    return opener(tmp_path, "video", is_equal, poll_seconds=0.1, answer_seconds=0.5)

"""The pure half of a feed: from a platform's record to a progress message."""

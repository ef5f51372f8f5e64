"""The strategy that makes worlds: a schema with data, split into subgraphs by the directives of Federation 2.

In reading order: `features` (the switches), `drafts` (subgraphs in the making), `workshop` (what is known so
far), then the steps that `strategy` takes one after the other.
"""

from tests.federation_kit.worlds.features import Features, some_features
from tests.federation_kit.worlds.strategy import worlds

__all__ = ["Features", "some_features", "worlds"]

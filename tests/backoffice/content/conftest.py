"""Lets these tests use the databases of the subgraphs' tests."""

from tests.support.subgraphs.club_fixtures import *  # noqa: F403 - fixtures, which are listed there

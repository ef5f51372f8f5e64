"""Databases and subgraphs for the tests of the subgraphs."""

from tests.support.subgraphs.club_fixtures import *  # noqa: F403 - fixtures, which are listed there

"""Lets the tests of live updates use the databases and samples of the subgraphs' tests."""

from tests.support.subgraphs.club_fixtures import *  # noqa: F403 - fixtures, which are listed there

"""Lets the databases of all tests share compiled statements: most tests have databases of their own.

An engine keeps what SQLAlchemy compiles for its own dialect object alone, so that each test would compile the
same statements again, which takes a quarter of the time of tests with databases.
"""

from functools import partial
from typing import Any, Final

from sqlalchemy.dialects.mysql.aiomysql import MySQLDialect_aiomysql
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

from foundation.storage import database

STATEMENTS: Final = 4_000
"""The product's own, for each of its dialects, and those that tests write."""


def share_compiled_statements() -> None:
    """Give the engines of this process one cache, in which dialects of one kind and server are the same."""
    cache = LRUCache[Any, Any](STATEMENTS)
    with_cache = partial(create_async_engine, execution_options={"compiled_cache": cache})
    vars(database)["create_async_engine"] = with_cache
    for dialect in (SQLiteDialect_aiosqlite, MySQLDialect_aiomysql):
        dialect.__eq__ = _is_alike  # type: ignore[method-assign]
        dialect.__hash__ = _hash_name  # type: ignore[method-assign,assignment]


def _is_alike(left: Any, right: object) -> bool:
    return _kind(left) == _kind(right)


def _hash_name(dialect: Any) -> int:
    return hash(dialect.name)


def _kind(dialect: Any) -> tuple[type, object, object]:
    """Return what statements depend on; a dialect knows its server after the first connection."""
    version = getattr(dialect, "server_version_info", None)
    return type(dialect), version, getattr(dialect, "is_mariadb", None)

"""The settings of the databases, with the names that an installation has."""

from pydantic import ValidationInfo, field_validator

from foundation.storage.settings import DatabaseSettings
from furlong.database_names import DATABASES


class DatabasesSettings(DatabaseSettings):
    """Where the tables are: each subgraph has its own database, under the common URL or under its own."""

    @field_validator("urls")
    @classmethod
    def _are_databases(cls, urls: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if unknown := sorted(urls.keys() - set(DATABASES)):
            raise ValueError(f"there is no database {unknown[0]!r}; there are {', '.join(DATABASES)}")
        if len({url.startswith("sqlite") for url in (info.data["url"], *urls.values())}) > 1:
            raise ValueError(
                "either all databases are files of SQLite, or all are on servers: FURLONG_DATABASE_URL says "
                "which"
            )
        return urls

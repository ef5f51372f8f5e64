"""The tables of the back office are declared on this metadata, each area's in its `models.py`."""

from pathlib import Path
from typing import Final

from sqlalchemy import MetaData

from foundation.storage.installation import installation_table

NAME: Final = "backoffice"
"""The name of the database: `furlong_backoffice`, or `backoffice.sqlite`."""

METADATA: Final = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
INSTALLATION: Final = installation_table(METADATA)

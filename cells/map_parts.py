"""What the maps that operators write share: addresses, and models that refuse unknown fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Address = Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$", max_length=260)]
"""HOST:PORT."""


class StrictModel(BaseModel):
    """A part of a map; a misspelt name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

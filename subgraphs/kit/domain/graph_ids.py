"""Ids of the graph: a brand and an id of ours, for what a brand shows is decided by the id."""

from typing import Final, NamedTuple

from subgraphs.kit.domain.errors import BadInput

MAX_ID: Final = 160


class GraphId(NamedTuple):
    """An id in the graph, such as `northbet:football`."""

    brand: str
    own: str

    @classmethod
    def parse(cls, text: object) -> "GraphId":
        """Return the parts of an id.

        Raises:
            BadInput: It was not made here.
        """
        if not isinstance(text, str) or len(text) > MAX_ID:
            raise BadInput("this id was not made here")
        brand, colon, own = text.partition(":")
        if not (brand and colon and own):
            raise BadInput("this id was not made here")
        return cls(brand, own)

    @classmethod
    def of_brand(cls, brand: str, text: str | None) -> str | None:
        """Return the own part of an id of this brand; None for no id.

        Raises:
            BadInput: It is another brand's, or was not made here.
        """
        if text is None:
            return None
        found = cls.parse(text)
        if found.brand != brand:
            raise BadInput("this id is another brand's")
        return found.own

    def __str__(self) -> str:
        return f"{self.brand}:{self.own}"

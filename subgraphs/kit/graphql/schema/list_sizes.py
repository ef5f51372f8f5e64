"""`@listSize`: the lengths of lists, for gateways that estimate the cost of a request."""

from strawberry import UNSET
from strawberry.federation.schema_directives import ListSize


def assumed_size(length: int) -> ListSize:
    """Return the directive for a list that is hardly ever longer than `size`."""
    return ListSize(assumed_size=length, slicing_arguments=UNSET, sized_fields=UNSET)


def sliced_by(argument: str) -> ListSize:
    """Return the directive for a list that an argument limits."""
    return ListSize(assumed_size=UNSET, slicing_arguments=[argument], sized_fields=UNSET)

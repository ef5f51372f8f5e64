"""Which of two states of an item counts."""


def supersedes(revision: int, before: int, latest: int) -> bool:
    """Return whether a state replaces the one that is stored.

    The higher revision counts. One that is of a time that is not there yet gives way to any that can be:
    otherwise an adapter whose clock was ahead would go on to count until that time.

    Args:
        revision: That of the state.
        before: That of the stored one.
        latest: The highest one that can be.
    """
    return revision > before or revision <= latest < before

"""Pages of lists."""

import strawberry


@strawberry.federation.type(shareable=True)
class PageInfo:
    """Whether a list goes on after a page, and the cursor with which the next one begins."""

    has_next_page: bool
    end_cursor: str | None

"""The default limits on documents at every gateway over the club's subgraphs."""

from collections.abc import Mapping
from typing import Any, Final

DOCUMENT_LIMITS: Final[Mapping[str, Any]] = {"document_fields": 250, "document_root_fields": 10}
"""To plan and compile a new document with so many fields takes less than a hundred known bet-slips. The
widget's largest document has 78, and introspection some 230. Each club at the root is fetched from several
subgraphs.
"""

"""The sections of the settings: what each is, and those that the core is given as they are."""

from gateway.sections.limits import Budget, DocumentLimits, ResponseLimits
from gateway.sections.section import PREFIX, Section

__all__ = ["PREFIX", "Budget", "DocumentLimits", "ResponseLimits", "Section"]

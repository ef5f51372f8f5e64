"""Errors of analytics.

AnalyticsError
├── NotInstalled      the engine's packages are missing
├── StoreInUse        another process owns the store
├── StillFilling      the store is filled for the first time, and says how far
├── StoreFault        the engine refuses a statement of ours
├── QuestionRefused   an analyst's SQL may not be asked, or cannot be understood
└── QuestionFailed    an analyst's SQL went beyond its limits
"""


class AnalyticsError(Exception):
    """Base class of the errors of analytics."""


class NotInstalled(AnalyticsError):
    """The packages of the engine are not installed."""


class StoreInUse(AnalyticsError):
    """The store belongs to another process: one process owns a folder."""


class StillFilling(AnalyticsError):
    """The store has nothing to ask yet; the message says how far it is filled."""


class StoreFault(AnalyticsError):
    """The engine refuses a statement of ours; what it says is in the message."""


class QuestionRefused(AnalyticsError):
    """SQL that may not be asked, or that the engine does not understand."""


class QuestionFailed(AnalyticsError):
    """SQL that used up its time, memory or rows, or that the engine could not carry out."""

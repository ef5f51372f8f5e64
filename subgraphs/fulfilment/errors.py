"""The errors of fulfilment, by what is done about each.

FulfilmentError
├── ForbiddenTransition   a defect: the transaction is rolled back, and the worker tries again later
├── InvalidDecision       the command prints it; nothing changes
├── ProviderConfigError   the process ends with the message, until the configuration is corrected
├── JournalUnavailable    no report is made; the comparison is tried again later
├── BadSignature          a callback is refused with 401; a response counts as missing
└── InvalidResponse       the response counts as missing; the request is sent again, within bounds
"""


class FulfilmentError(Exception):
    """The base of all errors that this subgraph raises on purpose."""


class ForbiddenTransition(FulfilmentError):
    """An event cannot happen in the state that a fulfilment is in.

    Nothing is stored. The worker logs it and looks at the fulfilment again once its lease has run out.
    """


class InvalidDecision(FulfilmentError):
    """A person's decision does not fit the reward. The command prints why, and nothing changes."""


class ProviderConfigError(FulfilmentError, ValueError):
    """The providers' configuration cannot be used; the message says where. The process does not start."""


class JournalUnavailable(FulfilmentError):
    """A provider's journal cannot be read. No report is made, and the comparison is tried again later."""


class BadSignature(FulfilmentError):
    """A message is unsigned, too old, or signed with another secret.

    A callback is refused with 401. A provider's response counts as no response.
    """


class InvalidResponse(FulfilmentError):
    """A provider's response is too long, or is not a JSON object. It counts as no response."""

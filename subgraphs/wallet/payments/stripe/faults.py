"""What an answer of Stripe's may be instead of an object."""

from subgraphs.wallet.payments.processor import Contradiction, NotNow


class OtherRequest(Contradiction):
    """Another request was sent under the same id before.

    Whoever asked for it has a fault, or its options have changed since: a person must look.
    """


class SpentKey(NotNow):
    """Stripe repeats what it has answered under a key before: that it could not do something then."""


class Refused(Exception):
    """Stripe refuses a request, and would refuse it again.

    Attributes:
        code: Stripe's code, such as `amount_too_small`, or a bank's, such as `insufficient_funds`.
        param: Which parameter is refused; "" if none is named.
    """

    def __init__(self, code: str, param: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.param = param

    @property
    def missing(self) -> bool:
        """Whether it is because there is no such object."""
        return self.code == "resource_missing"

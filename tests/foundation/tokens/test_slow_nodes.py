"""A node whose clock is slow accepts tokens that were just issued, as far as its settings forgive."""

import pytest

from foundation.tokens import InvalidToken, Issuer
from foundation.tokens.claim_rules import ClaimRules
from tests.support.tokens.issued_tokens import AUDIENCE, CLAIMS, ISSUER, NOW


def rules(slow: float) -> ClaimRules:
    """Rules that forgive 30 s, on a node that is slow by some seconds."""
    issuer = Issuer(issuer=ISSUER, audiences=(AUDIENCE,), jwks_url="https://login.test/keys")
    return ClaimRules(issuer, lambda: NOW - slow)


@pytest.mark.parametrize("slow", [0.3, 29.2, 29.9])
@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_fresh_token_is_accepted_within_the_leeway(name: str, slow: float) -> None:
    """The fractions of seconds of both clocks count."""
    at = NOW + 30 - slow - 0.001 if slow < 1 else NOW
    assert rules(slow).check(CLAIMS | {name: at, "exp": NOW + 60}) == NOW + 90


def test_a_token_of_the_future_is_refused() -> None:
    """Beyond the leeway, a token was not issued by an honest clock."""
    with pytest.raises(InvalidToken):
        rules(30.5).check(CLAIMS | {"iat": NOW, "exp": NOW + 60})

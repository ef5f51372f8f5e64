"""Why the squad refuses a membership or a choice."""

from simulator.upstream.record import Refusal
from simulator.world import Brand, World

NO_BRAND = Refusal("UNKNOWN_BRAND", "the squad knows no such brand")
INELIGIBLE = Refusal("INELIGIBLE", "this account may not take part in promotions")
NOT_MEMBER = Refusal("NOT_MEMBER", "this customer has not opted in to the club")
UNKNOWN_REWARD = Refusal("UNKNOWN_REWARD", "the squad knows no such version of a reward")


def refuse_membership(world: World, brand_id: str, customer_id: str, state: str) -> Refusal | None:
    """Return why a change is refused, or None: anybody may leave, eligible and unknown accounts may join."""
    brand = world.brand(brand_id)
    if brand is None:
        return NO_BRAND
    if state == "opted_in" and _excluded(brand, customer_id):
        return INELIGIBLE
    return None


def refuse_choice(
    world: World, brand_id: str, customer_id: str, reward: tuple[str, int], *, member: bool
) -> Refusal | None:
    """Return why a choice is refused: eligible members may choose any version that was ever on Kafka."""
    brand = world.brand(brand_id)
    if brand is None:
        return NO_BRAND
    if _excluded(brand, customer_id):
        return INELIGIBLE
    if not member:
        return NOT_MEMBER
    if not brand.offers(*reward):
        return UNKNOWN_REWARD
    return None


def _excluded(brand: Brand, customer_id: str) -> bool:
    account = brand.account(customer_id)
    return account is not None and not account.eligible

"""Who may do what is decided in one place, by role and brand."""

from datetime import timedelta

import pytest

from backoffice.access import ROLES, Permission, Role, allows, brands_with, require, require_step_up
from backoffice.errors import Forbidden, StepUpRequired
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.office.backoffice_fixture import NOW, actor


@pytest.mark.parametrize("role", Role)
def test_a_role_holds_for_its_brand_only(role: Role) -> None:
    """A role permits what the table says for its brand, and nothing for another or for all brands."""
    person = actor("ann", role)
    for permission in Permission:
        held = permission is Permission.OWN or permission in ROLES[role]
        assert allows(person, permission, "northbet") is held
        assert allows(person, permission, "southbet") is (permission is Permission.OWN)
        assert allows(person, permission, None) is (permission is Permission.OWN)


def test_a_role_for_all_brands_holds_for_each_of_them() -> None:
    """The brand `*` of a role stands for every brand, and for what concerns all of them."""
    person = actor("ann", Role.EDITOR, brand=ALL_BRANDS)
    for brand in ("northbet", "southbet", ALL_BRANDS, None):
        require(person, Permission.CONTENT_EDIT, brand)
        with pytest.raises(Forbidden):
            require(person, Permission.CONTENT_APPROVE, brand)


def test_lists_show_the_brands_of_a_permission() -> None:
    """A list over brands is limited to those for which the person has the permission."""
    person = actor("ann", Role.EDITOR, more={"southbet": frozenset({Role.SUPPORT})})
    assert brands_with(person, Permission.CONTENT_EDIT) == {"northbet"}
    assert brands_with(person, Permission.CONTENT_READ) == {"northbet", "southbet"}
    assert brands_with(actor("all", Role.EDITOR, brand="*"), Permission.CONTENT_EDIT) == {ALL_BRANDS}
    assert brands_with(actor("nobody"), Permission.CONTENT_READ) == frozenset()


def test_a_step_up_ends() -> None:
    """Money moves only while the second factor was confirmed recently."""
    require_step_up(actor(stepped_up_until=NOW + timedelta(seconds=1)), NOW)
    for until in (None, NOW, NOW - timedelta(seconds=1)):
        with pytest.raises(StepUpRequired):
            require_step_up(actor(stepped_up_until=until), NOW)


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    """No role is empty, and no permission is out of everybody's reach."""
    assert set(ROLES) == set(Role)
    assert frozenset().union(*ROLES.values()) | {Permission.OWN} == set(Permission)

"""Roles, permissions, and which role has which permission.

An area adds its permissions here, with the roles that have them.
"""

from collections.abc import Mapping
from enum import Enum, unique
from types import MappingProxyType
from typing import Final


@unique
class Role(Enum):
    """What a person is in the back office of a brand, or of all brands."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    SUPPORT = "support"
    RISK = "risk"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


@unique
class Permission(Enum):
    """What a role allows; the part before the point is the area."""

    CONTENT_READ = "content.read"
    CONTENT_EDIT = "content.edit"
    CONTENT_APPROVE = "content.approve"
    CONTENT_PUBLISH = "content.publish"
    RULES_READ = "rules.read"
    RULES_EDIT = "rules.edit"
    RULES_APPROVE = "rules.approve"
    SUPPORT_READ = "support.read"
    SUPPORT_ADJUST = "support.adjust"
    SUPPORT_APPROVE_ADJUSTMENT = "support.approve_adjustment"
    SUPPORT_GOODWILL = "support.goodwill"
    SUPPORT_APPROVE_GOODWILL = "support.approve_goodwill"
    SUPPORT_EXPORT = "support.export"
    SUPPORT_ERASE = "support.erase"
    RISK_READ = "risk.read"
    RISK_BUDGET = "risk.budget"
    RISK_EXPORT = "risk.export"
    OPERATIONS_READ = "operations.read"
    OPERATIONS_REPLAY = "operations.replay"
    OPERATIONS_SWITCH = "operations.switch"
    OPERATIONS_PROVIDER = "operations.provider"
    OPERATIONS_WEEK = "operations.week"
    OPERATIONS_BRAND = "operations.brand"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    APPROVALS_READ = "approvals.read"
    JOBS_READ = "jobs.read"
    AUDIT_READ = "audit.read"
    OWN = "own"
    """What each signed-in person may do with their own account, whatever their roles."""


_P = Permission
_EVERYBODY: Final = frozenset({_P.CONTENT_READ, _P.RULES_READ, _P.JOBS_READ})

ROLES: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.VIEWER: _EVERYBODY | {_P.RISK_READ, _P.OPERATIONS_READ},
        Role.EDITOR: _EVERYBODY | {_P.CONTENT_EDIT, _P.RULES_EDIT, _P.APPROVALS_READ},
        Role.APPROVER: _EVERYBODY
        | {_P.CONTENT_APPROVE, _P.CONTENT_PUBLISH, _P.RULES_APPROVE, _P.APPROVALS_READ},
        Role.SUPPORT: _EVERYBODY
        | {
            _P.SUPPORT_READ,
            _P.SUPPORT_ADJUST,
            _P.SUPPORT_GOODWILL,
            _P.SUPPORT_EXPORT,
            _P.SUPPORT_ERASE,
            _P.APPROVALS_READ,
        },
        Role.RISK: _EVERYBODY
        | {
            _P.SUPPORT_READ,
            _P.SUPPORT_APPROVE_ADJUSTMENT,
            _P.SUPPORT_APPROVE_GOODWILL,
            _P.RISK_READ,
            _P.RISK_BUDGET,
            _P.RISK_EXPORT,
            _P.OPERATIONS_READ,
            _P.APPROVALS_READ,
        },
        Role.OPERATOR: _EVERYBODY
        | {
            _P.OPERATIONS_READ,
            _P.OPERATIONS_REPLAY,
            _P.OPERATIONS_SWITCH,
            _P.OPERATIONS_PROVIDER,
            _P.OPERATIONS_WEEK,
            _P.OPERATIONS_BRAND,
            _P.APPROVALS_READ,
        },
        Role.ADMINISTRATOR: frozenset({_P.PEOPLE_READ, _P.PEOPLE_MANAGE, _P.APPROVALS_READ, _P.AUDIT_READ}),
    }
)
"""The permissions of each role. An administrator manages people, and has no part in their work."""

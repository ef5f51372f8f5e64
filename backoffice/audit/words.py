"""What the audit log says in words: what was done, and to what kind of thing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "analytics.ask": "Asked a question in SQL",
        "analytics.export": "Exported the answer to a question",
        "analytics.refused": "Asked a question that was refused",
        "analytics.report": "Read a report",
        "approvals.approve": "Approved a proposal",
        "approvals.look": "Viewed proposals",
        "approvals.propose": "Made a proposal",
        "approvals.reject": "Rejected a proposal",
        "approvals.void": "Found a proposal out of date",
        "approvals.withdraw": "Withdrew a proposal",
        "audit.look": "Viewed the audit log",
        "betting.limit": "Set a liability limit",
        "betting.look_at_bet": "Viewed a bet to void",
        "betting.look_at_bets": "Viewed open bets",
        "betting.look_at_factors": "Viewed stake factors",
        "betting.resume": "Resumed betting",
        "betting.set_factor": "Set the stake factor of a customer",
        "betting.set_terms": "Changed the terms of betting",
        "betting.suspend": "Suspended betting",
        "content.approve": "Approved a text",
        "content.import": "Imported a text",
        "content.publish": "Published a text",
        "content.refuse": "Failed to publish a scheduled text",
        "content.reject": "Rejected a text",
        "content.rollback": "Rolled a text back",
        "content.save": "Saved a draft",
        "content.schedule": "Scheduled a text",
        "content.submit": "Submitted a text for approval",
        "content.unschedule": "Cancelled a schedule",
        "content.upload": "Uploaded an image",
        "content.withdraw": "Withdrew a text",
        "events.change_board": "Changed the sports board",
        "events.decide_match": "Decided a match of events",
        "events.undo_match": "Undid a match of events",
        "finance.close_check": "Closed a financial check",
        "finance.close_payment_case": "Closed a payment case",
        "finance.look_at_checks": "Viewed financial checks",
        "finance.look_at_correction": "Viewed a correction",
        "finance.look_at_corrections": "Viewed corrections",
        "finance.look_at_payment": "Viewed a payment",
        "finance.look_at_payment_cases": "Viewed payment cases",
        "finance.look_at_payments": "Viewed payments",
        "finance.look_at_refunds": "Viewed refunds",
        "finance.look_at_withdrawals": "Viewed withdrawals",
        "jobs.cancel": "Cancelled a job",
        "jobs.start": "Started a job",
        "lobby.change": "Changed the lobby",
        "operations.change_adapter": "Changed the configuration of an adapter",
        "operations.change_brand": "Changed a brand",
        "operations.change_provider": "Changed the configuration of a provider",
        "operations.credited_held_reward": "Recorded a held reward as credited",
        "operations.forget_node": "Removed a node",
        "operations.look": "Viewed customers in operations",
        "operations.open_week": "Opened a week",
        "operations.reject_late_bet": "Rejected a late bet",
        "operations.replay": "Replayed dead letters",
        "operations.retry_held_reward": "Sent a held reward again",
        "operations.reward_pause": "Paused a reward",
        "operations.reward_recall": "Recalled a reward",
        "operations.reward_resume": "Resumed a reward",
        "operations.reward_withdraw": "Withdrew a reward",
        "operations.switch_off": "Switched something off",
        "operations.switch_on": "Switched something on",
        "people.add": "Added an account",
        "people.change_password": "Changed their password",
        "people.disable": "Disabled an account",
        "people.enable": "Enabled an account",
        "people.end_session": "Ended a session",
        "people.recovery_codes": "Made new recovery codes",
        "people.renew": "Renewed their password by a link",
        "people.reset": "Reset the credentials of an account",
        "people.send_link": "Asked for a credential link",
        "people.set_roles": "Changed the roles of an account",
        "risk.export": "Exported a table",
        "risk.look": "Viewed customers behind a figure",
        "risk.set_budget": "Set a reward budget",
        "rules.look_at_bets": "Viewed the bets of a dry run",
        "rules.publish": "Published scheme rules",
        "session.enrol": "Set up a second factor",
        "session.refused": "Was refused a sign-in",
        "session.sign_in": "Signed in",
        "session.sign_out": "Signed out",
        "session.step_up": "Confirmed their second factor",
        "support.erase": "Erased the data of a customer",
        "support.lift_hold": "Removed a legal hold",
        "support.look_at_bet": "Viewed a bet",
        "support.look_at_customer": "Viewed a customer",
        "support.look_at_export": "Viewed a data export",
        "support.look_at_holds": "Viewed legal holds",
        "support.look_at_search": "Searched for customers",
        "support.put_hold": "Placed a legal hold",
        "support.set_goodwill_budget": "Set a goodwill budget",
    }
)
"""Each action that is recorded, by its code; a test compares them with the code that records them."""

_THINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "analytics": "Analytics",
        "content": "Text",
        "login": "Unknown login",
        "match": "Match of events",
        "switch": "Kill switch",
        "user": "Account",
    }
)
"""Kinds of subjects whose codes are not what people call them."""


def action_in_words(action: str) -> str:
    """Return what was done; the code itself, if it is one that was recorded by another version."""
    return ACTIONS.get(action, action)


def thing_in_words(subject: str) -> str:
    """Return what kind of thing a subject such as `dead-letter:club:12` is: a dead letter."""
    kind = subject.partition(":")[0]
    return _THINGS.get(kind, kind.replace("-", " ").replace("_", " ").capitalize())

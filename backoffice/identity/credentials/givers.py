"""Who gave an account its present credentials, and so could act as its owner; SQL over both.

Two accounts are independent if nobody could act for both. Whoever gave credentials could use them, or set up
the second factor themselves, until the owner has replaced both by a link to their address.

Who gives at the command line is a user of the machine, who may have any account. So what is given there,
credentials or roles, binds everybody. So does a login that is no single address but looks like one, from
before that was checked: nobody knows whom its links reached.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import COMMAND_LINE, Actor
from backoffice.identity.addresses import is_one_address
from backoffice.identity.models import CREDENTIAL_GIVER, USER, USER_ROLE

THIRD: Final = "A third person has to approve this."
ANYBODY: Final = "were given at the command line, where anybody may have acted."
UNTIL: Final = "That holds until the credentials are replaced by a link sent to their owner."


@dataclass(frozen=True, slots=True)
class Giver:
    """Somebody who could act for an account: by its id, or as the user of a command."""

    account: str
    person: str
    name: str


async def give(connection: AsyncConnection, user_id: str, by: Actor, at: datetime) -> None:
    """Record that somebody gave an account its credentials: all that it had have ended.

    Those who could act for the giver are recorded, too: the giver may replace their own credentials later.
    """
    own = Giver(by.user_id, by.person, by.name)
    givers = (await _everybody(connection)).of(by.user_id)
    await forget(connection, user_id)
    rows = [
        {
            "user_id": user_id,
            "given_by": giver.account,
            "giver_person": giver.person,
            "giver_name": giver.name,
            "given_at": at,
        }
        for giver in {own.account: own, **givers}.values()
        if giver.account != user_id
    ]
    if rows:
        await connection.execute(insert(CREDENTIAL_GIVER), rows)


async def forget(connection: AsyncConnection, user_id: str) -> None:
    """Record that nobody but its owner knows the credentials of an account."""
    await connection.execute(delete(CREDENTIAL_GIVER).where(CREDENTIAL_GIVER.c.user_id == user_id))


async def obstacles(
    connection: AsyncConnection, actor: Actor, proposers: Collection[str]
) -> Mapping[str, str]:
    """Return why somebody is not independent of proposers, by the proposer's account; others are left out."""
    everybody = await _everybody(connection)
    c = USER_ROLE.c
    query = select(c.user_id, c.granted_by).where(c.user_id.in_([actor.user_id, *proposers])).distinct()
    granters: dict[str, set[str]] = {}
    for row in await connection.execute(query):
        granters.setdefault(row.user_id, set()).add(row.granted_by)
    found = {}
    for proposer in proposers:
        why = everybody.obstacle(actor, proposer)
        for whose, account in (("Your", actor.user_id), ("The proposer's", proposer)):
            if why is None and everybody.by_command(granters.get(account, ())):
                why = f"{whose} roles {ANYBODY} That holds until an administrator saves them on the screens."
        if why is None and (how := everybody.granted(granters.get(proposer, ()), actor.person)):
            why = f"You gave the proposer their roles{how} {THIRD}"
        person = everybody.person_of(proposer)
        if why is None and (how := everybody.granted(granters.get(actor.user_id, ()), person)):
            why = f"The proposer gave you your roles{how} {THIRD}"
        if why is not None:
            found[proposer] = why
    return found


async def are_bound(connection: AsyncConnection, actor: Actor, persons: Collection[str]) -> bool:
    """Return whether somebody could act for one of these persons, or they for them, or a third for both."""
    everybody = await _everybody(connection)
    accounts = [account for account, person in everybody.persons.items() if person in persons]
    return any(everybody.obstacle(actor, person) is not None for person in (*accounts, *persons))


@dataclass(frozen=True, slots=True)
class _Everybody:
    """Who gave which account its credentials, the person of each, and the accounts that anybody may own."""

    givers: Mapping[str, tuple[Giver, ...]]
    persons: Mapping[str, str]
    unclear: frozenset[str]

    def person_of(self, account: str) -> str:
        """Return the person of an account; a name that is no account stands for itself."""
        return self.persons.get(account, account)

    def of(self, account: str) -> dict[str, Giver]:
        """Return everybody who could act for an account: its givers, and those who could act for these."""
        givers: dict[str, Giver] = {}
        wanted = [account]
        while wanted:
            for giver in self.givers.get(wanted.pop(), ()):
                if giver.account not in givers and giver.account != account:
                    givers[giver.account] = giver
                    wanted.append(giver.account)
        return givers

    def granted(self, granters: Iterable[str], person: str) -> str:
        """Return how a person gave roles that these accounts gave, as the end of a sentence; empty if not."""
        accounts = list(granters)
        if person in map(self.person_of, accounts):
            return "."
        could_act = {giver.person for account in accounts for giver in self.of(account).values()}
        return ", by the account of somebody else." if person in could_act else ""

    def by_command(self, granters: Iterable[str]) -> bool:
        """Tell whether one of these gave at the command line, or has what it acts with from there."""
        return any(map(_is_command, (name for granter in granters for name in (granter, *self.of(granter)))))

    def obstacle(self, actor: Actor, proposer: str) -> str | None:
        """Return why the credentials of one of two could be used by the other, or of both by a third."""
        mine, theirs = self.of(actor.user_id), self.of(proposer)
        for whose, account, by in (("Your", actor.user_id, mine), ("The proposer's", proposer, theirs)):
            if any(map(_is_command, by)):
                return f"{whose} credentials {ANYBODY} {UNTIL}"
            if account in self.unclear:
                return f"{whose} login is not one address: an administrator has to add another account."
        if _names(mine.values()) & {proposer, self.person_of(proposer)}:
            return f"The proposer gave you credentials, and could act as you. {UNTIL} {THIRD}"
        if _names(theirs.values()) & {actor.user_id, actor.person}:
            return f"You gave the proposer credentials, and could act as them. {UNTIL} {THIRD}"
        for giver in mine.values():
            if _names([giver]) & _names(theirs.values()):
                return f"{giver.name} gave both of you credentials, and could act as either. {UNTIL} {THIRD}"
        return None


def _is_command(account: str) -> bool:
    return account.startswith(COMMAND_LINE)


def _names(givers: Iterable[Giver]) -> set[str]:
    return {name for giver in givers for name in (giver.account, giver.person)}


async def _everybody(connection: AsyncConnection) -> _Everybody:
    """Read all givers and persons: there are a few for each of the staff."""
    givers: dict[str, list[Giver]] = {}
    c = CREDENTIAL_GIVER.c
    query = select(c.user_id, c.given_by, c.giver_person, c.giver_name).order_by(c.given_at, c.given_by)
    for row in await connection.execute(query):
        givers.setdefault(row.user_id, []).append(Giver(row.given_by, row.giver_person, row.giver_name))
    c = USER.c
    rows = (await connection.execute(select(c.user_id, c.person, c.login, c.oidc_subject))).all()
    persons = {row.user_id: row.person for row in rows}
    unclear = frozenset(
        row.user_id
        for row in rows
        if "@" in row.login and row.oidc_subject is None and not is_one_address(row.login)
    )
    return _Everybody({account: tuple(those) for account, those in givers.items()}, persons, unclear)

"""What the wallet is asked, as Hub88's operator API has it."""

from typing import Any
from uuid import uuid4

from simulator.casino.records import Message, Round, Session
from simulator.casino.wallet_client import BET, WIN


def bet_body(session: Session, begun: Round) -> dict[str, Any]:
    """Return a bet's body; a free round takes nothing."""
    return {
        **_named(session, begun, begun.bet),
        "amount": 0 if begun.reward else begun.stake,
        "currency": session.currency,
        "round_closed": False,
        "is_free": bool(begun.reward),
    }


def end_message(session: Session, ended: Round, path: str, **members: Any) -> Message:
    """Return what the wallet has to be told at the end of a round."""
    id_ = str(uuid4())
    named = _named(session, ended, id_) | {"reference_transaction_uuid": ended.bet, "round_closed": True}
    if path == WIN:
        named["is_free"] = bool(ended.reward)
    return Message(id=id_, provider=ended.provider, path=path, round=ended.id, body=named | members)


def prize_messages(session: Session, prize: str, amount: int) -> list[Message]:
    """Return what the wallet has to be told of a prize, in this order: a bet of 0, and its win."""
    bet = f"{prize}-bet"
    named: dict[str, Any] = {
        "user": session.user,
        "token": session.token,
        "game_code": session.game,
        "round": prize,
        "currency": session.currency,
        "is_free": True,
        "is_supplier_promo": True,
        "meta": {"supplier_promo_info": {"promo_reference": prize}},
        **partner_of(session),
    }
    bodies = {
        BET: named | {"transaction_uuid": bet, "amount": 0},
        WIN: named
        | {
            "transaction_uuid": f"{prize}-win",
            "reference_transaction_uuid": bet,
            "amount": amount,
            "round_closed": True,
        },
    }
    return [
        Message(
            id=str(body["transaction_uuid"]), provider=session.provider, path=path, round=prize, body=body
        )
        for path, body in bodies.items()
    ]


def _named(session: Session, named: Round, transaction_uuid: str) -> dict[str, Any]:
    reward = {"reward_uuid": named.reward} if named.reward else {}
    return {
        "user": session.user,
        "token": session.token,
        "transaction_uuid": transaction_uuid,
        "round": named.id,
        "game_code": named.game,
        **reward,
        **partner_of(session),
    }


def partner_of(session: Session) -> dict[str, str]:
    """Return which of the operator's brands a session is of, if it has said so."""
    return {"sub_partner_id": session.partner} if session.partner else {}

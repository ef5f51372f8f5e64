"""One line for each table of the wallet: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, Common, Parent, Rows
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.kit.records.erasure import deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule, common_rules, database_rules, postponed_rule
from subgraphs.wallet.funds.division import division_of
from subgraphs.wallet.models import (
    CELL,
    CLOSES,
    CORRECTION,
    CUSTOMER_ACCOUNT,
    ERASED_CUSTOMER,
    ERASURE,
    GIVEN_CREDIT,
    INSTALLATION,
    LEDGER,
    LIMITS,
    OPERATORS,
    OUTBOX,
    PAYMENTS,
    POSTPONED,
    REFERENCE,
    SEAMLESS,
    STREAM,
)
from subgraphs.wallet.topics import CORRECTION_TOPIC

_MONEY: Final = "whose money it is: nothing else knows"
_ASKED: Final = "what customers asked of their limits: nothing else knows"
_CLOSED: Final = "how days were closed, and why payouts stopped: nothing else knows"
_AT_OPERATOR: Final = "what operators' wallets were asked since: their own books have it"
_LAW: Final = "what the law has kept of money and of limits, for the jurisdiction's term"
_ONLY_NOW: Final = "what limits are now, and what counts against them: the money itself is in the ledger"
_PAID: Final = "what customers asked of payments, and what processors said: their reports tell it again"
_OF_PAYMENT: Final = Parent(PAYMENTS.payment.name, (("payment_id", "payment_id"),))
_ENDS: Final = LIMITS.chosen_break.c.ends_at
_DIVIDED: Final = division_of(LEDGER, CUSTOMER_ACCOUNT)

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    *(  # what names a customer comes last: by it, an erasure finds the others
        TableRule(table, Source.BACKUP, lost=_MONEY, rows=_DIVIDED[table.name], erasure=(kept(_LAW),))
        for table in (
            LEDGER.pending_transfer,
            LEDGER.account_balance,
            LEDGER.transfer,
            LEDGER.account,
            CUSTOMER_ACCOUNT,
        )
    ),
    TableRule(GIVEN_CREDIT, Source.BACKUP, lost=_MONEY, rows=BY_CUSTOMER, erasure=(kept(_LAW),)),
    TableRule(
        CORRECTION,
        Source.TOPIC,
        (CORRECTION_TOPIC,),
        lost="how corrections ended: each is tried again under its id, and moves nothing twice",
        rows=BY_CUSTOMER,
        erasure=(kept(_LAW),),
    ),
    TableRule(
        LEDGER.frontier,
        Source.BACKUP,
        lost="which days are over: the next close says it again",
        rows=Rows.OF_DATABASE,
    ),
    *(
        TableRule(table, Source.BACKUP, lost=_CLOSED, rows=Rows.OF_DATABASE)
        for table in (CLOSES.close, CLOSES.head)
    ),
    TableRule(CLOSES.hold, Source.BACKUP, lost=_CLOSED, rows=Rows.UNITED),
    *(
        TableRule(table, Source.BACKUP, lost=_ASKED, rows=BY_CUSTOMER, erasure=(deleted(_ONLY_NOW),))
        for table in (LIMITS.holder, LIMITS.limit, LIMITS.claim)
    ),
    TableRule(
        LIMITS.chosen_break,
        Source.BACKUP,
        lost="breaks and exclusions since the backup: who has chosen one is stopped by nothing",
        rows=BY_CUSTOMER,
        erasure=(kept("one that has ended is evidence; one that runs stops whoever returns", time=_ENDS),),
    ),
    TableRule(LIMITS.change, Source.BACKUP, lost=_ASKED, rows=BY_CUSTOMER, erasure=(kept(_LAW),)),
    TableRule(
        LIMITS.check,
        Source.BACKUP,
        lost="who waits for a person to look, and what people have found",
        rows=BY_CUSTOMER,
        erasure=(kept("that a person has looked, without what was found"),),
    ),
    TableRule(PAYMENTS.part, Source.BACKUP, lost=_PAID, rows=ByParent((_OF_PAYMENT,)), erasure=(kept(_LAW),)),
    TableRule(
        PAYMENTS.refund,
        Source.BACKUP,
        lost="which refunds two people decided: their messages tell it again, and each is sent once",
        rows=ByParent((_OF_PAYMENT,)),
        erasure=(kept("who decided to send money back, under the payment's id"),),
    ),
    TableRule(
        PAYMENTS.line,
        Source.BACKUP,
        lost="what reports have said: they are read again",
        rows=ByParent((Parent(PAYMENTS.part.name, (("part_id", "part_id"),)),), Common("{row}.part_id = ''")),
        erasure=(kept("what banks and processors have reported, under the payment's id"),),
    ),
    TableRule(
        PAYMENTS.case,
        Source.BACKUP,
        lost="what people have found about payments: what does not fit is found again",
        rows=ByParent((_OF_PAYMENT,), Common("{row}.payment_id = ''")),
        erasure=(kept("what a person has found about money, under the payment's id"),),
    ),
    TableRule(PAYMENTS.payment, Source.BACKUP, lost=_PAID, rows=BY_CUSTOMER, erasure=(kept(_LAW),)),
    TableRule(
        PAYMENTS.destination,
        Source.BACKUP,
        lost="bank accounts that customers have added: they add them again",
        rows=BY_CUSTOMER,
        erasure=(kept("where money was sent to, for the jurisdiction's term"),),
    ),
    TableRule(
        PAYMENTS.report,
        Source.BACKUP,
        lost="which reports were compared: they are compared again",
        rows=Rows.UNITED,
    ),
    TableRule(
        ERASED_CUSTOMER,
        Source.BACKUP,
        (ERASURE.name,),
        lost="since when the terms of erased customers run: what is kept of them stays",
        rows=BY_CUSTOMER,
        erasure=(kept("since when the term of what is kept runs"),),
    ),
    TableRule(
        LIMITS.notice,
        Source.BACKUP,
        lost="what customers were told: what is due is told again",
        rows=BY_CUSTOMER,
        erasure=(deleted("what the customer was told"),),
    ),
    TableRule(
        SEAMLESS.transaction,
        Source.BACKUP,
        lost="how games' transactions ended: each that comes again moves nothing twice in the ledger",
        rows=BY_CUSTOMER,
        erasure=(kept("that no transaction of a game is made twice, for as long as one may come again"),),
    ),
    TableRule(
        SEAMLESS.session,
        Source.BACKUP,
        lost="sessions of games: customers open the game again",
        rows=BY_CUSTOMER,
        erasure=(deleted("what the customer plays"),),
    ),
    *(
        TableRule(table, Source.BACKUP, lost=_AT_OPERATOR, rows=BY_CUSTOMER, erasure=(kept(_LAW),))
        for table in (OPERATORS.bet, OPERATORS.win)
    ),
    TableRule(
        OPERATORS.session,
        Source.BACKUP,
        lost="whose session is open at an operator: it is noted again when the customer comes in",
        rows=BY_CUSTOMER,
        erasure=(deleted("the token of the customer's session"),),
    ),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)

"""The tables of the wallet."""

from pathlib import Path

from sqlalchemy import MetaData

from foundation.storage.cells.ownership import cell_table
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table
from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.corrections import correction_table
from subgraphs.wallet.erased_customer import erased_customer_table
from subgraphs.wallet.funds.customer_accounts import customer_account_table
from subgraphs.wallet.funds.given_credits import given_credit_table
from subgraphs.wallet.ledger.tables import LedgerTables
from subgraphs.wallet.limits.tables import LimitTables
from subgraphs.wallet.payments.records.tables import PaymentTables
from subgraphs.wallet.seamless.game_tables import SeamlessTables
from subgraphs.wallet.seamless.tables import OperatorTables

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
REFERENCE = ReferenceTables.declare(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)
LEDGER = LedgerTables.declare(METADATA)
CUSTOMER_ACCOUNT = customer_account_table(METADATA)
CLOSES = CloseTables.declare(METADATA)
GIVEN_CREDIT = given_credit_table(METADATA)
CORRECTION = correction_table(METADATA)
LIMITS = LimitTables.declare(METADATA)
PAYMENTS = PaymentTables.declare(METADATA)
ERASED_CUSTOMER = erased_customer_table(METADATA)
SEAMLESS = SeamlessTables.declare(METADATA)
OPERATORS = OperatorTables.declare(METADATA)

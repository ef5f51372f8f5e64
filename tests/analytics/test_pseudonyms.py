"""Customers are in the store under pseudonyms only, which an erasure cuts from them for ever."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from consumers.stream.records import Record
from tests.support.analytics_store import KEY, Store
from tests.support.consumers.sample_messages import account, adjustment, bet, goodwill, membership, scheme

ERASED_AT = datetime(2026, 3, 28, tzinfo=UTC)


def erasure(customer: str) -> Record:
    """Return the record that erases a customer."""
    return replace(account(customer_id=customer), value=None, timestamp=ERASED_AT)


def test_no_file_of_the_store_has_an_identifier(store: Store) -> None:
    """Neither ids of customers and bets nor names of staff are in any file, the one of secrets included."""
    secret = {"customer_id": "known-customer-4711"}
    store.fill(
        scheme(),
        bet(bet_id="known-bet-4712", **secret),
        account(**secret),
        membership(**secret),
        adjustment(proposed_by="known-person-4713", reason="known-words-4714", **secret),
        goodwill(approved_by="known-person-4713", explanation="known-words-4714", **secret),
        replace(bet(**secret), key=b"northbet:known-customer-4711-b"),
    )
    for table in ("bet_records", "account_records", "adjustment_records", "goodwill_records"):
        store.engine.execute(f"OPTIMIZE TABLE {table} FINAL")
    store.roll_up()
    files = contents_of(store.folder)
    assert len(files) > 50
    # Not the number alone: the engine's logs have hashes, and one may have its digits.
    assert [path for path, content in files.items() if b"known-" in content] == []
    # The engine packs columns, so the values themselves are searched as well.
    for table in (
        "bet_records",
        "account_records",
        "membership_records",
        "adjustment_records",
        "goodwill_records",
    ):
        assert "known-" not in str(store.rows(f"SELECT * FROM {table}"))
    assert KEY.encode() not in b"".join(files.values())


def contents_of(folder: Path) -> dict[Path, bytes]:
    """Return what is in each file; the engine removes what it has merged or replaced while this reads."""
    found = {}
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            found[path] = path.read_bytes()
    return found


def test_an_erased_customer_stays_counted_and_is_nobodys(store: Store) -> None:
    """The facts keep the old pseudonym, which cannot be computed from the id any more."""
    store.fill(scheme(), account(customer_id="c-erased"), bet(customer_id="c-erased"))
    before = store.pseudonym("c-erased")
    store.fill(erasure("c-erased"))
    assert store.rows("SELECT customer, erased FROM customers") == [(before, True)]
    assert store.rows("SELECT customer FROM bets") == [(before,)]
    assert store.pseudonym("c-erased") != before


def test_what_arrives_late_about_an_erased_customer_is_nobodys(store: Store) -> None:
    """A fact from before the erasure gets a number of its own; a later one belongs to a new customer."""
    store.fill(scheme(), account(customer_id="c-late"), bet(customer_id="c-late"))
    before = store.pseudonym("c-late")
    store.fill(erasure("c-late"))
    store.fill(
        bet(customer_id="c-late", bet_id="b-2"),
        bet(customer_id="c-late", bet_id="b-3"),
        bet(customer_id="c-late", bet_id="b-4", occurred_at="2026-03-29T10:00:00Z"),
    )
    customers = [
        customer for (customer,) in store.rows("SELECT customer FROM bet_records ORDER BY topic_offset")
    ]
    assert len(set(customers)) == 4
    assert customers[0] == before
    assert customers[3] == store.pseudonym("c-late")


def test_a_customer_whose_id_is_a_pseudonym_with_a_colon_is_one_like_others(store: Store) -> None:
    """Messages of ours may name customers so; only the brand before it has no colon."""
    store.fill(scheme(), adjustment(customer_id="erased:c-1"), adjustment(customer_id="erased:c-2"))
    customers = {customer for (customer,) in store.rows("SELECT customer FROM adjustment_records")}
    assert customers == {store.pseudonym("erased:c-1"), store.pseudonym("erased:c-2")}
    assert len(customers) == 2


def test_an_erasure_that_was_interrupted_is_finished_by_reading_it_again(store: Store) -> None:
    """The row was stored and the secret was not destroyed yet: the repetition destroys it, once."""
    store.fill(scheme(), account(customer_id="c-again"))
    before = store.pseudonym("c-again")
    partition, record = store.partition("club.account-status.v1"), replace(erasure("c-again"), offset=1)
    interrupted = store.ingestion()
    interrupted.pseudonyms = _Forgetful(store)  # type: ignore[assignment] # stops before it destroys
    interrupted.write(partition, 1, [record])
    assert store.pseudonym("c-again") == before
    store.ingestion().write(partition, 1, [record])
    after = store.pseudonym("c-again")
    assert after != before
    store.ingestion().write(partition, 1, [record])
    assert store.pseudonym("c-again") == after
    assert store.rows("SELECT count() FROM account_records WHERE erased") == [(1,)]


class _Forgetful:
    """Pseudonyms of a process that is killed before it destroys a secret."""

    def __init__(self, store: Store) -> None:
        self._all = store.pseudonyms
        self.at, self.of_erased, self.number_of = self._all.at, self._all.of_erased, self._all.number_of

    def destroy(self, *_: object) -> None:
        """Do nothing."""

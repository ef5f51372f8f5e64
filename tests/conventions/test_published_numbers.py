"""The runbook lists every number that leaves a database, and a test holds that none is used twice."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import (
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    parse,
)

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "runbooks" / "disaster-recovery.md"
ENDINGS: Final = ("revision", "version", "number", "epoch", "sequence")

CONTENT_INPUTS: Final = ("Save", "Submit", "RollBack", "Schedule")
NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "version of a membership": ("club.membership.v1.version", "Membership.version"),
    "revision and version of a choice": (
        *("club.choice.v1.revision", "RewardChoice.version", "ChangeRewardInput.expectedVersion"),
    ),
    "revision of a qualification": ("club.qualification.v1.revision",),
    "revision of an outcome": ("club.outcomes.v1.revision",),
    "number of a global message, of budgets and allotments": (
        *("club.global.v1.epoch", "club.global.v1.number", "club.cells.v1.epoch"),
        *("GlobalEvent.epoch", "GlobalEvent.number", "Node.number"),
    ),
    "number of a cell's figures": ("club.cells.v1.number",),
    "revision of a brand, a provider or a board": (
        *("club.global.v1.revision", "club.cells.v1.revision", "ProviderHealthInfo.revision"),
        *("BrandRevisionInfo.revision", "OperatedBrand.revision", "ChangeBrandInput.revision"),
        *("ProviderInfo.revision", "ProviderRevisionInfo.revision"),
        *("RollBackProviderInput.revision", "SubmitProviderInput.revision"),
        *("SubmitAdapterInput.revision", "ProviderProcess.revision"),
        *("BoardEntryInfo.revision", "BoardRevisionInfo.revision"),
        *(f"{deed}BoardEntryInput.revision" for deed in ("Propose", "Remove", "RollBack")),
        *("BettingTermsInput.revision", "TradingRulesInfo.revision"),
        *("LobbyContentInfo.revision", "ProposeLobbyInput.revision"),
    ),
    "version of content, revision of an account of the back office": (
        *("ContentItem.version", "User.revision", "SetRolesInput.revision", "UserChangeInput.revision"),
        *(f"{one}ContentInput.expectedVersion" for one in ("Save", "RollBack", "Schedule")),
        *("ContentStepInput.expectedVersion", "SubmitContentInput.expectedVersion"),
    ),
    "revision of content": (
        *("ContentRevision.revision", "RollBackContentInput.toRevision", "club.served.v1.revision"),
    ),
    "version of a scheme or reward": (
        *("club.scheme.v1.version", "club.week.v1.scheme_version", "club.reward-config.v1.config_version"),
        *(f"club.{one}.v1.config_version" for one in ("cells", "choice", "global", "goodwill", "outcomes")),
        "club.served.v1.config_version",
        *("SchemeVersion.version", "SchemeInput.version"),
        *("RewardVersionStatus.version", "RewardStatusInput.version"),
        *(f"Risk{one}.version" for one in ("Customer", "Goodwill", "Reward")),
        *(f"{one}.configVersion" for one in ("ContentItem", "ContentReward", "ContentStepInput")),
        *(f"{content_input}ContentInput.configVersion" for content_input in CONTENT_INPUTS),
    ),
    "revision of a bet or account": (
        *("club.progress.v1.bet_revision", "club.account-status.v1.revision", "bet.state.v1.bet_revision"),
        *("BetRecordInfo.revision", "LateBetInfo.revision", "CustomerAccount.revision"),
    ),
    "revision of a customer's exclusions": ("wallet.exclusion.v1.revision",),
    "revision of a result": ("event.result.v1.revision",),
    "version of a live update": ("ClubUpdate.version",),
    "sequence of counts of what was served": ("club.served.v1.sequence",),
    "definition of a week": (),
    "row of the audit log": (),
    "close of a day of the wallet": ("FinanceClose.sequence",),
    "epoch of a cell": (),
}
"""The rows of the runbook, with the fields of contracts and schemas in which each number is."""

AMOUNTS: Final = {"RiskBudgetResult.number"}

PROOFS: Final = {
    "version of a membership": "subgraphs/club/test_memberships_read_back.py::"
    "test_the_next_version_is_above_all_published_ones",
    "revision and version of a choice": "subgraphs/rewards/test_announced_choices.py::"
    "test_no_version_of_a_choice_is_used_again",
    "revision of a qualification": "subgraphs/progress/test_qualifications.py::"
    "test_no_revision_of_a_qualification_is_used_again",
    "revision of an outcome": "subgraphs/fulfilment/test_lost_database.py::"
    "test_no_published_revision_is_used_again",
    "number of a global message, of budgets and allotments": "backoffice/global_events/test_publisher.py::"
    "test_a_restored_database_that_decides_at_once_uses_no_number_again",
    "number of a cell's figures": "backoffice/risk/test_numbers_of_figures.py::"
    "test_a_later_count_has_a_greater_number_in_an_older_copy",
    "revision of a brand, a provider or a board": "backoffice/operations/test_taken_over.py::"
    "test_no_revision_of_a_provider_is_used_again",
    "version of content, revision of an account of the back office": "backoffice/test_versions.py::"
    "test_a_version_grows_and_is_never_below_the_clock",
    "revision of content": "backoffice/test_versions.py::test_a_page_from_before_a_loss_overwrites_no_text",
    "version of a scheme or reward": "consumers/messages/test_revision_conflicts.py::"
    "test_rewards_reports_conflicts",
    "revision of a bet or account": "consumers/messages/test_revision_conflicts.py::"
    "test_progress_reports_conflicts",
    "revision of a customer's exclusions": "subgraphs/wallet/limits/test_exclusions_told.py::"
    "test_no_revision_is_used_again_after_an_older_backup",
    "revision of a result": "subgraphs/events/test_results.py::"
    "test_a_lost_database_tells_the_same_under_a_revision",
    "version of a live update": "updates/test_club_updates.py::test_the_first_event_is_the_present_state",
    "sequence of counts of what was served": "subgraphs/test_served_counts.py::"
    "test_counts_that_were_perhaps_written_keep_their_sequence",
    "definition of a week": "subgraphs/progress/test_weeks_stay_as_opened.py::"
    "test_a_lost_database_that_reads_its_weeks_back_judges_as_before",
    "row of the audit log": "backoffice/test_audit_log.py::"
    "test_an_anchor_shows_what_the_owner_of_the_database_hides",
    "close of a day of the wallet": "subgraphs/wallet/closing/test_tampering.py::"
    "test_an_anchor_shows_a_chain_that_was_written_again",
    "epoch of a cell": "cells/moving/test_move_command.py::test_the_command_continues_after_sigkill",
}


def is_number(name: str) -> bool:
    """Return whether a field's name is that of a counted thing."""
    return name.lower().endswith(ENDINGS)


def in_contract(part: Any) -> Iterator[str]:
    """Yield the names of the whole numbers in a JSON Schema."""
    if isinstance(part, dict):
        properties = part.get("properties", {})
        for name, described in properties.items():
            kinds = described.get("type", ()) if isinstance(described, dict) else ()
            if is_number(name) and "integer" in (kinds if isinstance(kinds, list) else [kinds]):
                yield name
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from in_contract(inner)


def named(kind: TypeNode) -> str:
    """Return the name of a type without lists and non-nulls."""
    return kind.name.value if isinstance(kind, NamedTypeNode) else named(kind.type)  # type: ignore[attr-defined]


def in_schema(text: str) -> Iterator[str]:
    """Yield the fields of types and inputs that are counted things."""
    for defined in parse(text).definitions:
        if isinstance(
            defined,
            ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode,
        ):
            for field in defined.fields or ():
                if is_number(field.name.value) and named(field.type) in {"Int", "Float"}:
                    yield f"{defined.name.value}.{field.name.value}"


def all_numbers() -> set[str]:
    """Return the numbers of all contracts and both schemas."""
    found = set()
    for contract in (ROOT / "contracts").glob("*.schema.json"):
        topic = contract.name.removesuffix(".schema.json")
        found |= {f"{topic}.{name}" for name in in_contract(json.loads(contract.read_text()))}
    for schema in ("schema.graphql", "admin.graphql"):
        found |= set(in_schema((ROOT / schema).read_text(encoding="utf-8")))
    return found - AMOUNTS


def test_each_number_that_leaves_a_database_is_listed() -> None:
    """Who adds a number to a message or a graph says what it continues after."""
    listed = [field for fields in NUMBERS.values() for field in fields]
    assert sorted(listed) == sorted(all_numbers())


def test_the_runbook_lists_them() -> None:
    """Each row says after what the number continues."""
    _, _, table = RUNBOOK.read_text(encoding="utf-8").partition("| number | continues after |")
    rows = re.findall(r"^  \| ([^|]+) \| [^|]+ \|$", table.partition("\n- ")[0], re.MULTILINE)
    assert [row for row in rows if not row.startswith("-")] == list(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_test_holds_that_it_is_not_used_twice(number: str) -> None:
    """The test exists under its name."""
    file, _, name = PROOFS[number].partition("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")

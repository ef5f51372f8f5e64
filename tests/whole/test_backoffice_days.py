"""A day of each role in a real browser, start to end, over MariaDB and Kafka."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import content, hostile_texts
from tests.support.office.hostile_changes import Clerks
from tests.support.office.office_client import Staff, staff_of
from tests.support.office.stack import DEPUTY, EVERYBODY, LINKED_HOST, Office, running_office
from tests.support.product.declared_switches import shows
from tests.whole.days import analysts, finance, operations, people, risk, support
from tools.local_chromium import LocalChromium
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb

pytestmark = pytest.mark.usefixtures("web_installed")


@pytest.fixture(scope="module")
def office(
    processes: None, mariadb: PrivateMariadb, kafka: PrivateKafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """All processes, which the tests of this module share; each changes what no other one looks at."""
    kafka.clear()
    with running_office(mariadb, kafka, tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def staff(office: Office, chromium: LocalChromium) -> Iterator[Staff]:
    """The people of the office, each signed in once."""
    with staff_of(office, chromium) as opened:
        yield opened


@shows("FURLONG_BACKOFFICE_CONTENT_HOSTS")
def test_texts_lead_to_the_hosts_that_the_settings_name(staff: Staff) -> None:
    """Lint refuses the links to others."""
    assert content.refused_links(staff.client("editor"), LINKED_HOST, "elsewhere.example.org") == [
        "https://elsewhere.example.org/terms"
    ]


@shows("FURLONG_BACKOFFICE_TRUSTED_PROXIES")
def test_the_proxy_in_front_says_who_tries_to_sign_in(office: Office, staff: Staff) -> None:
    """The audit log has the address that the proxy has seen, not what the client has put before it."""
    people.fail_to_sign_in(office, forwarded_for="198.51.100.1, 203.0.113.7")
    assert people.latest_refusal(staff.client("administrator"))["address"] == "203.0.113.7"


@pytest.mark.slow("a person's whole day in a browser")
def test_an_editors_and_an_approvers_day(staff: Staff, tmp_path: Path) -> None:
    """From the first word, by lint, preview and another person's approval, to the bet-slip, and back."""
    editor, approver = staff.client("editor"), staff.client("approver")
    content.write_and_submit(editor, tmp_path)
    content.publish_and_roll_back(approver, staff)
    content.propose_a_version(editor)
    content.publish_the_version(approver)
    assert editor.faults + approver.faults == []


def test_the_second_of_two_editors_is_told_what_differs(staff: Staff) -> None:
    """Nothing is overwritten: the second one chooses field by field, and saves what came of it."""
    content.edit_at_once(staff, staff.client("editor"))


@pytest.mark.slow("a person's whole day in a browser")
def test_no_text_of_content_runs_as_script(staff: Staff) -> None:
    """Neither in the screens and the preview nor on the bet-slip, which has what lint lets through."""
    assert content.publish_hostile_texts(staff, staff.client("editor"), staff.client("approver")) == []


@pytest.mark.slow("a person's whole day in a browser")
def test_a_risk_day(office: Office, staff: Staff, tmp_path: Path) -> None:
    """Figures are followed to their customers; a budget is lowered by one person and raised by two."""
    office_client = staff.client("risk")
    risk.qualify(office)
    risk.read_figures(office_client)
    risk.follow_a_figure(office_client, tmp_path)
    risk.change_a_budget(office_client, staff)
    assert office_client.faults == []


@pytest.mark.slow("a person's whole day in a browser")
def test_a_finance_day(office: Office, staff: Staff) -> None:
    """A day that differs, payouts that go on, a correction and a check: two people where money moves."""
    finance.let_a_day_differ(office)
    office_client = staff.client("finance")
    finance.see_what_differs(office_client)
    finance.start(office)
    finance.let_payouts_go_on(office, office_client, staff)
    finance.correct_a_balance(office_client, staff)
    finance.close_a_check(office, office_client)
    finance.find_a_payment(office, office_client)
    assert office_client.faults == []


@pytest.mark.slow("a person's whole day in a browser")
def test_an_analysts_day(office: Office, staff: Staff, tmp_path: Path) -> None:
    """Reports on the screen are those of the command line; questions are answered, refused and recorded."""
    office_client = staff.client("risk")
    analysts.find_no_store(office_client)
    analysts.see_history_filling(office, office_client)
    with analysts.filled_store(office):
        analysts.read_reports(office, office_client)
        analysts.ask_on_the_screen(office_client, tmp_path)
        analysts.ask_questions(office)
    analysts.find_questions_in_the_audit_log(staff.client("administrator"))
    assert office_client.faults == []


@pytest.mark.slow("a person's whole day in a browser")
def test_a_support_day(office: Office, staff: Staff, tmp_path: Path) -> None:
    """Find, explain, adjust, give goodwill, export and erase; the law and another person have a say."""
    office_client = staff.client("support")
    support.give_goodwill(office, office_client, staff)
    support.explain_a_bet(office, office_client)
    support.search_by_keyboard(office_client)
    support.adjust_a_week(office, office_client, staff)
    assert "usual" in json.dumps(support.export(office_client, tmp_path))
    support.erase(office, office_client, staff)
    assert office_client.page.title() != "1"
    assert office_client.scripts_that_ran() + staff.client("risk").scripts_that_ran() == []


@pytest.mark.slow("a person's whole day in a browser")
def test_an_operators_day(office: Office, staff: Staff) -> None:
    """Dead letters, a kill switch, a provider, a brand, weeks, lag, and what is in doubt."""
    office_client = staff.client("operator")
    operations.replay_dead_letters(office, office_client)
    operations.send_a_held_reward(office, office_client)
    operations.use_a_kill_switch(office, office_client)
    operations.look_into_a_menu(office_client)
    operations.change_a_provider(office_client, staff)
    operations.change_a_brand(office_client)
    operations.see_weeks_and_lag(office_client)
    operations.settle_what_is_in_doubt(office, staff)
    assert office_client.faults == []


@pytest.mark.slow("a person's whole day in a browser")
def test_a_viewers_day(staff: Staff) -> None:
    """Sees content, rules, risk and operations, and can change nothing, also not by hand-made requests."""
    office_client = staff.client("viewer")
    people.look_around(office_client)
    assert people.changes_let_through(office_client) == []


@pytest.mark.slow("a person's whole day in a browser")
def test_an_administrators_day(office: Office, staff: Staff) -> None:
    """A person is added, a session ended, both are in the audit log, whose chain is whole."""
    office_client = staff.client("administrator")
    people.add_a_person(office_client)
    people.save_filters(office_client)
    people.end_a_session(office, office_client, staff.client("viewer"))
    people.ask_for_recovery_codes(office_client)
    assert "The chain is intact" in office.programs.run("audit", "verify")
    assert office_client.faults == []


@pytest.mark.slow("a person's whole day in a browser")
@pytest.mark.timeout(900)
def test_no_text_of_any_change_runs_as_script(office: Office, staff: Staff) -> None:
    """A hostile text is refused or stored as it is, and every screen shows it as the text that it is.

    Last, because it changes what the other people look at.
    """
    others = {name: staff.client(name) for name in (DEPUTY, "approver", "risk")}
    clerks = Clerks(staff.client(EVERYBODY), others)
    for office_client in (clerks.everybody, *others.values()):
        hostile_texts.step_up(office_client)
    marks = hostile_texts.bring_by_kafka(office, clerks.everybody) | hostile_texts.expected_marks()
    wrong = hostile_texts.send_hostile_texts(clerks)
    shown, live = hostile_texts.look_at_screens(clerks.everybody)
    assert json.dumps((wrong, live, [mark for mark in marks if mark not in shown])) == "[{}, [], []]"

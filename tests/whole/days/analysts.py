"""The day of an analyst: reports in the back office, questions on the command line, and what is refused."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import expect

from analytics.filling import FillingFile
from tests.support.analytics_store import is_complete
from tests.support.office.office_client import OfficeClient
from tests.support.office.stack import CAT, Office
from tests.support.processes.running_furlong import BRAND, ROOT, eventually
from tools.server_process import free_port

TUTORIAL: Final = ROOT / "docs" / "tutorial.md"
TABS: Final = (
    *("Liability", "Retention", "Latency", "Uplift", "Revenue", "Events", "Open bets", "What counted"),
    "Funnel",
)
QUESTION: Final = "SELECT brand, sum(bettors) AS bettors FROM report_funnel GROUP BY brand"
LONG: Final = "SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 3"
REFUSED: Final = "SELECT * FROM file('/etc/passwd', 'LineAsString')"


@contextmanager
def filled_store(office: Office) -> Iterator[None]:
    """Let a customer bet, too little for the target, and gather all that has happened until nothing waits."""
    office.site.produce(office.site.bet(CAT, "asked"), key=f"{BRAND}:{CAT}")
    port = free_port()
    owner = office.programs.start("consume", "analytics", "--listen", f"127.0.0.1:{port}")
    try:
        eventually(lambda: is_complete(port), "everything that happened is in the store")
        yield
    finally:
        owner.terminate()
        owner.wait(60)


def find_no_store(office_client: OfficeClient) -> None:
    """Before anything is gathered, the screen says that there is nothing to ask."""
    open_reports(office_client)
    expect(office_client.page.get_by_text("There is no store of analytics here")).to_be_visible()
    office_client.look()


def see_history_filling(office: Office, office_client: OfficeClient) -> None:
    """While the store's owner says how far it is, so does the screen, in place of charts."""
    FillingFile(office.programs.folder / "analytics").say(43, "24 of 56 days are there")
    office_client.page.reload()
    open_reports(office_client)
    told = office_client.page.get_by_role("status").filter(has_text="History is being filled: 43 % so far")
    expect(told).to_contain_text("Charts appear here by themselves.")
    office_client.look()


def open_reports(office_client: OfficeClient) -> None:
    """Open the screen for the brand."""
    office_client.open("Analytics")
    office_client.choose("Brand", "Northbet")
    office_client.is_read()


def read_reports(office: Office, office_client: OfficeClient) -> None:
    """The funnel on the screen is that of the command line; the other reports are shown."""

    def is_counted() -> bool:
        (newest,) = asked(office, "report", "funnel", "--brand", BRAND)[-1:] or ({"bettors": 0},)
        return bool(newest["bettors"])

    eventually(is_counted, "the bets are in the roll-ups")
    newest = asked(office, "report", "funnel", "--brand", BRAND)[-1]
    page = office_client.page
    page.reload()
    open_reports(office_client)
    page.get_by_text("Show figures").first.click()
    monday = datetime.strptime(f"{newest['iso_week']}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a day
    row = page.get_by_role("row").filter(has_text=f"Week of {monday.day} {monday:%b %Y}").first
    expect(row.get_by_role("cell").nth(1)).to_have_text(str(newest["bettors"]))
    expect(row.get_by_role("cell").nth(2)).to_have_text(str(newest["members"]))
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        office_client.is_read()
        office_client.look()


def ask_on_the_screen(office_client: OfficeClient, folder: Path) -> None:
    """The tables are beside the editor; an answer is a table and a file; others hear what works."""
    page = office_client.page
    page.get_by_role("link", name="Ask in SQL").click()
    page.get_by_label("Find a table").fill("report_funnel")
    page.locator("summary").filter(has_text=re.compile("^report_funnel")).click()
    expect(page.get_by_text("How many customers bet.")).to_be_visible()
    editor = page.get_by_label("Question in SQL")
    editor.fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = page.get_by_role("region", name="Answer")
    expect(answer.get_by_role("columnheader", name="bettors")).to_be_visible()
    expect(answer.get_by_text(re.compile(r"^Complete up to .*UTC\.$"))).to_be_visible()
    expect(answer.get_by_role("heading", name=re.compile(r"^\d+ rows? in \d+\.\d s$"))).to_be_visible()
    head = answer.get_by_role("columnheader", name="bettors")
    for sort in ("ascending", "descending"):
        head.get_by_role("button").press("Enter")
        expect(head).to_have_attribute("aria-sort", sort)
    answer.get_by_text("Column summary").click()
    expect(answer.get_by_role("definition").last).to_contain_text("value")
    office_client.look()
    for form, begins in (("CSV", b"brand,bettors"), ("Parquet", b"PAR1")):
        with page.expect_download() as saved:
            page.get_by_role("button", name=f"Export {form}").click()
        saved.value.save_as(folder / f"answer.{form}")
        assert (folder / f"answer.{form}").read_bytes().startswith(begins)
    editor.fill(LONG)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    editor.fill("DROP TABLE bets")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="What works: SELECT")).to_be_visible()
    expect(answer).to_have_count(0)
    page.get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name="Ask in SQL").first.click()
    expect(editor).to_have_value("DROP TABLE bets")
    page.get_by_role("button", name="Last questions").click()
    page.get_by_role("menuitem").nth(2).click()
    expect(editor).to_have_value(QUESTION)


def ask_questions(office: Office) -> None:
    """A question is answered, also as a file; one that would read a file of the machine is refused."""
    (question,) = re.findall(r'furlong analytics ask "(.*)"', TUTORIAL.read_text(encoding="utf-8"))
    assert sum(row["bets"] for row in asked(office, "ask", question)) >= 1
    assert CAT not in office.programs.run("analytics", "ask", "SELECT DISTINCT customer FROM bets")
    office.programs.run("analytics", "report", "reasons", "--format", "parquet", "--out", "reasons.parquet")
    assert (office.programs.folder / "reasons.parquet").read_bytes().startswith(b"PAR1")
    assert "file" in office.programs.refused("analytics", "ask", REFUSED)


def find_questions_in_the_audit_log(office_client: OfficeClient) -> None:
    """What was looked at, asked and refused is there for all to see."""
    office_client.open("Audit log")
    done = (
        *("Read a report", "Asked a question in SQL"),
        *("Exported the answer to a question", "Asked a question that was refused"),
    )
    for words in done:
        expect(office_client.page.get_by_role("cell", name=words, exact=True).first).to_be_visible()


def asked(office: Office, *arguments: str) -> list[dict[str, Any]]:
    """Return the rows of an answer on the command line."""
    rows: list[dict[str, Any]] = json.loads(office.programs.run("analytics", *arguments, "--format", "json"))
    return rows

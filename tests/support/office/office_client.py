"""People at their desks: each signed in once, in a browser of their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from playwright.sync_api import APIResponse, Locator, Page, expect
from playwright.sync_api import TimeoutError as StillWaiting

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.office.moving_about import READS, go
from tests.support.office.signing_in import sign_in, step_up
from tests.support.office.stack import ANN, Office
from tests.support.processes.running_furlong import eventually
from tools.local_chromium import LocalChromium

REPORTS: Final = """
window.__policy = [];
document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
  window.__policy.push(effectiveDirective);
});
window.alert = window.confirm = window.prompt = () => { window.__ran = true; };
"""

AGAIN_MS: Final = 20_000
"""After so long, a person presses again."""

LOOKS: Final[tuple[tuple[int, int, Literal["dark", "light"]], ...]] = (
    (768, 1024, "dark"),
    (1280, 900, "light"),
)
"""A tablet and a desk, in the colours that a person's system asks for."""


@dataclass
class OfficeClient:
    """A signed-in person's browser.

    Attributes:
        secret: Of the person's authenticator.
        faults: Errors of scripts, and what the content security policy refused.
    """

    page: Page
    url: str
    secret: str = ""
    faults: list[str] = field(default_factory=list)

    def open(self, screen: str) -> None:
        """Open a screen by the menu, and wait until it is read; press again if home came up meanwhile.

        What is not the person's daily work is behind "All screens".
        """
        title = self.page.locator("#react-admin-title").get_by_text(screen).first
        item = self.page.get_by_role("menuitem", name=screen, exact=True)
        expect(self.page.locator("a[role=menuitem]").nth(1)).to_be_visible()
        if item.count() == 0:
            self.open_all_screens()
        item.click()
        with suppress(StillWaiting):
            title.wait_for(timeout=AGAIN_MS)
        if not title.is_visible():
            item.click()
        expect(title).to_be_visible()
        self.is_read()

    def open_all_screens(self) -> None:
        """Open the part of the menu that is not the person's daily work; some have none."""
        rest = self.page.get_by_role("menuitem", name="All screens", exact=True, expanded=False)
        expect(self.page.locator("a[role=menuitem]").nth(1)).to_be_visible()
        if rest.count() > 0:
            rest.click()

    def go(self, screen: str) -> None:
        """Go to a screen by its address, without loading the page again, and wait until it is read."""
        go(self.page, self.url, screen)
        self.is_read()

    def is_read(self) -> None:
        """Wait until nothing is being read any more; the bar of a job shows how far it is, and may stay."""
        expect(self.page.locator("[role=progressbar]:not([aria-valuenow])")).to_have_count(0)

    def look(self) -> None:
        """Let axe look at what is shown, on a tablet in dark colours and on a desk in light ones."""
        self.page.mouse.move(1, 1)  # away from a button, which would have its tooltip
        for width, height, colours in LOOKS:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            expect(self.page.get_by_role("tooltip")).to_have_count(0)
            self.is_read()
            faults = faults_of_access(self.page)
            assert not faults, faults

    def confirm(self, button: str, reason: str | None = None) -> None:
        """Press a button, give a reason in its dialog if one is wanted, and press it there."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        if reason is not None:
            self.page.get_by_role("dialog").get_by_label("Reason").fill(reason)
        self.submit(button)

    def pick(self, about: str, deed: str) -> None:
        """Open the menu of a row or an object by keyboard, and choose a deed; its dialog opens."""
        button = self.page.get_by_role("button", name=f"Change {about}", exact=True)
        button.focus()
        self.page.keyboard.press("Enter")
        self.look()
        self.page.get_by_role("menuitem", name=f"{deed}…", exact=True).press("Enter")
        expect(self.page.get_by_role("menu", name=f"What to do with {about}")).to_have_count(0)

    def submit(self, button: str) -> None:
        """Press a button in the dialog, step up if that is asked for, and wait until the dialog is gone."""
        dialog, question = self.page.get_by_role("dialog"), self.page.get_by_text("Confirm that it is you")
        dialog.get_by_role("button", name=button, exact=True).click()
        eventually(lambda: question.is_visible() or dialog.count() == 0, f"{button} is done")
        if question.is_visible():
            step_up(self.page, self.secret)
        expect(dialog).to_have_count(0)

    def approve(self, title: str, evidence: str | None = None) -> None:
        """Open the newest proposal whose title begins so among the approvals, read it, and approve it.

        Args:
            title: How it begins.
            evidence: The table that shows what it leads to.
        """
        self.open("Approvals")
        self.page.get_by_role("cell", name=re.compile(f"^{re.escape(title)}")).first.click()
        expect(self.page.get_by_role("heading", name="Proposed change")).to_be_visible()
        if evidence is not None:
            expect(self.page.get_by_role("table", name=evidence)).to_be_visible()
        self.look()
        self.confirm("Approve")
        expect(self.page.get_by_role("heading", name="Next steps")).to_be_visible()

    def choose(self, label: str, option: str) -> None:
        """Choose an option in a field."""
        self.page.get_by_label(re.compile(rf"^{label}\s?\*?$")).last.click()  # a star: it is required
        self.page.get_by_role("option", name=option).click()
        expect(self.page.get_by_role("listbox")).to_have_count(0)

    def row(self, text: str) -> Locator:
        """Return the first row of a table that has a text."""
        return self.page.get_by_role("row").filter(has_text=text).first

    def scripts_that_ran(self) -> list[str]:
        """Return the addresses of frames in which a text ran as script, or was kept from it by the policy."""
        return scripts_that_ran(self.page)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation to the graph in this person's session; return its data, which has no errors."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation to the graph in this person's session; return the answer."""
        sent = {"query": query, "variables": variables}
        answer: dict[str, Any] = self.post("graphql", sent).json()
        return answer

    def post(self, path: str, body: Any) -> APIResponse:
        """Post JSON to a path of the back office in this person's session."""
        session = self.page.context.request.get(f"{self.url}session").json()
        headers = {"x-csrf-token": session["csrfToken"], "origin": self.url.removesuffix("/backoffice/")}
        return self.page.context.request.post(f"{self.url}{path}", data=body, headers=headers)


@dataclass
class Staff:
    """People at their desks, each in a browser of their own."""

    office: Office
    browser: Any
    clients: dict[str, OfficeClient] = field(default_factory=dict)
    customer: Page | None = None

    def client(self, role: str) -> OfficeClient:
        """Return the client of the person with an account, signed in at the first time."""
        if role not in self.clients:
            account = self.office.accounts[role]
            opened = self.browser.new_context(
                viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-GB"
            )
            page = opened.new_page()
            page.set_default_timeout(PATIENCE_MS)
            office_client = OfficeClient(page, self.office.url, account["totp"])
            page.on("pageerror", lambda error: office_client.faults.append(error.message))
            page.add_init_script(REPORTS + READS)
            page.goto(office_client.url)
            sign_in(page, account)
            self.clients[role] = office_client
        return self.clients[role]

    @contextmanager
    def another_tab(self, office_client: OfficeClient) -> Iterator[OfficeClient]:
        """Open another tab in a person's browser."""
        page = office_client.page.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(REPORTS + READS)
        opened = OfficeClient(page, office_client.url)
        page.on("pageerror", lambda error: opened.faults.append(error.message))
        page.goto(opened.url)
        yield opened
        page.close()

    def open_slip(self) -> Page:
        """Return a customer's bet-slip, which is opened anew, with its rewards."""
        if self.customer is None:
            self.customer = self.browser.new_page(viewport={"width": 420, "height": 900})
            self.customer.set_default_timeout(PATIENCE_MS)
            self.customer.add_init_script(REPORTS)
        page = self.customer
        page.goto(self.office.site.url)
        page.get_by_test_id("session-token").fill(self.office.site.tokens[ANN])
        page.keyboard.press("Enter")
        page.get_by_test_id("club-details").click()
        return page


def scripts_that_ran(page: Page) -> list[str]:
    """Return the addresses of frames in which a text ran as script, or was kept from it by the policy."""
    question = "window.__ran === true || (window.__policy ?? []).some((name) => name.startsWith('script'))"
    return [frame.url for frame in page.frames if frame.evaluate(question)]


@contextmanager
def staff_of(office: Office, chromium: LocalChromium) -> Iterator[Staff]:
    """Open one browser for all clients."""
    with launched_chromium(chromium) as launched:
        yield Staff(office, launched)

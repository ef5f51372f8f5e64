"""A page in a real Firefox, driven by WebDriver BiDi: Playwright drives only a Firefox of its own."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS: Final = 300.0
PREFERENCES: Final = """
user_pref("remote.prefs.recommended", true);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
"""
"""The recommended preferences of remote control, and nothing that asks other servers."""
ENTER: Final = "\ue007"
CAN_BE_PRESSED: Final = """async (selector) => {
  const button = document.querySelector(selector + ':not([aria-disabled=true])');
  if (button === null) return false;
  button.scrollIntoView({ block: 'center' });
  const before = button.getBoundingClientRect();
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const { x, y, width, height } = button.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return x === before.x && y === before.y && button.contains(top);
}"""
"""A press where something moves or opens meets what stands there then."""
WATCH: Final = """(selector) => {
  window.isPressed = false;
  const note = ({ target }) => { window.isPressed = target.closest(selector) !== null; };
  addEventListener('click', note, { capture: true, once: true });
}"""
PRESS_SECONDS: Final = 5.0
"""How long a press may take to reach the page."""


class MovedAwayError(AssertionError):
    """What is to be pressed has left the window since it was looked for."""


@dataclass
class FirefoxPage:
    """A tab of Firefox, and the errors that its page reported."""

    socket: ClientConnection
    context: str = ""
    faults: list[str] = field(default_factory=list)
    sent: int = 0

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of a command; fail with the browser's words if it fails."""
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
            if message.get("method") == "log.entryAdded":
                entry = message["params"]
                if entry["level"] == "error":
                    self.faults.append(str(entry["text"]))
            elif message.get("id") == self.sent:
                if message["type"] == "error":
                    if message["error"] == "move target out of bounds":
                        raise MovedAwayError(method)
                    pytest.fail(f"{method}: {message['error']}: {message['message']}")
                return dict(message["result"])

    def open(self, url: str) -> None:
        """Open an address, and wait until it has loaded."""
        self.command("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def reload(self) -> None:
        """Load the page again."""
        self.command("browsingContext.reload", context=self.context, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        result = self._call(f"async () => JSON.stringify((await ({expression})) ?? null)")
        return json.loads(result["value"])

    def comes_true(self, expression: str) -> None:
        """Wait until an expression is true."""
        if not self._is_true_within(PATIENCE_SECONDS, expression):
            text = self.evaluate("document.body.innerText")
            pytest.fail(f"did not come true: {expression}; the page reported {self.faults} and shows\n{text}")

    def _is_true_within(self, seconds: float, expression: str) -> bool:
        deadline = time.monotonic() + seconds
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def shows(self, testid: str, text: str) -> None:
        """Wait until a part shows a text."""
        self.comes_true(f"document.querySelector({part(testid)})?.textContent.includes({json.dumps(text)})")

    def is_in_state(self, state: str) -> None:
        """Wait until the tracker is in a `ClubState`."""
        self.comes_true(
            f"document.querySelector({part('tracker-state')})?.dataset.state === {json.dumps(state)}"
        )

    def press(self, testid: str) -> None:
        """Press a button with the mouse, once there is one that is enabled, stands still and is on top.

        On a slow machine it may move away just then: it is pressed again, as a person does.
        """
        is_pressed = False
        while not is_pressed:
            self.comes_true(f"({CAN_BE_PRESSED})({part(testid)})")
            self.evaluate(f"({WATCH})({part(testid)})")
            with suppress(MovedAwayError):
                self._act("pointer", self._at(testid))
            is_pressed = self._is_true_within(PRESS_SECONDS, "window.isPressed")

    def fill(self, testid: str, text: str) -> None:
        """Type a text into a field instead of what is in it."""
        self.press(testid)
        self.evaluate(f"document.querySelector({part(testid)}).select()")
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act("key", keys)

    def choose(self, testid: str, wanted: str) -> None:
        """Choose the first option whose text has `wanted` in it."""
        self.comes_true(f"document.querySelector({part(testid)})?.textContent.includes({json.dumps(wanted)})")
        self.evaluate(
            f"""(() => {{
              const list = document.querySelector({part(testid)});
              list.value = [...list.options].find(({{ text }}) => text.includes({json.dumps(wanted)})).value;
              list.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }})()"""
        )

    def _at(self, testid: str) -> list[dict[str, Any]]:
        found = self._call(
            f"""() => {{
              const found = document.querySelector({part(testid)});
              found.scrollIntoView({{ block: 'center' }});
              return found;
            }}"""
        )
        origin = {"type": "element", "element": {"sharedId": found["sharedId"]}}
        return [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self.command("input.performActions", context=self.context, actions=[source])

    def _call(self, function: str) -> dict[str, Any]:
        result = self.command(
            "script.callFunction",
            functionDeclaration=function,
            target={"context": self.context},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return dict(result["result"])


def part(testid: str) -> str:
    """Return the selector of a part of the page, as a literal."""
    return json.dumps(f"[data-testid='{testid}']")


@contextmanager
def firefox_page(program: str, *, width: int = 420, height: int = 900) -> Iterator[FirefoxPage]:
    """A fresh Firefox with one page."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        (profile / "user.js").write_text(PREFERENCES)
        process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(_address(profile, process), max_size=None) as socket:
                page = FirefoxPage(socket)
                page.command("session.new", capabilities={})
                page.command("session.subscribe", events=["log.entryAdded"])
                page.context = page.command("browsingContext.create", type="tab")["context"]
                size = {"width": width, "height": height}
                page.command("browsingContext.setViewport", context=page.context, viewport=size)
                yield page
        finally:
            process.terminate()
            process.wait(60)


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Wait for the file in which Firefox says where it listens."""
    file = profile / "WebDriverBiDiServer.json"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            told = json.loads(file.read_text())
            return f"ws://{told['ws_host']}:{told['ws_port']}/session"
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    pytest.fail(f"Firefox does not listen; it ended with {process.poll()}")

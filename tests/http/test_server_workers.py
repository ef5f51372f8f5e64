"""The server in several processes: they share the port, and stop together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).resolve().parents[2]
APP = """
import os

async def app(scope, receive, send):
    if scope["type"] == "http":
        body = str(os.getpid()).encode()
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
"""
SERVE = """
import sys
from gateway.http.server import ClientLimits, configured, listen, run

if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    run(configured("application:app", ClientLimits(), workers=int(sys.argv[1])), listener)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_answers_and_stops_when_it_is_told(tmp_path: Path, workers: int) -> None:
    """All its processes end with it, by the signal that service managers send."""
    (tmp_path / "application.py").write_text(APP)
    (tmp_path / "serve.py").write_text(SERVE)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "serve.py", str(workers)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            answer = httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)
        finally:
            process.kill()
    worker = int(answer.text)
    assert (worker == process.pid) == (workers == 1)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)

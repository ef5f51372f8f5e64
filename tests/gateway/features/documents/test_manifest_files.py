"""Manifests on disk: a change takes effect while serving, and a broken one takes none."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.trusted import DocumentMetrics, ManifestError, TrustedDocuments

ME, USERS = "query Me { me { name } }", "query Users { users { id } }"


def write(file: Path, **documents: str) -> None:
    """Write a manifest."""
    file.write_text(json.dumps(documents))


@pytest.fixture
def metrics() -> DocumentMetrics:
    """What is counted."""
    return DocumentMetrics()


def ids(manifests: ManifestFiles) -> set[str]:
    """The ids of the documents in force."""
    return {each.id for each in manifests.documents.each()}


def test_a_changed_manifest_takes_effect_as_a_whole(tmp_path: Path, metrics: DocumentMetrics) -> None:
    """What was added is there, what was removed is not; the old set is left as it was."""
    write(tmp_path / "app.json", me=ME)
    manifests = ManifestFiles([tmp_path], {}, metrics)
    before = manifests.documents
    assert not manifests.refresh()
    write(tmp_path / "app.json", users=USERS)
    assert manifests.refresh()
    assert ids(manifests) == {"users"}
    assert before.find("me", None)
    assert (metrics.reloads, metrics.trusted) == ({"ok": 1}, 1)


def test_files_of_a_folder_come_and_go(tmp_path: Path, metrics: DocumentMetrics) -> None:
    """A new version of an app brings its own manifest; other files are passed over."""
    write(tmp_path / "v1.json", me=ME)
    (tmp_path / "notes.txt").write_text("none")
    manifests = ManifestFiles([tmp_path], {}, metrics)
    write(tmp_path / "v2.json", users=USERS)
    assert manifests.refresh()
    assert ids(manifests) == {"me", "users"}
    (tmp_path / "v1.json").unlink()
    assert manifests.refresh()
    assert ids(manifests) == {"users"}


def test_a_touched_manifest_changes_nothing(tmp_path: Path, metrics: DocumentMetrics) -> None:
    """Equal content keeps the set, and with it everything that is prepared."""
    write(tmp_path / "app.json", me=ME)
    manifests = ManifestFiles([tmp_path], {}, metrics)
    before = manifests.documents
    os.utime(tmp_path / "app.json", (1, 1))
    assert not manifests.refresh()
    assert manifests.documents is before


def test_a_broken_manifest_keeps_the_old_set(tmp_path: Path, metrics: DocumentMetrics) -> None:
    """The reason is logged once, and shows in metrics until the manifest is mended."""
    file = tmp_path / "app.json"
    write(file, me=ME)
    manifests = ManifestFiles([file], {}, metrics)
    file.write_text('{"me": "{ me {')
    with capture_logs() as logs:
        assert not manifests.refresh()
        assert not manifests.refresh()
    assert [(log["event"], log["log_level"]) for log in logs] == [("manifest_broken", "error")]
    assert "app.json" in logs[0]["reason"]
    assert (ids(manifests), metrics.is_broken, metrics.reloads) == ({"me"}, True, {"broken": 1})
    file.unlink()
    assert not manifests.refresh()
    write(file, me=ME)
    assert not manifests.refresh()
    assert (ids(manifests), metrics.is_broken) == ({"me"}, False)


@pytest.mark.parametrize("name", ["missing.json", "empty"])
def test_a_missing_manifest_ends_the_start(tmp_path: Path, metrics: DocumentMetrics, name: str) -> None:
    """A misspelt setting is not passed over."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ManifestError, match=name):
        ManifestFiles([tmp_path / name], {}, metrics)


def test_clients_of_a_manifest_that_is_not_there_end_the_start(
    tmp_path: Path, metrics: DocumentMetrics
) -> None:
    """A misspelt name would leave a manifest open to every client."""
    write(tmp_path / "ios.json", me=ME)
    assert ManifestFiles([tmp_path], {"ios.json": ["ios"]}, metrics).documents.find("me", "web") is None
    with pytest.raises(ManifestError, match=r"iso\.json: clients are bound"):
        ManifestFiles([tmp_path], {"iso.json": ["ios"]}, metrics)


async def test_watching_prepares_each_set_and_survives_a_failure(
    tmp_path: Path, metrics: DocumentMetrics
) -> None:
    """The set of the start, and then each one that replaces it."""
    write(tmp_path / "app.json", me=ME)
    manifests = ManifestFiles([tmp_path], {}, metrics)
    prepared: asyncio.Queue[TrustedDocuments] = asyncio.Queue()

    async def prepare(documents: TrustedDocuments) -> None:
        prepared.put_nowait(documents)
        raise ValueError("no plan")

    with capture_logs() as logs:
        watching = asyncio.create_task(manifests.watch(0.001, prepare))
        async with asyncio.timeout(60):
            assert await prepared.get() is manifests.documents
            write(tmp_path / "app.json", users=USERS)
            assert (await prepared.get()).find("users", None)
            write(tmp_path / "app.json", me=ME, users=USERS)
            manifests.refresh()  # as on SIGHUP
            assert (await prepared.get()).find("me", None)
        watching.cancel()
    assert logs[0]["event"] == "manifest_watch_failed"

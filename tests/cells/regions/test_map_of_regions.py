"""The map of the regions: what MirrorMaker is told, and what is refused with the place of the mistake."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cells.regions import RegionMapError, read_regions
from furlong.cli import app

GOOD = {
    "home": "uk",
    "regions": {
        "uk": {"kafka": ["10.0.0.5:9092"]},
        "mt": {
            "kafka": ["10.1.0.5:9093"],
            "client": {"security.protocol": "SASL_SSL", "sasl.jaas.config": "${env:MT_JAAS}"},
        },
        "se": {"kafka": ["10.2.0.5:9092"]},
    },
}


def bound(customers: list[str]) -> dict[str, object]:
    """Return a map that binds customers, with the given ones in a third region."""
    return {
        "home": "uk",
        "regions": {
            "uk": {"kafka": ["10.0.0.5:9092"], "customers": ["northbet:GB", "northbet:IE", "clubbet"]},
            "mt": {"kafka": ["10.1.0.5:9093"], "customers": ["northbet:MT", "svenbet"]},
            "se": {"kafka": ["10.2.0.5:9092"], "customers": customers},
        },
    }


def with_region(**changes: object) -> dict[str, object]:
    """Return the map with a change of one region."""
    regions = {name: dict(region) for name, region in GOOD["regions"].items()}  # type: ignore[attr-defined]
    regions["mt"] |= changes
    return GOOD | {"regions": regions}


def test_the_command_writes_one_file_for_all_regions(tmp_path: Path) -> None:
    """Each topic goes one way, nothing goes between two regions abroad, and secrets stay out of the file."""
    regions, file = tmp_path / "regions.yaml", tmp_path / "mirror.properties"
    regions.write_text(yaml.safe_dump(GOOD))
    printed = CliRunner().invoke(app, ["cell", "mirror", str(regions)])
    for says in ("~", "="):
        written = CliRunner().invoke(app, ["cell", "mirror", str(regions), "--file", str(file)])
        assert (written.exit_code, written.stdout[0]) == (0, says)
    assert file.read_text() == printed.stdout
    lines = dict(line.split(" = ", 1) for line in printed.stdout.splitlines() if line)
    items = ("fixture", "market", "stats", "video", "status")
    adapters = ",".join(rf"provider\\.{item}\\.v1" for item in items)
    orders = r"club\\.reward-config\\.v1,wallet\\.release\\.v1"
    abroad = rf"club\\.scheme\\.v1,club\\.global\\.v1,{adapters},{orders}"
    assert (lines["uk->mt.topics"], lines["mt->uk.topics"]) == (abroad, r"club\\.cells\\.v1")
    assert (lines["mt->se.enabled"], lines["se->mt.enabled"]) == ("false", "false")
    assert lines["mt.sasl.jaas.config"] == "${env:MT_JAAS}"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (GOOD | {"home": "de"}, "home is de"),
        (GOOD | {"regions": {"uk": {"kafka": ["10.0.0.5:9092"]}}}, "at least 2"),
        (with_region(kafka=["10.0.0.5:9092"]), "the Kafka of mt and of uk"),
        (with_region(kafka=["10.1.0.5"]), "kafka"),
        (with_region(client={"sasl.jaas.config": "password='x'"}), "is a secret"),
        (with_region(client={"ssl.keystore.password": "x"}), "is a secret"),
        (with_region(client={"security.protocol": "SSL\nuk->mt.enabled = false"}), "of one line"),
        (with_region(client={"security.protocol = SSL\nx": "y"}), "of one line"),
        (GOOD | {"regions": GOOD["regions"] | {"a->b": {"kafka": ["10.3.0.5:1"]}}}, "pattern"),  # type: ignore[operator]
        (with_region(customers=["northbet:MT"]), "customers of all regions, or of none: se, uk"),
        (with_region(customers=["northbet:Malta"]), "customers"),
        (bound(["northbet:MT"]), "northbet:MT are customers of mt and of se"),
        (bound(["northbet"]), "but se has all of northbet"),
        ([], "valid dictionary"),
    ],
)
def test_a_wrong_map_is_refused(wrong: object, words: str, tmp_path: Path) -> None:
    """The message names the file and the mistake; nothing is written."""
    file = tmp_path / "regions.yaml"
    file.write_text(yaml.safe_dump(wrong))
    with pytest.raises(RegionMapError, match=words) as refused:
        read_regions(file)
    assert str(file) in str(refused.value)
    output = tmp_path / "mirror.properties"
    result = CliRunner().invoke(app, ["cell", "mirror", str(file), "--file", str(output)])
    assert result.exit_code != 0
    assert not output.exists()

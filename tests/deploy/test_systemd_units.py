"""The systemd units: systemd itself accepts them, and each starts a command that exists, locked in."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from furlong.cli.main import app
from furlong.settings import secret_variables
from subgraphs.block_list import SUBGRAPHS

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
INSTALLED = "/opt/furlong/bin/furlong"
MAX_EXPOSED = 20
"""The greatest exposure that `systemd-analyze security` may find, in tenths; without settings it is 96."""
OPTIONAL = (
    "furlong-backoffice.service",
    "furlong-funds.service",
    "furlong-payments.service",
    "furlong-seamless.service",
    "furlong-worker@feeds.service",
    "furlong-worker@purges.service",
)
"""Units that the target wants only after `systemctl enable`."""

pytestmark = pytest.mark.usefixtures("systemd_installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy of the units whose program is the one installed here."""
    program = str(Path(sys.executable).with_name("furlong"))
    for file in FOLDER.glob("furlong*.*"):
        (tmp_path / file.name).write_text(file.read_text().replace(INSTALLED, program))
    return tmp_path


def verify(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run `systemd-analyze verify` over units in a folder, beside those of this machine."""
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *names],
        cwd=folder,
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def wanted() -> list[str]:
    """Return the units that the target wants."""
    return re.findall(r"furlong-\S+\.service", (FOLDER / "furlong.target").read_text())


def units_with_files() -> dict[str, Path]:
    """Return every unit that there is, instances of templates included, and its file."""
    found = {}
    for unit in [*wanted(), *OPTIONAL, "furlong-upgrade.service"]:
        name, _, instance = unit.removesuffix(".service").partition("@")
        found[unit.removesuffix(".service")] = FOLDER / (f"{name}@.service" if instance else unit)
    return found


def commands() -> list[tuple[str, list[str]]]:
    """Return the units, and the arguments that each passes to `furlong`."""
    found = []
    for unit, file in units_with_files().items():
        for line in re.findall(r"^ExecStart=(.*)$", file.read_text(), re.MULTILINE):
            program, *arguments = shlex.split(line.replace("%i", unit.partition("@")[2]))
            assert program == INSTALLED
            found.append((unit, arguments))
    return found


def settings(name: str) -> dict[str, str]:
    """Return the example of an environment file."""
    lines = (FOLDER / "env" / f"{name}.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_systemd_accepts_the_target_and_all_units(units: Path) -> None:
    """Nothing is misspelt, unknown or ignored."""
    checked = verify(units, "furlong.target", "furlong-upgrade.service", *wanted(), *OPTIONAL)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_target_wants_the_consumer_of_each_block() -> None:
    """A block without it would be installed, and its messages would wait."""
    consumers = {unit.removesuffix(".service").partition("consume@")[2] for unit in wanted()} - {""}
    assert consumers == {*SUBGRAPHS, "backoffice"}


def test_units_beside_the_usual_ones_can_be_enabled() -> None:
    """Without a section [Install], they would not be there after the next start of the machine."""
    for unit in OPTIONAL:
        name, _, instance = unit.removesuffix(".service").partition("@")
        file = FOLDER / (f"{name}@.service" if instance else unit)
        assert file.read_text().endswith("[Install]\nWantedBy=furlong.target\n"), unit


def test_a_misspelt_unit_is_found(units: Path) -> None:
    """The check above can fail."""
    serve = units / "furlong-serve.service"
    serve.write_text(serve.read_text().replace("Restart=always", "Restrat=always"))
    assert "Restrat" in verify(units, "furlong-serve.service").stderr


@pytest.mark.parametrize("unit", sorted(file.stem for file in FOLDER.glob("*.service")))
def test_a_unit_may_do_little_beside_its_work(units: Path, unit: str) -> None:
    """Its exposure by systemd's own measure is low."""
    name = f"{unit}.service".replace("@.", "@x.")
    (units / f"{unit}.service").rename(units / name)
    measured = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={MAX_EXPOSED}", f"./{name}"],
        cwd=units,
        capture_output=True,
        text=True,
        check=False,
    )
    assert measured.returncode == 0, measured.stdout[-2000:]


@pytest.mark.parametrize(("unit", "arguments"), commands(), ids=str)
def test_each_unit_starts_a_command_with_its_options(unit: str, arguments: list[str]) -> None:
    """The command line parses, with the addresses of the unit's example of an environment file."""
    expanded = [
        re.sub(r"\$\{(\w+)\}", lambda found: settings(unit)[found[1]], argument) for argument in arguments
    ]
    shown = CliRunner().invoke(app, [*expanded, "--help"])
    assert shown.exit_code == 0, shown.output


@pytest.mark.parametrize(("unit", "file"), units_with_files().items(), ids=str)
def test_each_unit_reads_the_common_file_and_its_own(unit: str, file: Path) -> None:
    """The secrets of one unit are in no file that another reads."""
    read = re.findall(r"^EnvironmentFile=(.*)$", file.read_text(), re.MULTILINE)
    assert [one.replace("%N", unit) for one in read] == [
        "/etc/furlong/furlong.env",
        f"/etc/furlong/{unit}.env",
    ]
    assert settings(unit)


def test_secrets_are_only_where_they_are_needed() -> None:
    """The common file has none, and those of one process are in its file alone."""
    secrets = set(secret_variables())
    examples = [path.stem for path in (FOLDER / "env").glob("*.env")]
    assert sorted(examples) == sorted(["furlong", *units_with_files()])
    having = {name: {unit for unit in examples if name in settings(unit)} for name in secrets}
    assert not any("furlong" in units for units in having.values())
    assert having["FURLONG_BACKOFFICE_KEY"] == {"furlong-backoffice"}
    assert having["FURLONG_FULFILMENT_SECRETS"] == {"furlong-worker@fulfilment"}
    assert not having["FURLONG_DATABASE_URL"] & {"furlong-worker@feeds", "furlong-worker@purges"}


def test_an_option_that_does_not_exist_is_found() -> None:
    """The check above can fail."""
    assert CliRunner().invoke(app, ["worker", "weeks", "--lisen", "127.0.0.1:1", "--help"]).exit_code != 0


def test_no_two_units_share_an_address() -> None:
    """The example gives each unit a port of its own."""
    named = ("LISTEN", "OPERATORS")
    files = [settings(unit) for unit in units_with_files()]
    addresses = [value for file in files for name, value in file.items() if name in named]
    assert len(set(addresses)) == len(addresses)

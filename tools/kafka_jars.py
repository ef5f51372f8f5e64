"""Runs the programs in Kafka's jars, with classes that an earlier one has loaded and checked."""

import re
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

OLDEST_JAVA = 17
LIBS = Path(__file__).resolve().parent.parent / ".services" / "kafka" / "libs"
"""Where `install-services.sh` puts the jars."""

MISSING = "Java 17 or newer, or Apache Kafka's jars, are missing: run make services"
ARCHIVE = "classes.jsa"
"""The file of loaded classes in the prepared folder: they halve the processor time of a start."""

# The first compiler only, and the simplest collector: a broker lives for seconds or minutes.
_JVM = ("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_LOGGING = "-Dorg.apache.logging.log4j.level=WARN"


def kafka_installed() -> bool:
    """Return whether this checkout has the jars of Kafka and MirrorMaker, and this machine a fitting Java."""
    return _java() is not None and all(
        any(LIBS.glob(f"{jar}-*.jar")) for jar in ("kafka_2.13", "connect-mirror")
    )


def java_command(main_class: str, *arguments: str, archive: Path | None = None) -> list[str]:
    """Return the command line of a program in Kafka's jars.

    Args:
        main_class: Its class.
        arguments: Its arguments.
        archive: Where it leaves the classes that it has loaded; None to use those of the prepared folder.
    """
    shared = prepared_folder() / ARCHIVE
    if archive is not None:
        classes = [f"-XX:ArchiveClassesAtExit={archive}"]
    else:
        # Java ignores an archive of other jars.
        classes = [f"-XX:SharedArchiveFile={shared}"] if shared.exists() else []
    return [_java() or "java", *_JVM, *classes, _LOGGING, "-cp", f"{LIBS}/*", main_class, *arguments]


def prepared_folder() -> Path:
    """Return where things are kept that are made once for these jars, where they are, and this Java."""
    facts = sorted((jar.name, jar.stat().st_size, jar.stat().st_mtime_ns) for jar in LIBS.glob("*.jar"))
    digest = sha256(repr((str(LIBS), _version(_java() or "java"), facts)).encode()).hexdigest()
    return LIBS.parent / f"prepared-{digest[:16]}"


def _java() -> str | None:
    """Return the path of a Java that is new enough."""
    path = shutil.which("java")
    if path is None:
        return None
    version = re.search(r'version "(\d+)', _version(path))
    return path if version is not None and int(version[1]) >= OLDEST_JAVA else None


@cache
def _version(java: str) -> str:
    return subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr

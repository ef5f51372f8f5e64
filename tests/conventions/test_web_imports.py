"""The web's modules import one another in one direction, as import-linter sees to it for Python."""

import os
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
IMPORTED: Final = re.compile(
    r"^(?:import|export)\b[^;]*?from '((?:\.|@furlong/)[^']+)'|^import '(\.[^']+)'", re.MULTILINE
)
PACKAGE: Final = re.compile(r"@furlong/(\w+)")


def test_no_module_of_the_web_imports_itself_by_others() -> None:
    """There are no circles, not even of types: each module can be understood after those that it imports."""
    modules = _modules()
    imports = {module: {each for each in _imports(module) if each in modules} for module in modules}
    assert sum(map(len, imports.values())) > len(modules)
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from error


def _modules() -> set[str]:
    """Return the web's modules without their endings, relative to the repository."""
    files = repository_files("web/*.ts", "web/*.tsx")
    return {line.removesuffix(".tsx").removesuffix(".ts") for line in files if "/tests/" not in line}


def _imports(module: str) -> set[str]:
    source = next(path for end in (".ts", ".tsx") if (path := ROOT / f"{module}{end}").exists())
    found = IMPORTED.findall(source.read_text(encoding="utf-8"))
    return {_target(module, one or other) for one, other in found}


def _target(module: str, imported: str) -> str:
    """Return the module that an import of another module names; a package's name stands for its index."""
    if package := PACKAGE.fullmatch(imported):
        return f"web/packages/{package[1]}/src/index"
    return os.path.normpath(f"{Path(module).parent}/{imported}").removesuffix(".tsx").removesuffix(".ts")

"""Every counter-example that was ever found stays answered: `cases/` holds them, one file each."""

from pathlib import Path

import pytest

from tests.federation_kit.case import load_case, serve
from tests.federation_kit.comparison import GatewayOf, difference

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_case_is_answered_as_by_the_monolith(file: Path) -> None:
    """The gateway gives what the monolith gives, and that is what was written down."""
    case = load_case(file)
    served = serve(case.world)
    truth = served.monolith.answer(case.operation.document, case.operation.variables)
    assert truth == {"data": case.expected}
    assert difference(GatewayOf(served), case.operation) is None

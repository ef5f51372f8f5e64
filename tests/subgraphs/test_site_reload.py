"""What the site reloads: its settings, and the supergraph of subgraphs that are elsewhere."""

from pathlib import Path

import pytest

from furlong.embedding.sessions import Brands
from furlong.serve.site import COST_LIMIT, MUTATION_FIELDS, _with_defaults_of, site_reload, site_settings
from furlong.settings import ServeSettings
from gateway.features.cost.settings import CostSettings
from gateway.features.documents.settings import KnownDocumentSettings

DOCUMENTS = Path(__file__).resolve().parents[2] / "contracts"


@pytest.mark.parametrize(("subgraphs", "expected"), [("memory", False), ("http", True)])
def test_a_supergraph_is_reloaded_if_its_subgraphs_are_elsewhere(
    subgraphs: str, tmp_path: Path, *, expected: bool
) -> None:
    """Subgraphs in the process could not answer for another one: they belong to the same release."""
    serve = ServeSettings(subgraphs=subgraphs, supergraph=tmp_path / "supergraph.graphql")
    sources = site_reload(serve, site_settings(DOCUMENTS), DOCUMENTS)
    assert (sources.supergraph is not None) is expected
    assert sources.settings_file is None


def test_reloaded_settings_keep_the_defaults_of_the_product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What neither file nor environment says is as at the start, and not as in the gateway alone."""
    file = tmp_path / "gateway.env"
    file.write_text("FURLONG_GATEWAY_DOCUMENT_DEPTH=7\n")
    monkeypatch.setenv("FURLONG_GATEWAY_SETTINGS_FILE", str(file))
    settings = site_settings(DOCUMENTS)
    assert settings.limits.depth == 7
    sources = _with_defaults_of(
        site_reload(ServeSettings(), settings, DOCUMENTS), ServeSettings(), Brands({}, {})
    )
    file.write_text("FURLONG_GATEWAY_DOCUMENT_DEPTH=8\nFURLONG_DATABASE_URL=of another part\n")
    assert sources.read_settings is not None
    fresh = sources.read_settings()
    assert (fresh.limits.depth, fresh.of(KnownDocumentSettings).folder) == (8, DOCUMENTS)
    assert (fresh.of(CostSettings).limit, fresh.limits.mutation_fields) == (COST_LIMIT, MUTATION_FIELDS)

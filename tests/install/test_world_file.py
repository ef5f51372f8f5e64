"""A world file is read if it is valid; each mistake is refused with its place and reason."""

import copy
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

import furlong
from furlong.install.world import WorldError, read_world

DEMO = Path(str(resources.files(furlong))) / "world.yaml"
Spoil = Callable[[dict[str, Any]], None]


def demo() -> dict[str, Any]:
    """Return the demo's world as plain values."""
    return dict(yaml.safe_load(DEMO.read_text(encoding="utf-8")))


def written(folder: Path, world: object) -> Path:
    """Write a world file."""
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(world), encoding="utf-8")
    return path


def test_the_demos_world_is_what_the_domain_says() -> None:
    """Northbet in London and pounds with its default reward, and a second brand with another currency."""
    north, laguna = read_world(DEMO).brands
    (scheme,) = north.schemes
    assert (north.id, north.time_zone, north.jurisdictions, north.currencies, north.locales) == (
        "northbet",
        "Europe/London",
        ("GB",),
        ("GBP",),
        ("en-GB",),
    )
    assert (scheme.target_minor, scheme.min_stake_minor, scheme.min_odds_milli) == (2500, 100, 1500)
    assert (scheme.bet_types, scheme.default_reward_id) == (("single", "multiple"), "fb-5")
    assert (scheme.choice_lock_minutes, scheme.count_before_opt_in) == (0, True)
    assert len(north.content) >= 4
    assert laguna.jurisdictions != north.jurisdictions
    assert laguna.currencies != north.currencies


def test_a_scheme_may_count_only_from_the_first_opt_in(tmp_path: Path) -> None:
    """Bets placed before a customer joined need not count."""
    world = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    scheme(world).update(count_before_opt_in=False)
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(world), encoding="utf-8")
    assert not read_world(file).brands[0].schemes[0].count_before_opt_in


def test_every_text_of_the_demo_is_in_a_language_of_its_brand() -> None:
    """Each reward has a text in each of its brand's languages."""
    for brand in read_world(DEMO).brands:
        for content in brand.content:
            assert set(content.texts) == set(brand.locales)


def brand(world: dict[str, Any]) -> dict[str, Any]:
    """Return the first brand of a world."""
    return dict.__getitem__(world, "brands")[0]


def scheme(world: dict[str, Any]) -> dict[str, Any]:
    """Return the first scheme of a world."""
    return dict(enumerate(brand(world)["schemes"]))[0]


def text(world: dict[str, Any]) -> dict[str, Any]:
    """Return the first text of a world."""
    return brand(world)["content"][0]["texts"]["en-GB"]


def budgets(world: dict[str, Any], *changes: dict[str, Any]) -> None:
    """Give the first brand budgets."""
    brand(world)["budgets"] = [{"reward_id": "fb-5", "rewards": 10} | change for change in changes]


MISTAKES: dict[str, tuple[Spoil, str]] = {
    "no brands": (lambda w: w.update(brands=[]), r"brands: "),
    "unknown part": (lambda w: w.update(budgets=[]), r"budgets: Extra inputs"),
    "unknown field": (lambda w: brand(w).update(zone="x"), r"brands\.0\.zone: Extra inputs"),
    "budget twice": (lambda w: budgets(w, {}, {}), r"budget fb-5/every week appears twice"),
    "budget below zero": (lambda w: budgets(w, {"rewards": -1}), r"budgets\.0\.rewards: "),
    "budget in pounds": (lambda w: budgets(w, {"amount_minor": 5}), r"budgets\.0\.amount_minor: Extra"),
    "budget of no week": (
        lambda w: budgets(w, {"week": "2026-W54"}),
        r"budgets\.0\.week: .*not a week of that year",
    ),
    "budget of a day": (lambda w: budgets(w, {"week": "2026-03-23"}), r"budgets\.0\.week: "),
    "missing field": (lambda w: brand(w).pop("name"), r"brands\.0\.name: Field required"),
    "colon in an id": (lambda w: brand(w).update(id="north:bet"), r"brands\.0\.id: "),
    "blank in an id": (lambda w: brand(w).update(id="north bet"), r"brands\.0\.id: "),
    "zone misspelt": (
        lambda w: brand(w).update(time_zone="Europe/Lodnon"),
        r"time_zone: .*not an IANA time zone",
    ),
    "zone a folder": (lambda w: brand(w).update(time_zone="Europe"), r"time_zone: .*not an IANA time zone"),
    "zone a path": (lambda w: brand(w).update(time_zone="../zone"), r"time_zone: .*not an IANA time zone"),
    "zone empty": (lambda w: brand(w).update(time_zone=""), r"time_zone: .*not an IANA time zone"),
    "locale's form": (lambda w: brand(w).update(locales=["english"]), r"brands\.0\.locales\.0: "),
    "locale unknown": (
        lambda w: brand(w).update(locales=["en-GB", "xx-YY"]),
        r"brands\.0\.locales\.1: .*not a known language",
    ),
    "default locale": (lambda w: brand(w).update(default_locale="it-IT"), r"default_locale 'it-IT' is not"),
    "default jurisdiction": (
        lambda w: brand(w).update(default_jurisdiction="MT"),
        r"default_jurisdiction 'MT' is not among GB",
    ),
    "default currency": (lambda w: brand(w).update(default_currency="EUR"), r"default_currency 'EUR' is not"),
    "jurisdiction's form": (
        lambda w: brand(w).update(jurisdictions=["GB", "United Kingdom"]),
        r"brands\.0\.jurisdictions\.1: ",
    ),
    "currency's form": (
        lambda w: brand(w).update(currencies=["GBP", "pounds"]),
        r"brands\.0\.currencies\.1: ",
    ),
    "no scheme": (lambda w: brand(w).update(schemes=[]), r"brands\.0\.schemes: "),
    "scheme elsewhere": (lambda w: scheme(w).update(jurisdiction="MT"), r"MT/GBP is not among the brand's"),
    "scheme in other money": (lambda w: scheme(w).update(currency="EUR"), r"GB/EUR is not among the brand's"),
    "version zero": (lambda w: scheme(w).update(version=0), r"schemes\.0\.version: "),
    "no target": (lambda w: scheme(w).update(target_minor=0), r"schemes\.0\.target_minor: "),
    "huge target": (lambda w: scheme(w).update(target_minor=2**31), r"schemes\.0\.target_minor: "),
    "negative stake": (lambda w: scheme(w).update(min_stake_minor=-1), r"schemes\.0\.min_stake_minor: "),
    "stake with decimals": (
        lambda w: scheme(w).update(min_stake_minor=1.5),
        r"schemes\.0\.min_stake_minor: ",
    ),
    "unknown product": (lambda w: scheme(w).update(qualifying_product="lotto"), r"qualifying_product: "),
    "unknown bet type": (lambda w: scheme(w).update(bet_types=["double"]), r"schemes\.0\.bet_types\.0: "),
    "unknown policy": (lambda w: scheme(w).update(void_policy="count"), r"schemes\.0\.void_policy: "),
    "perhaps before opt-in": (
        lambda w: scheme(w).update(count_before_opt_in="maybe"),
        r"count_before_opt_in: ",
    ),
    "time without a zone": (
        lambda w: scheme(w).update(effective_from="2026-01-19T00:00:00"),
        r"schemes\.0\.effective_from: ",
    ),
    "trial in Denmark": (
        lambda w: scheme(w).update(jurisdiction="DK", trial_reward_id="fb-9", trial_per_mille=500),
        r"schemes\.0\.trial_per_mille: .*a trial is unlawful in DK",
    ),
    "no terms": (lambda w: scheme(w)["terms"].update(summary=""), r"schemes\.0\.terms\.summary: "),
    "terms' address": (lambda w: scheme(w)["terms"].update(url="javascript:x"), r"schemes\.0\.terms\.url: "),
    "scheme twice": (
        lambda w: brand(w)["schemes"].append(copy.deepcopy(scheme(w))),
        r"scheme GB/GBP/1 appears twice",
    ),
    "content twice": (
        lambda w: brand(w)["content"].append(copy.deepcopy(brand(w)["content"][0])),
        r"content of fb-5 appears twice",
    ),
    "no text": (lambda w: brand(w)["content"][0].update(texts={}), r"content\.0\.texts: "),
    "no significant terms": (lambda w: text(w).update(significant_terms=""), r"en-GB\.significant_terms: "),
    "significant terms missing": (lambda w: text(w).pop("significant_terms"), r"en-GB\.significant_terms: "),
    "terms' address missing": (lambda w: text(w).pop("terms_url"), r"en-GB\.terms_url: "),
    "picture's address": (lambda w: text(w).update(image_url="data:x"), r"en-GB\.image_url: "),
    "long title": (lambda w: text(w).update(title="x" * 201), r"en-GB\.title: "),
    "brand twice": (lambda w: w["brands"].append(copy.deepcopy(brand(w))), r"brand northbet appears twice"),
    "text in another language": (
        lambda w: brand(w)["content"][0]["texts"].update({"it-IT": text(w)}),
        r"content of fb-5 is in it-IT, which is not among en-GB",
    ),
}


@pytest.mark.parametrize(("spoil", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_each_mistake_is_refused_with_its_place_and_reason(tmp_path: Path, spoil: Spoil, said: str) -> None:
    """A single mistake in a valid file is found, and the error says where and why."""
    world = demo()
    spoil(world)
    path = written(tmp_path, world)
    with pytest.raises(WorldError, match=said) as refused:
        read_world(path)
    assert str(path) in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A file with two mistakes is refused with both."""
    world = demo()
    scheme(world).update(version=0)
    text(world).update(title="")
    with pytest.raises(WorldError) as refused:
        read_world(written(tmp_path, world))
    assert "schemes.0.version" in str(refused.value)
    assert "en-GB.title" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"brands", b"[1", b"\xff\xfe", b"brands: [{}]", b"- a\n- b"])
def test_what_is_no_world_is_refused(tmp_path: Path, content: bytes) -> None:
    """Files that are empty, broken or of another kind are refused, and the error names the file."""
    path = tmp_path / "other.yaml"
    path.write_bytes(content)
    with pytest.raises(WorldError, match=r"other\.yaml"):
        read_world(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """The error says that the file does not exist."""
    with pytest.raises(WorldError, match="No such file"):
        read_world(tmp_path / "nothing.yaml")

"""What the feed sends is read strictly, and what would harm is refused."""

from decimal import Decimal

import pytest

from providers.sports_feed.documents import read_descriptions, read_fixture, read_producers, read_schedule
from providers.sports_feed.identity import canonical, market_id, outcome_id
from providers.sports_feed.names import filled
from providers.sports_feed.protocol import Alive, BetCancel, OddsChange, Unreadable, read_message

ODDS = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<odds_change product="1" event_id="sr:match:7" timestamp="5" new_attribute="x">
  <sport_event_status status="1" match_status="6" home_score="2" away_score="0.5"><clock match_time="1:02"/>
  </sport_event_status>
  <odds betting_status="1"><market id="18" specifiers="total=2.5" favourite="1" status="-1">
    <market_metadata next_betstop="9"/><outcome id="12" odds="1.85" probabilities="0.5" active="1"/>
  </market></odds><new_element/>
</odds_change>"""


def test_members_that_are_not_known_are_ignored() -> None:
    """So that the feed can be extended."""
    message = read_message(ODDS)
    assert isinstance(message, OddsChange)
    (status,), ((market,),) = message.sport_event_status, [odds.market for odds in message.odds]
    assert (status.status, status.home_score, status.away_score) == (1, Decimal(2), Decimal("0.5"))
    assert (market.id, market.specifiers, market.status) == (18, "total=2.5", -1)
    assert market.outcome[0].odds == Decimal("1.85")


def test_messages_of_other_kinds_are_left_out() -> None:
    """Such as those about cash-out; a byte order mark is none."""
    assert read_message(b'<cashout product="1" event_id="sr:match:7" timestamp="5"/>') is None
    alive = read_message(b'\xef\xbb\xbf<alive product="1" timestamp="5" subscribed="1"/>')
    assert alive == Alive(1, 5, 1)
    cancel = read_message(
        b'<bet_cancel product="1" event_id="sr:match:7" timestamp="5" end_time="9">'
        b'<market id="1"/></bet_cancel>'
    )
    assert isinstance(cancel, BetCancel)
    assert (cancel.start_time, cancel.end_time) == (None, 9)


BOMB = b"""<!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<alive product="1" timestamp="5" subscribed="&b;"/>"""
FILE = b"""<!DOCTYPE alive SYSTEM "file:///etc/passwd"><alive product="1" timestamp="5" subscribed="1"/>"""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, "document type"),
        (FILE, "document type"),
        (b"<odds_change>" * 17, "nested more than"),
        (b'<alive product="1"', "not well-formed"),
        (b"", "not well-formed"),
        (b"\xff\xfe\x00", "not well-formed"),
        (b'<alive product="&unknown;" timestamp="5" subscribed="1"/>', "not well-formed"),
        (b'<alive product="1" timestamp="5"/>', "not of the known form"),
        (b'<alive product="one" timestamp="5" subscribed="1"/>', "not of the known form"),
        (b'<alive product="-1" timestamp="5" subscribed="1"/>', "not of the known form"),
        (b'<bet_stop product="1" event_id="x y" timestamp="5" groups="all"/>', "not of the known form"),
        (ODDS.replace(b'status="-1"', b'status="9"'), "not of the known form"),
        (ODDS.replace(b'odds="1.85"', b'odds="evens"'), "not of the known form"),
    ],
)
def test_what_is_not_of_the_specification_is_refused(body: bytes, reason: str) -> None:
    """With a sentence that says what is wrong."""
    with pytest.raises(Unreadable, match=reason):
        read_message(body)


def test_documents_of_the_api_are_read() -> None:
    """Namespaces make no difference, times without a zone are in UTC, variants have other names."""
    event = b"""<sport_event id="sr:match:7" scheduled="2026-08-10T12:00:00+02:00" status="not_started">
      <tournament name="Cup"><sport id="sr:sport:5" name="Tennis"/><category id="sr:category:3" name="ATP"/>
      </tournament><competitors><competitor name="A" qualifier="home"/><competitor name="B"/></competitors>
      </sport_event>"""
    schedule = b'<schedule xmlns="urn:x">' + event + b'<sport_event id="strange"/></schedule>'
    (fixture,) = read_schedule(schedule)
    assert (fixture.sport, fixture.category, fixture.competition) == ("sr:sport:5", "ATP", "Cup")
    assert fixture.competitors == (("A", "home"), ("B", None))
    assert fixture.starts_at is not None
    assert fixture.starts_at.isoformat() == "2026-08-10T10:00:00+00:00"
    (producer,) = read_producers(
        b'<producers><producer id="3" name="Ctrl" api_url="https://elsewhere.example/v1/pre/" active="true"/>'
        b"</producers>"
    )
    assert (producer.path, producer.active) == ("pre", True)
    described = read_descriptions(
        b'<market_descriptions><market id="1" name="1x2"/><market id="1" name="x" variant="v"/>'
        b"</market_descriptions>"
    )
    assert described[1].name == "1x2"
    with pytest.raises(Unreadable, match="answered page_not_found"):
        read_fixture(b"<page_not_found/>")


def test_the_same_specifiers_in_another_order_are_the_same_market() -> None:
    """The feed sends them in any order."""
    one, other = canonical("setnr=4|pointnr=45"), canonical("pointnr=45|setnr=4|")
    assert market_id("sr:match:7", 312, one) == market_id("sr:match:7", 312, other)


@pytest.mark.parametrize("specifiers", ["score=0:0", "variant=sr:x:1", "a=" + "9" * 100, "a=ü", "a=1 2"])
def test_ids_keep_to_the_contracts_characters(specifiers: str) -> None:
    """Others become digests, which differ where they do."""
    ids = {market_id("sr:match:50000001", 45, text) for text in (specifiers, f"{specifiers}1", "")}
    ids |= {outcome_id("sr:player:1"), outcome_id("x" * 100), outcome_id("x" * 101), outcome_id("a b")}
    assert len(ids) == 7
    assert all(len(name) <= 64 and not set(name) & set(": \t") and name.isascii() for name in ids)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{$competitor1} total {total}", "Ajax total 2.5"),
        ("{$competitor2} ({+hcp})", "Feyenoord (-1)"),
        ("{$competitor2} ({-hcp})", "Feyenoord (+1)"),
        ("{!setnr} set", "2nd set"),
        ("set {(setnr+1)}", "set 3"),
        ("{%player} of {$event}", "sr:player:9 of Final"),
        ("{unknown} {$competitor3}", "{unknown} {$competitor3}"),
    ],
)
def test_names_are_filled_in(template: str, name: str) -> None:
    """A place whose value is not known stays as it is."""
    specifiers = {"total": "2.5", "hcp": "-1", "setnr": "2", "player": "sr:player:9"}
    assert filled(template, specifiers, ["Ajax", "Feyenoord"], "Final") == name


def test_ordinals_are_english() -> None:
    """With the teens."""
    ordinals = [filled("{!n}", {"n": str(number)}, []) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    assert ordinals == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]

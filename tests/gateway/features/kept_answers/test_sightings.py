"""What was seen is known again, in memory that does not grow; hardly anything else seems known."""

from gateway.features.kept_answers.sightings import MAX_SIGHTINGS, SLOTS, Sightings

KEYS = [("plan", number) for number in range(MAX_SIGHTINGS)]


def test_a_key_is_known_from_the_second_time_on() -> None:
    """Until everything is forgotten."""
    sightings = Sightings()
    assert [sightings.again("a"), sightings.again("a"), sightings.again("b")] == [False, True, False]
    sightings.forget()
    assert not sightings.again("a")


def test_few_new_keys_seem_known() -> None:
    """One in 64 on average, before all are forgotten."""
    sightings = Sightings()
    assert sum(map(sightings.again, KEYS)) < MAX_SIGHTINGS / 32
    assert all(map(sightings.again, KEYS))


def test_after_many_keys_all_are_forgotten() -> None:
    """The memory stays as it is, and a key that is asked for often is soon known again."""
    sightings = Sightings()
    for number in range(3 * MAX_SIGHTINGS):
        sightings.again(("other", number))
        assert sightings.count <= MAX_SIGHTINGS
    assert SLOTS / MAX_SIGHTINGS == 32
    sightings.again("a")
    assert sightings.again("a")

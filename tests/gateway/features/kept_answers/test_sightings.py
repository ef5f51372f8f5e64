"""What was seen is known again, in memory that does not grow; hardly anything else seems known."""

from gateway.features.kept_answers.sightings import GENERATIONS, MAX_SIGHTINGS, SLOTS, Sightings

KEYS = [("plan", number) for number in range(MAX_SIGHTINGS)]
KEY = SLOTS - 1
"""A number is its own hash: no other key of a test has the place of this one."""


def begin_generation(sightings: Sightings) -> None:
    """Let so many new keys be seen that a generation ends."""
    before = sightings.generation
    first = before % 8 * 2 * MAX_SIGHTINGS
    for number in range(first, first + 2 * MAX_SIGHTINGS):
        if sightings.generation != before:
            break
        sightings.again(number)
    assert sightings.generation != before


def test_a_key_is_known_from_the_second_time_on() -> None:
    """Until everything is forgotten."""
    sightings = Sightings()
    assert [sightings.again("a"), sightings.again("a"), sightings.again("b")] == [False, True, False]
    sightings.forget()
    assert not sightings.again("a")


def test_few_new_keys_seem_known() -> None:
    """One in 64 on average in the first generation."""
    sightings = Sightings()
    assert sum(map(sightings.again, KEYS)) < MAX_SIGHTINGS / 32
    assert all(map(sightings.again, KEYS))


def test_a_key_is_known_in_the_generation_after_its_last_sighting() -> None:
    """So many customers who take turns are all known, and one who stays away is forgotten."""
    sightings = Sightings()
    sightings.again(KEY)
    begin_generation(sightings)
    assert sightings.again(KEY)
    begin_generation(sightings)
    assert sightings.again(KEY)
    begin_generation(sightings)
    begin_generation(sightings)
    assert not sightings.again(KEY)


def test_the_numbers_of_generations_begin_again() -> None:
    """With nothing known, since marks of the first time would mean something else."""
    sightings = Sightings(generation=GENERATIONS)
    sightings.again(KEY)
    begin_generation(sightings)
    assert sightings.generation == 1
    assert not sightings.again(KEY)

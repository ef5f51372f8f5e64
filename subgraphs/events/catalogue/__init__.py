"""All events in memory, as readers see them: found by id, listed in order, followed as they change."""

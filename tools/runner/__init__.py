"""How the tests are run: in tiers, and with a second chance for unstable ones.

Tiers:
    `tiers`: what a test needs, by its fixtures; `--fast` leaves out what needs more than this process.
    `started_programs`: a test that starts a program without saying so fails.

Order:
    `file_scheduler`: which worker runs which file: the longest first, those that share together.
    `recorded_costs`: how long files took when they were last recorded, and what they share.

After the run:
    `second_chance`: failed tests run once more, alone.
    `unstable_names`: those that had to run once more, kept across runs.
    `slow_tests`: lists the tests that take long for no reason given.
    `processor_time`: what each folder cost, and how long cores had nothing to do.
    `coverage`: which statements of the product the tests run, by package.
"""

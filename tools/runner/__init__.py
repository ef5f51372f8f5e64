"""How the tests are run: in tiers, and with a second chance for unstable ones.

Tiers:
    `tiers`: what a test needs, by its fixtures; `--fast` leaves out what needs more than this process.
    `started_programs`: a test that starts a program without saying so fails.

After the run:
    `second_chance`: failed tests run once more, alone.
    `slow_tests`: lists the tests that take long for no reason given.
    `coverage`: which statements of the product the tests run, by package.
"""

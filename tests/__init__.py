"""The tests, which mirror the product's packages; `tests.support` is what several of them share."""

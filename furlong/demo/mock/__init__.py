"""Mocked answers from the schema alone: for pages that are drawn before there is anything behind them."""

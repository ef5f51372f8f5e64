"""The table of docs/performance.md, as the command writes it."""

import pytest

from bench.performance import BEGIN, BENCHMARKS, END, PAGE, conditions, table_of, with_table


def test_each_ratio_is_a_row_with_both_rates() -> None:
    """A contender without a rate, such as a share, leaves its cells empty."""
    figures = {
        "ours": {"requests_per_second": 6043.4, "cpu_us_per_request": 160.2},
        "peer": {"requests_per_second": 292.0, "cpu_us_per_request": 3432.0},
    }
    result = {"name": "gateway", "figures": figures, "ratios": {"ours_vs_peer": 20.696, "kept_of_peak": 0.72}}
    assert list(table_of([result], "Run on a machine."))[4:] == [
        "| [gateway](#gateway) | `ours_vs_peer` | **20.7** | 6,043/s, 160 µs | 292/s, 3,432 µs |",
        "| [gateway](#gateway) | `kept_of_peak` | **0.72** | 6,043/s, 160 µs |  |",
    ]


def test_a_variant_of_ours_has_its_own_rate() -> None:
    """The name of a ratio says which two are compared."""
    figures = {
        "ours": {"requests_per_second": 6000.0},
        "ours_again": {"requests_per_second": 9000.0},
        "peer": {"requests_per_second": 300.0},
    }
    result = {"name": "betslip", "figures": figures, "ratios": {"ours_again_vs_peer": 30.0}}
    assert list(table_of([result], "Run on a machine."))[4:] == [
        "| [betslip](#betslip) | `ours_again_vs_peer` | **30** | 9,000/s | 300/s |"
    ]


def test_a_peer_that_could_not_be_measured_is_named() -> None:
    """With the reason, so that a missing row is not taken for an oversight."""
    result = {"name": "gateway", "figures": {}, "ratios": {}, "left_out": {"peer": "it needs a compiler"}}
    assert list(table_of([result], "Run on a machine."))[4:] == [
        "| [gateway](#gateway) | `ours_vs_peer` | left out | | it needs a compiler |"
    ]


def test_the_page_has_one_table_which_is_replaced() -> None:
    """What is around it stays; a page without a place for it is refused."""
    page = f"before\n{BEGIN}\nold\n\n{END}after\n"
    assert with_table(page, "new") == f"before\n{BEGIN}\nnew\n\n{END}after\n"
    with pytest.raises(ValueError, match="no place"):
        with_table("before\n", "new")


def test_the_table_says_where_it_is_from_and_what_ran_beside_it() -> None:
    """The machine has a name, and other work is told, because times then say little."""
    assert "Nothing else ran" in conditions(quick=False, peers=None, busy=0.2)
    busy = conditions(quick=True, peers="hive_gateway,apollo_gateway", busy=23.6)
    assert "beside hive_gateway, apollo_gateway alone" in busy
    assert "24 processes wanted a core" in busy


def test_each_benchmark_has_a_section() -> None:
    """The rows of the table lead to what each of them measures."""
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in BENCHMARKS if f"\n## `{name}`\n" not in page] == []

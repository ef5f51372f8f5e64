"""`/metrics` shows how well reads are batched."""

from prometheus_client import CollectorRegistry, generate_latest

from furlong.serve.metrics import ReadMetrics


def test_batches_are_counted_by_table_and_number_of_keys() -> None:
    """Sizes fall into powers of two, and the sum is the number of keys."""
    metrics, registry = ReadMetrics(), CollectorRegistry()
    registry.register(metrics)
    for keys in (1, 1, 3, 4, 128):
        metrics.batch(("account",), keys)
    metrics.batch(("progress",), 2)
    text = generate_latest(registry).decode()
    assert 'furlong_read_batch_keys_bucket{le="1",table="account"} 2.0' in text
    assert 'furlong_read_batch_keys_bucket{le="4",table="account"} 4.0' in text
    assert 'furlong_read_batch_keys_bucket{le="+Inf",table="account"} 5.0' in text
    assert 'furlong_read_batch_keys_sum{table="account"} 137.0' in text
    assert 'furlong_read_batch_keys_count{table="progress"} 1.0' in text

"""A simulated payment processor with Stripe's API, as far as the adapter uses it, and faults on demand."""

"""Where batches go: one transaction each, with positions and dead letters; relaying and replaying those."""

"""Analytics over all shards by one interface: a columnar store that is filled from Kafka and asked in SQL.

In reading order: `schema` (what is stored) with `facts.sql` and `reports.sql` (what may be asked of),
`engine` (the store behind one seam), `pseudonyms` (customers without their names), `records` (messages as
rows), `ingestion` (exactly once), `consumer` (the process that owns the store), `snapshot` (what readers get
of it), `sandbox` and `reader` (SQL of strangers under the operating system's limits), `reports`.

It is an optional part (`furlong[analytics]`): nothing else imports it until a command asks for it.
"""

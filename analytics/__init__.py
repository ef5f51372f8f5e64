"""Analytics over all shards by one interface: a columnar store that is filled from Kafka and asked in SQL.

In reading order: `record_tables` (what is stored), `schema` with `facts.sql` and `reports.sql` (what may be
asked of), `engine` (the store behind one seam), `pseudonyms` (customers without their names), `records`
(messages as rows, those of bets by `bet_columns`), `ingestion` (exactly once), `rollups` with `rollups.sql`
(what reports need, counted ahead), `consumer` (the process that owns the store), `questions` (SQL of
strangers under the operating system's limits).

It is an optional part (`furlong[analytics]`): nothing else imports it until a command asks for it.
"""

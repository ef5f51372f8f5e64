-- The facts: views over the record tables, in which each row has one meaning. The highest revision wins wherever the
-- name is a thing (`bets`); all revisions are in the view that says so (`bet_revisions`). Amounts are in minor units of
-- the `currency` beside them and never converted; instants are UTC. A view is written as comment, `name :=`, query.

-- One row: a bet at one of its revisions. Repetitions of a revision are left out.
bet_revisions :=
SELECT * EXCEPT (refused, range_first, range_last) FROM bet_records
WHERE refused = ''
ORDER BY brand, bet, revision, produced_at
LIMIT 1 BY brand, bet, customer, revision;

-- One row: a bet as it is now, at its highest revision.
bets :=
SELECT brand, bet, customer, max(revision) AS revision, argMax(status, bet_records.revision) AS status,
    argMax(bet_type, bet_records.revision) AS bet_type, argMax(product, bet_records.revision) AS product,
    argMax(channel, bet_records.revision) AS channel, argMax(stake_minor, bet_records.revision) AS stake_minor,
    argMax(counting_stake_minor, bet_records.revision) AS counting_stake_minor,
    argMax(currency, bet_records.revision) AS currency, argMax(stake_source, bet_records.revision) AS stake_source,
    argMax(tuple(odds_milli), bet_records.revision).1 AS odds_milli, argMax(legs, bet_records.revision) AS legs,
    argMax(placed_at, bet_records.revision) AS placed_at, argMax(occurred_at, bet_records.revision) AS occurred_at
FROM bet_records WHERE refused = ''
GROUP BY brand, bet, customer;

-- One row: a bet of which it is told how it stands (`bet.state.v1`), at one of its revisions: 1 when it was made, and one more with
-- each settlement, which replaces what the one before says of `returns_minor`. It has an array for each field of its legs.
bet_state_revisions :=
SELECT * EXCEPT (refused, range_first, range_last) FROM bet_state_records
WHERE refused = ''
ORDER BY brand, bet, revision, produced_at
LIMIT 1 BY brand, bet, revision;

-- One row: such a bet as it stands now, at its highest revision.
bet_states :=
SELECT * FROM bet_state_revisions
ORDER BY brand, bet, revision DESC
LIMIT 1 BY brand, bet;

-- One row: an account of a customer at its highest revision. `erased` customers keep their rows under a pseudonym that
-- nobody can compute any more.
customers :=
SELECT brand, customer, max(erased) AS erased, argMaxIf(jurisdiction, revision, NOT account_records.erased) AS jurisdiction,
    argMaxIf(currency, revision, NOT account_records.erased) AS currency,
    argMaxIf(status, revision, NOT account_records.erased) AS status,
    argMaxIf(verified, revision, NOT account_records.erased) AS verified,
    argMaxIf(rg_state, revision, NOT account_records.erased) AS rg_state,
    argMaxIf(promo_restricted, revision, NOT account_records.erased) AS promo_restricted,
    countIf(NOT account_records.erased) > 0 AS known
FROM account_records WHERE refused = ''
GROUP BY brand, customer;

-- One row: a change of a membership (`opted_in`, `opted_out`, `forced_out`) and the membership after it.
membership_changes :=
SELECT * EXCEPT (refused, range_first, range_last) FROM membership_records
WHERE refused = '' AND change != 'erased'
ORDER BY brand, customer, version, produced_at
LIMIT 1 BY brand, customer, version;

-- One row: a spell of a customer's membership. `ended_at` is null while it lasts.
membership_spells :=
SELECT brand, customer, assumeNotNull(since) AS began_at, if(ends > toDateTime64('1971-01-01 00:00:00', 6, 'UTC'), ends, NULL) AS ended_at,
    first_opted_in_at
FROM (
    SELECT brand, customer, since, opted_in, first_opted_in_at, version,
        leadInFrame(occurred_at) OVER (
            PARTITION BY brand, customer ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS ends
    FROM membership_changes
)
WHERE opted_in AND since IS NOT NULL;

-- One row: when a customer first opted in.
first_opt_ins :=
SELECT brand, customer, min(assumeNotNull(first_opted_in_at)) AS opted_in_at
FROM membership_records WHERE refused = '' AND first_opted_in_at IS NOT NULL
GROUP BY brand, customer;

-- One row: a customer who was drawn for or against the control group of a scheme (a brand's jurisdiction and currency), since
-- the club would first have been shown. The customers with the lowest `draw` (0 to 999) are the control group; how many that
-- are of a thousand is in `schemes`, since it may change from week to week.
control_draws :=
SELECT brand, customer, jurisdiction, currency, any(draw) AS draw, min(occurred_at) AS drawn_at
FROM control_records WHERE refused = '' AND control_per_mille > 0
GROUP BY brand, customer, jurisdiction, currency;

-- One row: a customer who was drawn for or against the reward of a scheme's trial, since the club was first shown with it. The
-- customers with the lowest `draw` (0 to 999) are offered `reward_id` by default; how many that are is in `schemes`.
trial_draws :=
SELECT brand, customer, jurisdiction, currency, trial_reward_id AS reward_id, any(trial_draw) AS draw,
    min(assumeNotNull(trial_drawn_at)) AS drawn_at
FROM control_records WHERE refused = '' AND trial_reward_id != ''
GROUP BY brand, customer, jurisdiction, currency, reward_id;

-- One row: the reward of a customer's week at its highest revision; `source` says whether the customer chose it.
choices :=
SELECT * EXCEPT (refused, range_first, range_last) FROM choice_records
WHERE refused = ''
ORDER BY brand, iso_week, customer, revision DESC
LIMIT 1 BY brand, iso_week, customer;

-- One row: a customer's qualification at one of its revisions.
qualification_revisions :=
SELECT * EXCEPT (refused, range_first, range_last) FROM qualification_records
WHERE refused = ''
ORDER BY brand, iso_week, customer, revision, produced_at
LIMIT 1 BY brand, iso_week, customer, revision;

-- One row: a customer's qualification of a week at its highest revision.
qualifications :=
SELECT * FROM qualification_revisions
ORDER BY brand, iso_week, customer, revision DESC
LIMIT 1 BY brand, iso_week, customer;

-- One row: a stage that the reward of a customer's week entered (`stage` is the exact one, `state` what is shown).
credit_stages :=
SELECT * EXCEPT (refused, range_first, range_last) FROM outcome_records
WHERE refused = ''
ORDER BY brand, iso_week, customer, revision, produced_at
LIMIT 1 BY brand, iso_week, customer, revision;

-- One row: the reward of a customer's week at its latest stage.
credits :=
SELECT * FROM credit_stages
ORDER BY brand, iso_week, customer, revision DESC
LIMIT 1 BY brand, iso_week, customer;

-- One row: a correction of a week's total that two people decided.
adjustments :=
SELECT * EXCEPT (refused, range_first, range_last) FROM adjustment_records
WHERE refused = ''
ORDER BY brand, adjustment, produced_at
LIMIT 1 BY brand, adjustment;

-- One row: a goodwill credit that two people decided.
goodwill :=
SELECT * EXCEPT (refused, range_first, range_last) FROM goodwill_records
WHERE refused = ''
ORDER BY brand, credit, produced_at
LIMIT 1 BY brand, credit;

-- One row: a brand with its time zone, which is the one issued first, and the territory of unknown customers.
brands :=
SELECT brand, argMin(time_zone, issued_at) AS time_zone, argMax(default_jurisdiction, occurred_at) AS default_jurisdiction,
    argMax(default_currency, scheme_records.occurred_at) AS default_currency
FROM scheme_records WHERE refused = ''
GROUP BY brand;

-- One row: a version of a scheme, which never changes.
schemes :=
SELECT * EXCEPT (refused, range_first, range_last) FROM scheme_records
WHERE refused = ''
ORDER BY brand, jurisdiction, currency, version, occurred_at DESC
LIMIT 1 BY brand, jurisdiction, currency, version;

-- One row: a week as it opened for one territory, with the version of the scheme that applies.
weeks :=
SELECT * EXCEPT (refused, range_first, range_last) FROM week_records
WHERE refused = ''
ORDER BY brand, iso_week, jurisdiction, currency, occurred_at
LIMIT 1 BY brand, iso_week, jurisdiction, currency;

-- One row: how often a process served one thing from `since` to `occurred_at`, usually a minute. `kind` says what: the
-- `content_shown` of a reward (`item`) with its version, locale and revision in an answer that lists options; a
-- `preview_asked`, with why the bet would count or not, empty for customers without a club; a `live_event` sent to a stream,
-- its `first` or a `change`. What a killed process had not written is missing. `cell` is empty without cells.
served :=
SELECT brand, kind, item, config_version, locale, revision, jurisdiction, currency, count, since, occurred_at, cell, process,
    sequence, generation, topic_partition, topic_offset, produced_at, arrived_at
FROM (
    SELECT * FROM served_records WHERE refused = ''
    ORDER BY brand, process, sequence, produced_at
    LIMIT 1 BY brand, process, sequence
)
ARRAY JOIN items AS item, config_versions AS config_version, locales AS locale, revisions AS revision,
    jurisdictions AS jurisdiction, currencies AS currency, counts AS count;

-- One row: a record that could not be understood, with the reason; it is counted nowhere.
refused_records :=
SELECT 'bets' AS facts, generation, topic_partition, topic_offset, refused AS reason, arrived_at FROM bet_records WHERE refused != ''
UNION ALL SELECT 'bet states', generation, topic_partition, topic_offset, refused, arrived_at FROM bet_state_records WHERE refused != ''
UNION ALL SELECT 'accounts', generation, topic_partition, topic_offset, refused, arrived_at FROM account_records WHERE refused != ''
UNION ALL SELECT 'memberships', generation, topic_partition, topic_offset, refused, arrived_at FROM membership_records WHERE refused != ''
UNION ALL SELECT 'control draws', generation, topic_partition, topic_offset, refused, arrived_at FROM control_records WHERE refused != ''
UNION ALL SELECT 'choices', generation, topic_partition, topic_offset, refused, arrived_at FROM choice_records WHERE refused != ''
UNION ALL SELECT 'qualifications', generation, topic_partition, topic_offset, refused, arrived_at FROM qualification_records WHERE refused != ''
UNION ALL SELECT 'credits', generation, topic_partition, topic_offset, refused, arrived_at FROM outcome_records WHERE refused != ''
UNION ALL SELECT 'adjustments', generation, topic_partition, topic_offset, refused, arrived_at FROM adjustment_records WHERE refused != ''
UNION ALL SELECT 'goodwill', generation, topic_partition, topic_offset, refused, arrived_at FROM goodwill_records WHERE refused != ''
UNION ALL SELECT 'schemes', generation, topic_partition, topic_offset, refused, arrived_at FROM scheme_records WHERE refused != ''
UNION ALL SELECT 'weeks', generation, topic_partition, topic_offset, refused, arrived_at FROM week_records WHERE refused != ''
UNION ALL SELECT 'cells', generation, topic_partition, topic_offset, refused, arrived_at FROM cell_records WHERE refused != '' AND NOT startsWith(refused, 'left out')
UNION ALL SELECT 'served', generation, topic_partition, topic_offset, refused, arrived_at FROM served_records WHERE refused != ''
UNION ALL SELECT 'offers', generation, topic_partition, topic_offset, refused, arrived_at FROM offer_records WHERE refused != '' AND NOT startsWith(refused, 'left out')
UNION ALL SELECT 'markets', generation, topic_partition, topic_offset, refused, arrived_at FROM market_records WHERE refused != '' AND NOT startsWith(refused, 'left out');

-- One row: a partition of a topic, up to when it was read, and how many records wait.
partitions :=
SELECT topic, topic_partition, max(readings.generation) AS generation, argMax(complete_until, readings.read_at) AS complete_until,
    argMax(end, readings.read_at) - argMax(position, readings.read_at) AS waiting, max(readings.read_at) AS read_at
FROM readings GROUP BY topic, topic_partition;

-- One row: a cell that nodes report, with its partitions now; none in an installation without cells. A node that was
-- silent for a day before the newest report is no longer asked.
cells :=
SELECT cell, argMax(first_partition, reports.occurred_at) AS first_partition,
    argMax(last_partition, reports.occurred_at) AS last_partition, max(occurred_at) AS reported_at
FROM (
    SELECT node, part, cell, first_partition, last_partition, occurred_at FROM cell_records
    WHERE refused = ''
    ORDER BY node, part, occurred_at DESC LIMIT 1 BY node, part
) AS reports
WHERE cell != '' AND occurred_at > (SELECT max(latest.occurred_at) FROM cell_records AS latest) - toIntervalDay(1)
GROUP BY cell;

-- One row: a cell (`*` in an installation without cells) and up to when all of its facts are here: the least of its
-- partitions, over all topics. `waiting` records were produced and not yet read.
completeness :=
WITH ranges AS (
    SELECT cell, first_partition, last_partition FROM cells
    UNION ALL SELECT '*', 0, 4294967295 WHERE (SELECT count() FROM cells) = 0
),
keyed AS (
    SELECT topic, topic_partition, complete_until, waiting,
        topic IN ({shared_topics}) AS shared
    FROM partitions
)
SELECT cell, min(complete_until) AS complete_until, sum(waiting) AS waiting, count() AS partitions
FROM ranges CROSS JOIN keyed
WHERE shared OR (topic_partition >= first_partition AND topic_partition <= last_partition)
GROUP BY cell;

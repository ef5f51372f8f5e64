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
    argMax(tuple(odds_milli), bet_records.revision).1 AS odds_milli,
    argMax(placed_at, bet_records.revision) AS placed_at, argMax(occurred_at, bet_records.revision) AS occurred_at
FROM bet_records WHERE refused = ''
GROUP BY brand, bet, customer;

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

-- One row: a week of a brand in which bets were placed, with the bounds that it opened with, or else those of its zone.
calendar :=
WITH span AS (SELECT min(placed_at) AS first_bet, max(placed_at) AS last_bet FROM bet_records WHERE refused = ''),
zoned AS (
    SELECT brand, iso_week, starts_at, ends_at
    FROM brands INNER JOIN zone_weeks ON brands.time_zone = zone_weeks.time_zone
    WHERE ends_at > (SELECT first_bet - toIntervalDay(7) FROM span) AND starts_at <= (SELECT last_bet + toIntervalDay(7) FROM span)
),
opened AS (
    SELECT brand, iso_week, min(starts_at) AS opened_starts_at, min(ends_at) AS opened_ends_at FROM weeks GROUP BY brand, iso_week
)
SELECT zoned.brand AS brand, zoned.iso_week AS iso_week,
    if(opened.iso_week = '', zoned.starts_at, opened_starts_at) AS starts_at,
    if(opened.iso_week = '', zoned.ends_at, opened_ends_at) AS ends_at
FROM zoned LEFT JOIN opened ON zoned.brand = opened.brand AND zoned.iso_week = opened.iso_week;

-- One row: the rules of a brand's week for one territory. `begun` says whether the club existed by then, `closes_at`
-- from when nothing that happens to a bet changes the week.
week_rules :=
WITH candidates AS (
    SELECT calendar.brand AS brand, calendar.iso_week AS iso_week, any(calendar.starts_at) AS week_starts_at,
        any(calendar.ends_at) AS week_ends_at, jurisdiction, currency,
        maxIf(version, effective_from <= calendar.starts_at AND issued_at <= calendar.starts_at) AS holding,
        min(version) AS oldest, argMin(effective_from, version) AS oldest_from, groupArray(version) AS versions
    FROM calendar INNER JOIN schemes ON calendar.brand = schemes.brand
    GROUP BY brand, iso_week, jurisdiction, currency
)
SELECT chosen.brand AS brand, chosen.iso_week AS iso_week, chosen.jurisdiction AS jurisdiction, chosen.currency AS currency,
    week_starts_at AS starts_at, week_ends_at AS ends_at, schemes.version AS version, begun,
    week_ends_at + toIntervalMinute(schemes.grace_minutes) AS closes_at, qualifying_product, target_minor, min_stake_minor,
    min_odds_milli, bet_types, channels, count_before_opt_in
FROM (
    SELECT candidates.*, weeks.scheme_version AS opened_with,
        multiIf(has(versions, opened_with), opened_with, holding > 0, holding, oldest) AS chosen_version,
        opened_with > 0 OR holding > 0 OR oldest_from < week_ends_at AS begun
    FROM candidates LEFT JOIN weeks ON candidates.brand = weeks.brand AND candidates.iso_week = weeks.iso_week
        AND candidates.jurisdiction = weeks.jurisdiction AND candidates.currency = weeks.currency
) AS chosen
INNER JOIN schemes ON chosen.brand = schemes.brand AND chosen.jurisdiction = schemes.jurisdiction
    AND chosen.currency = schemes.currency AND chosen.chosen_version = schemes.version;

-- One row: a bet and what it contributes to its week: `counted_minor`, and the `reason`, which is that of the revision in
-- force. It follows from the facts alone, by the rules of the tracker: decisions of people about late or disputed bets are
-- not in it.
contributions :=
WITH verdicts AS (
    SELECT bet_records.brand AS brand, bet_records.customer AS customer, bet, revision, calendar.iso_week AS iso_week,
        if(customers.known, customers.jurisdiction, brands.default_jurisdiction) AS jurisdiction,
        bet_records.currency AS currency, product, bet_type, stake_minor, counting_stake_minor, placed_at, ifNull(produced_at, arrived_at) AS came_at,
        week_rules.version = 0 OR bet_records.occurred_at < week_rules.closes_at AS in_time,
        multiIf(
            NOT in_time, 'LATE',
            bet_records.status = 'void', 'VOID',
            bet_records.status = 'cashed_out', 'CASHED_OUT',
            week_rules.version = 0 OR bet_records.currency != territory_currency, 'WRONG_CURRENCY',
            NOT begun, 'OUTSIDE_WEEK',
            NOT count_before_opt_in AND (first_opt_ins.customer = 0 OR placed_at < opted_in_at), 'BEFORE_OPT_IN',
            product != qualifying_product, 'EXCLUDED_PRODUCT',
            channel != '' AND notEmpty(channels) AND NOT has(channels, channel), 'EXCLUDED_PRODUCT',
            bet_type != '' AND NOT has(bet_types, bet_type), 'EXCLUDED_BET_TYPE',
            stake_source = 'free_bet', 'FREE_BET_STAKE',
            stake_minor < min_stake_minor, 'BELOW_MIN_STAKE',
            product = 'betting' AND odds_milli IS NULL, 'PRICE_PENDING',
            product = 'betting' AND odds_milli < min_odds_milli, 'BELOW_MIN_ODDS',
            bet_records.status = 'partially_void', 'PARTIAL_VOID',
            'COUNTED'
        ) AS reason,
        if(customers.known, customers.currency, brands.default_currency) AS territory_currency
    FROM bet_records
    ASOF INNER JOIN calendar ON bet_records.brand = calendar.brand AND bet_records.placed_at >= calendar.starts_at
    INNER JOIN brands ON bet_records.brand = brands.brand
    LEFT JOIN customers ON bet_records.brand = customers.brand AND bet_records.customer = customers.customer
    LEFT JOIN first_opt_ins ON bet_records.brand = first_opt_ins.brand AND bet_records.customer = first_opt_ins.customer
    LEFT JOIN week_rules ON bet_records.brand = week_rules.brand AND calendar.iso_week = week_rules.iso_week
        AND if(customers.known, customers.jurisdiction, brands.default_jurisdiction) = week_rules.jurisdiction
        AND if(customers.known, customers.currency, brands.default_currency) = week_rules.currency
    WHERE refused = ''
),
claims AS (
    SELECT brand, bet, customer, min(came_at) AS claimed_at,
        argMax(
            tuple(iso_week, jurisdiction, currency, product, bet_type, stake_minor, counting_stake_minor, placed_at, reason),
            tuple(in_time, revision)
        ) AS decided
    FROM verdicts
    GROUP BY brand, bet, customer
)
SELECT brand, bet, argMin(customer, claimed_at) AS customer, argMin(decided, claimed_at) AS chosen, chosen.1 AS iso_week,
    chosen.2 AS jurisdiction, chosen.3 AS currency, chosen.4 AS product, chosen.5 AS bet_type, chosen.6 AS stake_minor,
    chosen.8 AS placed_at, if(chosen.9 IN ('COUNTED', 'PARTIAL_VOID'), chosen.7, 0) AS counted_minor,
    if(count() > 1, 'DISPUTED', chosen.9) AS reason
FROM claims
GROUP BY brand, bet;

-- One row: a record that could not be understood, with the reason; it is counted nowhere.
refused_records :=
SELECT 'bets' AS facts, generation, topic_partition, topic_offset, refused AS reason, arrived_at FROM bet_records WHERE refused != ''
UNION ALL SELECT 'accounts', generation, topic_partition, topic_offset, refused, arrived_at FROM account_records WHERE refused != ''
UNION ALL SELECT 'memberships', generation, topic_partition, topic_offset, refused, arrived_at FROM membership_records WHERE refused != ''
UNION ALL SELECT 'choices', generation, topic_partition, topic_offset, refused, arrived_at FROM choice_records WHERE refused != ''
UNION ALL SELECT 'qualifications', generation, topic_partition, topic_offset, refused, arrived_at FROM qualification_records WHERE refused != ''
UNION ALL SELECT 'credits', generation, topic_partition, topic_offset, refused, arrived_at FROM outcome_records WHERE refused != ''
UNION ALL SELECT 'adjustments', generation, topic_partition, topic_offset, refused, arrived_at FROM adjustment_records WHERE refused != ''
UNION ALL SELECT 'goodwill', generation, topic_partition, topic_offset, refused, arrived_at FROM goodwill_records WHERE refused != ''
UNION ALL SELECT 'schemes', generation, topic_partition, topic_offset, refused, arrived_at FROM scheme_records WHERE refused != ''
UNION ALL SELECT 'weeks', generation, topic_partition, topic_offset, refused, arrived_at FROM week_records WHERE refused != ''
UNION ALL SELECT 'cells', generation, topic_partition, topic_offset, refused, arrived_at FROM cell_records WHERE refused != '' AND NOT startsWith(refused, 'left out');

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
        topic IN ('club.scheme.v1', 'club.week.v1', 'club.cells.v1') AS shared
    FROM partitions
)
SELECT cell, min(complete_until) AS complete_until, sum(waiting) AS waiting, count() AS partitions
FROM ranges CROSS JOIN keyed
WHERE shared OR (topic_partition >= first_partition AND topic_partition <= last_partition)
GROUP BY cell;

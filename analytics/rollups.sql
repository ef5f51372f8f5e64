-- What is counted ahead, week by week: tables that are filled for one brand and week at a time, and can be thrown away,
-- because all of it follows from the records. `{brand}` and `{week}` stand for the week that is counted, `{starts}` and
-- `{ends}` for its bounds, `{records}` for the condition that selects its bets' records. A table is written as comment,
-- `name (columns that rows are sorted by) :=`, query; tables are counted in this order. What
-- is not about one week is computed anew each time.

-- One row: a week of a brand with facts, with the bounds that it opened with, or else those of its zone.
calendar (brand, starts_at) :=
WITH span AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM (SELECT brand, toDate(placed_at) AS day, count() FROM bet_records WHERE brand != '' GROUP BY brand, toDate(placed_at))
),
named AS (
    SELECT DISTINCT brand, iso_week FROM qualification_records
    UNION DISTINCT SELECT DISTINCT brand, iso_week FROM outcome_records
    UNION DISTINCT SELECT DISTINCT brand, iso_week FROM goodwill_records
),
zoned AS (
    SELECT brand, iso_week, starts_at, ends_at
    FROM brands INNER JOIN zone_weeks ON brands.time_zone = zone_weeks.time_zone
    WHERE (ends_at > (SELECT toDateTime(first_day) - toIntervalDay(7) FROM span)
            AND starts_at <= (SELECT toDateTime(last_day) + toIntervalDay(8) FROM span))
        OR (brand, iso_week) IN (SELECT brand, iso_week FROM named)
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
week_rules (brand, iso_week) :=
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
    min_odds_milli, bet_types, channels, count_before_opt_in, default_reward_id, control_per_mille, trial_reward_id,
    trial_per_mille, counts_some_events, counted_sports, counted_competitions, counted_events, counted_legs
FROM (
    SELECT candidates.*, weeks.scheme_version AS opened_with,
        multiIf(has(versions, opened_with), opened_with, holding > 0, holding, oldest) AS chosen_version,
        opened_with > 0 OR holding > 0 OR oldest_from < week_ends_at AS begun
    FROM candidates LEFT JOIN weeks ON candidates.brand = weeks.brand AND candidates.iso_week = weeks.iso_week
        AND candidates.jurisdiction = weeks.jurisdiction AND candidates.currency = weeks.currency
) AS chosen
INNER JOIN schemes ON chosen.brand = schemes.brand AND chosen.jurisdiction = schemes.jurisdiction
    AND chosen.currency = schemes.currency AND chosen.chosen_version = schemes.version;

-- One row: a market that bets of the week are on, if a scheme of the brand counts some sports events only, and the bets do not
-- say themselves what their events are called.
leg_markets (market) :=
SELECT DISTINCT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, splitByChar('-', leg.selection)[1] AS market
FROM (
    SELECT arrayJoin(JSONExtract(legs, 'Array(Tuple(selection String, odds Nullable(Int64), sport Nullable(String), competition Nullable(String), event Nullable(String)))')) AS leg
    FROM (
        SELECT DISTINCT legs FROM bet_records
        WHERE {records} AND legs != '' AND (SELECT max(counts_some_events) FROM schemes WHERE schemes.brand = {brand})
    )
)
WHERE leg.sport IS NULL AND leg.competition IS NULL AND leg.event IS NULL;

-- One row: a bet and what it contributes to its week: `counted_minor`, and the `reason`, which is that of the revision in
-- force. It follows from the facts alone, by the rules of the tracker: decisions of people about late or disputed bets are
-- not in it. Where some sports events count only, it depends on what is known of these now, whenever that came.
contributions (customer, bet) :=
WITH (parts, least) -> arrayFold(
    (made, odds) -> if(made.1 >= made.2, made, (intDiv(made.1 * odds, made.3), intDiv(made.2 * 1000, made.3), if(
        made.2 > bitShiftLeft(toInt256(1), 180), bitShiftLeft(toInt256(1), 60), toInt256(1)
    ))),
    arrayMap(part -> ifNull(part.1, 1000), parts), (toInt256(1000), toInt256(least), toInt256(1))
) AS made,
(parts, least) -> made(parts, least).1 >= made(parts, least).2 AS reach,
resolved AS (
    SELECT legs, groupArray((odds, known, sports, competitions, events)) AS parts
    FROM (
        SELECT legs, leg.odds AS odds, told OR names.known AS known,
            if(told, arrayFilter(name -> name != '', [ifNull(leg.sport, '')]), names.sports) AS sports,
            if(told, arrayFilter(name -> name != '', [ifNull(leg.competition, '')]), names.competitions) AS competitions,
            if(told, arrayFilter(name -> name != '', [ifNull(leg.event, '')]), names.events) AS events
        FROM (
            SELECT legs, leg, leg.sport IS NOT NULL OR leg.competition IS NOT NULL OR leg.event IS NOT NULL AS told,
                splitByChar('-', leg.selection)[1] AS market
            FROM (
                SELECT legs, arrayJoin(JSONExtract(legs, 'Array(Tuple(selection String, odds Nullable(Int64), sport Nullable(String), competition Nullable(String), event Nullable(String)))')) AS leg
                FROM (
                    SELECT DISTINCT legs FROM bet_records
                    WHERE {records} AND legs != '' AND (SELECT max(counts_some_events) FROM schemes WHERE schemes.brand = {brand})
                )
            )
        ) AS apart
        LEFT JOIN (
            SELECT * FROM known_markets FINAL
            WHERE market IN (SELECT market FROM leg_markets WHERE leg_markets.brand = {brand} AND leg_markets.iso_week = {week})
        ) AS names ON apart.market = names.market
    )
    GROUP BY legs
),
verdicts AS (
    SELECT bet_records.customer AS customer, bet, revision, calendar.iso_week AS iso_week,
        if(known.known, known.jurisdiction, (SELECT default_jurisdiction FROM brands WHERE brands.brand = {brand})) AS jurisdiction,
        if(known.known, known.currency, (SELECT default_currency FROM brands WHERE brands.brand = {brand})) AS territory_currency,
        bet_records.currency AS currency, product, bet_type, stake_minor, counting_stake_minor, placed_at,
        rules.version = 0 OR bet_records.occurred_at < rules.closes_at AS in_time,
        arrayFilter(part -> part.2 AND (
            hasAny(part.3, counted_sports) OR hasAny(part.4, counted_competitions) OR hasAny(part.5, counted_events)
        ), parts) AS qualifying,
        arrayFilter(part -> NOT part.2, parts) AS pending,
        multiIf(
            NOT counts_some_events, '',
            counted_legs = 'all' AND (empty(parts) OR length(qualifying) + length(pending) < length(parts)), 'EXCLUDED_EVENT',
            notEmpty(qualifying) AND (counted_legs = 'qualifying' OR empty(pending)), '',
            notEmpty(pending), 'EVENT_PENDING',
            'EXCLUDED_EVENT'
        ) AS lacks,
        counts_some_events AND counted_legs = 'qualifying' AS by_legs,
        arrayConcat(qualifying, pending) AS possible,
        multiIf(
            NOT in_time, 'LATE',
            status = 'void', 'VOID',
            status = 'cashed_out', 'CASHED_OUT',
            rules.version = 0 OR bet_records.currency != territory_currency, 'WRONG_CURRENCY',
            NOT begun, 'OUTSIDE_WEEK',
            NOT count_before_opt_in AND (toUnixTimestamp64Micro(opted_in_at) = 0 OR placed_at < opted_in_at), 'BEFORE_OPT_IN',
            product != qualifying_product, 'EXCLUDED_PRODUCT',
            channel != '' AND notEmpty(channels) AND NOT has(channels, channel), 'EXCLUDED_PRODUCT',
            bet_type != '' AND NOT has(bet_types, bet_type), 'EXCLUDED_BET_TYPE',
            stake_source = 'free_bet', 'FREE_BET_STAKE',
            lacks != '', lacks,
            stake_minor < min_stake_minor, 'BELOW_MIN_STAKE',
            by_legs AND product = 'betting' AND NOT reach(qualifying, min_odds_milli), multiIf(
                NOT reach(possible, min_odds_milli) AND NOT arrayExists(part -> part.1 IS NULL, possible), 'BELOW_MIN_ODDS',
                notEmpty(pending), 'EVENT_PENDING',
                'PRICE_PENDING'
            ),
            NOT by_legs AND product = 'betting' AND odds_milli IS NULL, 'PRICE_PENDING',
            NOT by_legs AND product = 'betting' AND odds_milli < min_odds_milli, 'BELOW_MIN_ODDS',
            status = 'partially_void', 'PARTIAL_VOID',
            'COUNTED'
        ) AS reason
    FROM bet_records
    ASOF INNER JOIN (SELECT * FROM calendar WHERE brand = {brand}) AS calendar
        ON bet_records.brand = calendar.brand AND bet_records.placed_at >= calendar.starts_at
    LEFT JOIN (SELECT * EXCEPT (brand) FROM known_customers FINAL WHERE known_customers.brand = {brand}) AS known ON bet_records.customer = known.customer
    LEFT JOIN (SELECT * EXCEPT (brand) FROM week_rules WHERE brand = {brand}) AS rules ON calendar.iso_week = rules.iso_week
        AND if(known.known, known.jurisdiction, (SELECT default_jurisdiction FROM brands WHERE brands.brand = {brand})) = rules.jurisdiction
        AND if(known.known, known.currency, (SELECT default_currency FROM brands WHERE brands.brand = {brand})) = rules.currency
    LEFT JOIN resolved ON bet_records.legs = resolved.legs
    WHERE {records}
),
disputes AS (
    SELECT bet, argMin(customer, (came_at, customer)) AS claimant
    FROM (
        SELECT bet, customer, min(ifNull(produced_at, arrived_at)) AS came_at FROM bet_records
        WHERE {records} AND bet IN (
            SELECT bet FROM bet_records WHERE {records} GROUP BY bet HAVING min(customer) != max(customer)
        )
        GROUP BY bet, customer
    )
    GROUP BY bet
)
SELECT toLowCardinality({brand}) AS brand, decisive.bet AS bet, customer, iso_week, toLowCardinality(jurisdiction) AS jurisdiction,
    currency, product, bet_type, stake_minor, placed_at,
    if(decisive.reason IN ('COUNTED', 'PARTIAL_VOID'), counting_stake_minor, 0) AS counted_minor,
    toLowCardinality(if(disputes.claimant != 0, 'DISPUTED', decisive.reason)) AS reason
FROM (
    SELECT * FROM verdicts ORDER BY bet, customer, in_time DESC, revision DESC LIMIT 1 BY bet, customer
) AS decisive
LEFT JOIN disputes ON decisive.bet = disputes.bet
WHERE iso_week = {week} AND (disputes.claimant = 0 OR disputes.claimant = customer);

-- One row: the bets of a customer's week that have one reason: how many, what was staked, and what counted.
week_tallies (customer) :=
SELECT brand, iso_week, customer, jurisdiction, currency, reason, count() AS bets, sum(contributions.stake_minor) AS stake_minor,
    sum(contributions.counted_minor) AS counted_minor, groupArrayIf(bet, contributions.reason = 'DISPUTED') AS disputed
FROM contributions WHERE brand = {brand} AND iso_week = {week}
GROUP BY brand, iso_week, customer, jurisdiction, currency, reason;

-- Of the week's bets, how many customers have which reason.
rollup_reasons (jurisdiction) :=
SELECT brand, iso_week, jurisdiction, currency, reason, sum(week_tallies.bets) AS bets, count() AS customers,
    sum(week_tallies.stake_minor) AS stake_minor, sum(week_tallies.counted_minor) AS counted_minor
FROM week_tallies WHERE brand = {brand} AND iso_week = {week}
GROUP BY brand, iso_week, jurisdiction, currency, reason;

-- The bets of the week that several customers claim.
rollup_disputes (bet) :=
SELECT brand, iso_week, arrayJoin(disputed) AS bet FROM week_tallies
WHERE brand = {brand} AND iso_week = {week} AND notEmpty(disputed);

-- The customers of the week who staked more than 99 of 100.
rollup_high_stakes (customer) :=
WITH spending AS (
    SELECT brand, iso_week, customer, sum(stake_minor) AS stake FROM week_tallies
    WHERE brand = {brand} AND iso_week = {week} GROUP BY brand, iso_week, customer
)
SELECT * FROM spending WHERE stake >= (SELECT quantileExact(0.99)(stake) FROM spending);

-- Of those who first opted in during a week (`cohort`), how many had a bet that counted in this one.
rollup_retention (cohort) :=
SELECT active.brand AS brand, active.iso_week AS iso_week, calendar.iso_week AS cohort, count() AS active
FROM (
    SELECT brand, iso_week, customer, opted_in_at
    FROM (
        SELECT DISTINCT brand, iso_week, customer FROM week_tallies
        WHERE brand = {brand} AND iso_week = {week} AND counted_minor > 0
    ) AS counting
    INNER JOIN (
        SELECT customer, opted_in_at FROM known_customers FINAL
        WHERE brand = {brand} AND toUnixTimestamp64Micro(opted_in_at) > 0 AND opted_in_at < {ends}
    ) AS joined ON counting.customer = joined.customer
) AS active
ASOF INNER JOIN (SELECT * FROM calendar WHERE brand = {brand}) AS calendar
    ON active.brand = calendar.brand AND active.opted_in_at >= calendar.starts_at
GROUP BY brand, iso_week, cohort;

-- How many customers of the week took each step of the funnel.
rollup_funnel (jurisdiction) :=
WITH bettors AS (
    SELECT customer, any(jurisdiction) AS jurisdiction, sum(counted_minor) AS counted FROM week_tallies
    WHERE brand = {brand} AND iso_week = {week} GROUP BY customer
),
members AS (
    SELECT DISTINCT customer FROM membership_spells
    WHERE brand = {brand} AND began_at < {ends} AND (ended_at IS NULL OR ended_at > {starts})
),
held AS (SELECT * FROM qualifications WHERE brand = {brand} AND iso_week = {week} AND status IN ('provisional', 'confirmed')),
chosen AS (SELECT * FROM choices WHERE brand = {brand} AND iso_week = {week}),
paid AS (SELECT * FROM credits WHERE brand = {brand} AND iso_week = {week})
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, jurisdiction, count() AS bettors,
    countIf(members.customer != 0) AS members, countIf(members.customer != 0 AND counted > 0) AS counting,
    countIf(members.customer != 0 AND counted > 0 AND held.customer != 0) AS qualified,
    countIf(members.customer != 0 AND counted > 0 AND held.customer != 0 AND chosen.source = 'chosen') AS chose,
    countIf(members.customer != 0 AND counted > 0 AND held.customer != 0 AND paid.credited_at IS NOT NULL) AS credited,
    countIf(members.customer != 0 AND counted > 0 AND held.customer != 0 AND paid.state = 'USED') AS used
FROM bettors
LEFT JOIN members ON bettors.customer = members.customer
LEFT JOIN held ON bettors.customer = held.customer
LEFT JOIN chosen ON bettors.customer = chosen.customer
LEFT JOIN paid ON bettors.customer = paid.customer
GROUP BY jurisdiction;

-- What the club owes for the week, by stage.
rollup_liability (currency) :=
WITH priced AS (
    SELECT held.status AS qualification,
        if(paid.reward_id != '', paid.currency, if(chosen.reward_id != '', chosen.currency, held.currency)) AS paid_in,
        ifNull(if(paid.reward_id != '', paid.value_minor, chosen.value_minor), 0) AS value, paid.state AS state
    FROM (SELECT * FROM qualifications WHERE brand = {brand} AND iso_week = {week} AND status != 'revoked') AS held
    LEFT JOIN (SELECT * FROM choices WHERE brand = {brand} AND iso_week = {week}) AS chosen ON held.customer = chosen.customer
    LEFT JOIN (SELECT * FROM credits WHERE brand = {brand} AND iso_week = {week}) AS paid ON held.customer = paid.customer
)
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, paid_in AS currency, count() AS customers,
    sumIf(value, qualification = 'provisional' AND state = '') AS provisional,
    sumIf(value, state IN ('CONFIRMED', 'FULFILLING') OR (qualification = 'confirmed' AND state = '')) AS owed,
    sumIf(value, state = 'CREDITED') AS credited, sumIf(value, state = 'USED') AS used, sumIf(value, state = 'EXPIRED') AS expired
FROM priced GROUP BY currency;

-- What customers of the week's control groups and the others turned over, and those of the two sides of its trials: their
-- number, how many were active, mean and variance of the cash stakes of a customer, zeros included, and what was credited to
-- them. `against` is what the reward is compared with: `control group`, or in a trial the default reward, whose side is then
-- the control. Compared are customers whose side was the same in all weeks since their scheme has had a control group, or the
-- trial of that reward, without a break; against a control group only those who had not joined before that.
rollup_uplift (jurisdiction) :=
WITH shares AS (
    SELECT jurisdiction, currency, starts_at, '' AS trial, default_reward_id AS reward_id, 'control group' AS against,
        control_per_mille AS share
    FROM week_rules WHERE brand = {brand} AND starts_at <= {starts}
    UNION ALL
    SELECT rules.jurisdiction, rules.currency, rules.starts_at, tried.trial_reward_id, tried.trial_reward_id, tried.default_reward_id,
        if(rules.trial_reward_id = tried.trial_reward_id, rules.trial_per_mille, 0)
    FROM (SELECT * FROM week_rules WHERE brand = {brand} AND starts_at <= {starts}) AS rules
    INNER JOIN (SELECT * FROM week_rules WHERE brand = {brand} AND iso_week = {week} AND trial_per_mille > 0) AS tried
        ON rules.jurisdiction = tried.jurisdiction AND rules.currency = tried.currency
),
idle AS (
    SELECT jurisdiction, currency, trial, maxIf(starts_at, share = 0) AS until FROM shares GROUP BY jurisdiction, currency, trial
),
groups AS (
    SELECT shares.jurisdiction AS jurisdiction, shares.currency AS currency, shares.trial AS trial, min(share) AS low,
        max(share) AS high, min(starts_at) AS begun_at, argMax(shares.reward_id, starts_at) AS reward_id, any(shares.against) AS against
    FROM shares
    INNER JOIN idle ON shares.jurisdiction = idle.jurisdiction AND shares.currency = idle.currency AND shares.trial = idle.trial
    WHERE share > 0 AND starts_at > idle.until
    GROUP BY jurisdiction, currency, trial
),
drawn AS (
    SELECT customer, jurisdiction, currency, '' AS trial, draw FROM control_draws WHERE brand = {brand} AND drawn_at < {ends}
    UNION ALL
    SELECT customer, jurisdiction, currency, reward_id, draw FROM trial_draws WHERE brand = {brand} AND drawn_at < {ends}
),
people AS (
    SELECT drawn.customer AS customer, groups.jurisdiction AS jurisdiction, groups.currency AS currency, reward_id, against,
        if(groups.trial = '', draw < low, draw >= high) AS is_control,
        if(groups.trial = '', low, 1000 - high) / (low + 1000 - high) AS control_part
    FROM drawn
    INNER JOIN groups ON drawn.jurisdiction = groups.jurisdiction AND drawn.currency = groups.currency AND drawn.trial = groups.trial
    LEFT JOIN (SELECT customer, opted_in_at FROM first_opt_ins WHERE brand = {brand}) AS joined ON drawn.customer = joined.customer
    WHERE (draw < low OR draw >= high) AND (groups.trial != '' OR joined.customer = 0 OR opted_in_at >= begun_at)
),
spent AS (
    SELECT customer, currency, sum(week_tallies.stake_minor) AS stake FROM week_tallies
    WHERE brand = {brand} AND iso_week = {week} AND reason NOT IN ('VOID', 'FREE_BET_STAKE')
    GROUP BY customer, currency
),
paid AS (
    SELECT customer, currency, sum(ifNull(value_minor, 0)) AS value FROM credits
    WHERE brand = {brand} AND iso_week = {week} AND state IN ('CREDITED', 'USED')
    GROUP BY customer, currency
)
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, jurisdiction, currency, reward_id,
    against, is_control, any(control_part) AS control_part, count() AS customers, countIf(stake > 0) AS active,
    toFloat64(sum(stake)) / customers AS mean_minor,
    -- In whole numbers up to the division: a sum of floating-point numbers depends on their order.
    if(customers > 1,
        toFloat64(sum(toInt256(stake) * stake) * customers - toInt256(sum(stake)) * sum(stake)) / customers / (customers - 1), 0) AS variance,
    sum(value) AS credited_minor
FROM (
    SELECT people.jurisdiction AS jurisdiction, people.currency AS currency, people.reward_id AS reward_id,
        people.against AS against, people.is_control AS is_control, people.control_part AS control_part, spent.stake AS stake,
        paid.value AS value
    FROM people
    LEFT JOIN spent ON people.customer = spent.customer AND people.currency = spent.currency
    LEFT JOIN paid ON people.customer = paid.customer AND people.currency = paid.currency
)
GROUP BY jurisdiction, currency, reward_id, against, is_control;

-- In which minute of the week how many customers first reached the target.
rollup_reached (minute) :=
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week,
    intDiv(dateDiff('second', {starts}, reached_at), 60) AS minute, count() AS customers
FROM (
    SELECT customer, min(occurred_at) AS reached_at FROM qualification_revisions
    WHERE brand = {brand} AND iso_week = {week} AND status = 'provisional' GROUP BY customer
)
GROUP BY minute;

-- What each reward of the week cost.
rollup_cost (reward_id) :=
SELECT brand, iso_week, reward_id, kind, currency, countIf(credited_at IS NOT NULL) AS credited, countIf(state = 'USED') AS used,
    countIf(state = 'EXPIRED') AS expired, sumIf(ifNull(value_minor, 0), state IN ('CREDITED', 'USED')) AS cost_minor
FROM credits WHERE brand = {brand} AND iso_week = {week} AND reward_id != ''
GROUP BY brand, iso_week, reward_id, kind, currency
HAVING credited > 0
UNION ALL
SELECT brand, iso_week, reward_id, toLowCardinality('goodwill'), currency, count(), 0, 0, sum(ifNull(value_minor, 0))
FROM goodwill WHERE brand = {brand} AND iso_week = {week} GROUP BY brand, iso_week, reward_id, currency;

-- What the rewards of the week cost on each day (UTC), and on what they can be used: a reward costs its value from when it is
-- credited, and nothing any more from when it is no longer credited or used, such as when it has expired.
rollup_cost_days (day) :=
WITH spent AS (
    SELECT kind, currency, toDate(occurred_at) AS day, if(state IN ('CREDITED', 'USED'), ifNull(value_minor, 0), 0) AS cost,
        lagInFrame(cost, 1, 0) OVER (PARTITION BY customer ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
    FROM credit_stages WHERE brand = {brand} AND iso_week = {week}
)
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, day, currency,
    multiIf(kind IN ('free_bet', 'bet_boost'), 'betting', kind IN ('free_spins', 'casino_bonus'), 'casino', '') AS product,
    sum(more) AS cost_minor
FROM (
    SELECT kind, currency, day, cost - before AS more FROM spent
    UNION ALL
    SELECT kind, currency, toDate(occurred_at), ifNull(value_minor, 0) FROM goodwill WHERE brand = {brand} AND iso_week = {week}
)
WHERE more != 0
GROUP BY day, currency, product;

-- How many milliseconds bets of the week took to the stream and to the tracker, by the day on which they arrived there;
-- more than a second is rounded to a tenth, and more than a hundred to ten.
rollup_latency (day) :=
SELECT toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, day, toLowCardinality(stage) AS stage,
    multiIf(took < 1000, took, took < 100000, intDiv(took, 100) * 100, intDiv(took, 10000) * 10000) AS milliseconds, count() AS measured
FROM (
    SELECT toDate(assumeNotNull(produced_at)) AS day, 'bet to stream' AS stage,
        dateDiff('millisecond', occurred_at, assumeNotNull(produced_at)) AS took
    FROM bet_records
    WHERE brand = {brand} AND toDate(placed_at) BETWEEN toDate({starts}) AND toDate({ends})
        AND placed_at >= {starts} AND placed_at < {ends} AND refused = '' AND produced_at IS NOT NULL
    UNION ALL
    SELECT toDate(published_at), 'bet to tracker', dateDiff('millisecond', max(produced_at), published_at)
    FROM (
        SELECT customer, assumeNotNull(produced_at) AS produced_at FROM bet_records
        WHERE brand = {brand} AND toDate(placed_at) BETWEEN toDate({starts}) AND toDate({ends})
            AND placed_at >= {starts} AND placed_at < {ends} AND refused = '' AND produced_at IS NOT NULL
    ) AS placed
    INNER JOIN (
        SELECT customer, min(assumeNotNull(produced_at)) AS published_at FROM qualification_revisions
        WHERE brand = {brand} AND iso_week = {week} AND status = 'provisional' AND produced_at IS NOT NULL GROUP BY customer
    ) AS reached ON placed.customer = reached.customer
    WHERE placed.produced_at <= published_at
    GROUP BY placed.customer, published_at
)
GROUP BY day, stage, milliseconds;

-- How the providers paid the week's rewards.
rollup_providers (provider) :=
SELECT provider, toLowCardinality({brand}) AS brand, toLowCardinality({week}) AS iso_week, countIf(was_sent) AS sent,
    countIf(is_credited) AS credited, countIf(ever_in_review) AS reviewed, countIf(latest = 'REVIEW') AS in_review,
    round(100 * credited / nullIf(sent, 0), 1) AS percent_credited,
    toInt64(round(quantileExactIf(0.5)(seconds, is_credited AND was_sent))) AS p50_seconds,
    toInt64(round(quantileExactIf(0.95)(seconds, is_credited AND was_sent))) AS p95_seconds
FROM (
    SELECT argMaxIf(provider, revision, provider != '') AS provider, countIf(sent_at IS NOT NULL) > 0 AS was_sent,
        countIf(credited_at IS NOT NULL) > 0 AS is_credited, countIf(stage = 'REVIEW') > 0 AS ever_in_review,
        argMax(stage, revision) AS latest, ifNull(dateDiff('second', min(sent_at), min(credited_at)), 0) AS seconds
    FROM credit_stages WHERE brand = {brand} AND iso_week = {week} GROUP BY customer
)
WHERE provider != ''
GROUP BY provider;

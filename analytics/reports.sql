-- The questions ready-made: each report is a view over the facts. Columns `brand` and `iso_week`, where a report has
-- them, can be restricted by --brand and --week.

-- One row: what was staked on bets of a day (UTC) in one jurisdiction and currency, and what of it counted; void bets are left
-- out. `reported_…` is the same in the reporting currency, at the rate of the day or the last one before; null without any.
turnover_by_day :=
SELECT staked.brand AS brand, staked.day AS day, jurisdiction, staked.currency AS currency, bets, stake_minor, counted_minor,
    reporting_currency, toInt64(round(stake_minor * nullIf(factor, 0))) AS reported_stake_minor,
    toInt64(round(counted_minor * nullIf(factor, 0))) AS reported_counted_minor
FROM (
    SELECT brand, toDate(placed_at) AS day, jurisdiction, currency, count() AS bets, sum(contributions.stake_minor) AS stake_minor,
        sum(contributions.counted_minor) AS counted_minor
    FROM contributions WHERE reason != 'VOID'
    GROUP BY brand, day, jurisdiction, currency
) AS staked
ASOF LEFT JOIN exchange_rates ON staked.currency = exchange_rates.currency AND staked.day >= exchange_rates.day;

-- One row: what bets on one sports event came to on a day (UTC), by product and currency; multiples, and what is no betting, are of
-- the event `''`. `turnover_minor` is the customers' own stakes on bets that were placed on that day. Of bets that were settled on
-- it, `settled_minor` is the part of these stakes that is not void, `void_minor` the rest, and `returns_minor` what was
-- paid, with stakes that came back: `gross_minor` is what is left. Free bets are apart: their stakes are not returned, so
-- `free_gross_minor`, settled stakes less returns, is what they would have left if customers had paid for them. A correction
-- changes its own day.
betting_results :=
SELECT brand, day, product, currency, sports_event_id, max(rollup_results.sport) AS sport,
    argMax(rollup_results.event_name, placed_in) AS event_name, sum(rollup_results.bets) AS bets,
    sum(rollup_results.settled_bets) AS settled_bets, sum(rollup_results.turnover_minor) AS turnover_minor,
    sum(rollup_results.settled_minor) AS settled_minor, sum(rollup_results.void_minor) AS void_minor,
    sum(rollup_results.returns_minor) AS returns_minor, settled_minor + void_minor - returns_minor AS gross_minor,
    sum(rollup_results.free_turnover_minor) AS free_turnover_minor, sum(rollup_results.free_settled_minor) AS free_settled_minor,
    sum(rollup_results.free_void_minor) AS free_void_minor, sum(rollup_results.free_returns_minor) AS free_returns_minor,
    free_settled_minor - free_returns_minor AS free_gross_minor
FROM rollup_results
GROUP BY brand, day, product, currency, sports_event_id;

-- One row: what the open bets on a selection are, by product and currency: how many, the customers' own stakes, and what they return
-- if it wins, with stakes that come back; of that, `place_minor` is what those each way return if it is placed. A multiple is whole
-- at each of its selections, and `multiple_…` says how much that is.
open_selections :=
SELECT brand, product, currency, sports_event_id, market_id, selection_id, max(rollup_open_selections.sport) AS sport,
    argMax(rollup_open_selections.event_name, placed_in) AS event_name, argMax(rollup_open_selections.market, placed_in) AS market,
    argMax(rollup_open_selections.pick, placed_in) AS pick, argMax(rollup_open_selections.starts_at, placed_in) AS starts_at,
    sum(rollup_open_selections.bets) AS bets, sum(rollup_open_selections.stake_minor) AS stake_minor,
    sum(rollup_open_selections.returns_minor) AS returns_minor, sum(rollup_open_selections.place_minor) AS place_minor,
    sum(rollup_open_selections.multiples) AS multiples, sum(rollup_open_selections.multiple_stake_minor) AS multiple_stake_minor,
    sum(rollup_open_selections.multiple_returns_minor) AS multiple_returns_minor
FROM rollup_open_selections
GROUP BY brand, product, currency, sports_event_id, market_id, selection_id;

-- One row: a week of a brand that has facts, with what decides whether its roll-ups are up to date: `facts` of its bets,
-- `reports` of everything about it.
week_states :=
WITH days AS (
    SELECT brand, toDate(placed_at) AS day, count() AS records FROM bet_records WHERE brand != '' GROUP BY brand, toDate(placed_at)
),
bets_of_weeks AS (
    SELECT brand, iso_week, sum(days.records) AS records, groupBitXor(cityHash64(day, days.records)) AS bets
    FROM calendar INNER JOIN days ON calendar.brand = days.brand
    WHERE day >= toDate(starts_at) AND day <= toDate(ends_at)
    GROUP BY brand, iso_week
),
rules AS (
    SELECT brand, iso_week, groupBitXor(cityHash64(
        jurisdiction, currency, starts_at, ends_at, version, begun, closes_at, qualifying_product, target_minor,
        min_stake_minor, min_odds_milli, toString(bet_types), toString(channels), count_before_opt_in,
        counts_some_events, toString(counted_sports), toString(counted_competitions), toString(counted_events), counted_legs
    )) AS rules
    FROM week_rules GROUP BY brand, iso_week
),
moved AS (
    SELECT brand, iso_week, groupBitXor(cityHash64(bet)) AS moved FROM moved_bets FINAL GROUP BY brand, iso_week
),
others AS (
    SELECT brand, iso_week, groupBitXor(cityHash64(topic, rows)) AS others
    FROM (
        SELECT brand, iso_week, 1 AS topic, count() AS rows FROM choice_records GROUP BY brand, iso_week
        UNION ALL SELECT brand, iso_week, 2, count() FROM qualification_records GROUP BY brand, iso_week
        UNION ALL SELECT brand, iso_week, 3, count() FROM outcome_records GROUP BY brand, iso_week
        UNION ALL SELECT brand, iso_week, 4, count() FROM goodwill_records GROUP BY brand, iso_week
    )
    GROUP BY brand, iso_week
),
groups AS (
    SELECT brand, iso_week, groupBitXor(cityHash64(
        jurisdiction, currency, default_reward_id, control_per_mille, trial_reward_id, trial_per_mille
    )) AS groups
    FROM week_rules WHERE control_per_mille > 0 OR trial_per_mille > 0 GROUP BY brand, iso_week
),
drawn AS (
    SELECT calendar.brand AS brand, calendar.iso_week AS iso_week, countIf(drawn_at < ends_at) AS draws
    FROM calendar
    INNER JOIN (SELECT brand, drawn_at FROM control_draws UNION ALL SELECT brand, drawn_at FROM trial_draws) AS draws ON calendar.brand = draws.brand
    GROUP BY brand, iso_week
),
joins AS (
    SELECT brand, iso_week, sum(changes) OVER (PARTITION BY brand ORDER BY starts_at) AS joins
    FROM (
        SELECT calendar.brand AS brand, calendar.iso_week AS iso_week, calendar.starts_at AS starts_at, countIf(changed.brand != '') AS changes
        FROM calendar LEFT JOIN (
            SELECT changes.brand AS brand, calendar.iso_week AS iso_week
            FROM (
                SELECT brand, if(opted_in, least(occurred_at, ifNull(since, occurred_at)), occurred_at) AS at FROM membership_records WHERE refused = ''
            ) AS changes
            ASOF INNER JOIN calendar ON changes.brand = calendar.brand AND changes.at >= calendar.starts_at
        ) AS changed ON calendar.brand = changed.brand AND calendar.iso_week = changed.iso_week
        GROUP BY brand, iso_week, starts_at
    )
)
SELECT calendar.brand AS brand, calendar.iso_week AS iso_week, calendar.starts_at AS starts_at, calendar.ends_at AS ends_at, records,
    cityHash64(bets, rules, default_jurisdiction, default_currency, moved) AS facts, cityHash64(facts, others, joins, groups, draws) AS reports
FROM calendar
INNER JOIN brands ON calendar.brand = brands.brand
LEFT JOIN bets_of_weeks ON calendar.brand = bets_of_weeks.brand AND calendar.iso_week = bets_of_weeks.iso_week
LEFT JOIN rules ON calendar.brand = rules.brand AND calendar.iso_week = rules.iso_week
LEFT JOIN moved ON calendar.brand = moved.brand AND calendar.iso_week = moved.iso_week
LEFT JOIN others ON calendar.brand = others.brand AND calendar.iso_week = others.iso_week
LEFT JOIN groups ON calendar.brand = groups.brand AND calendar.iso_week = groups.iso_week
LEFT JOIN drawn ON calendar.brand = drawn.brand AND calendar.iso_week = drawn.iso_week
LEFT JOIN joins ON calendar.brand = joins.brand AND calendar.iso_week = joins.iso_week
WHERE records > 0 OR others != 0;

-- How many customers of a brand's week and jurisdiction bet, were members in that week, had a bet that counted, qualified,
-- chose a reward themselves, were credited, and used it. Each step counts customers, and those of the step before only.
report_funnel :=
SELECT * FROM rollup_funnel ORDER BY brand, iso_week, jurisdiction;

-- What the club owes for a brand's week, in minor units of the reward's currency: `provisional` for customers who qualified
-- in a week that can still change, `owed` once it is confirmed and not credited, `credited` and not yet used, `used`,
-- `expired`. A customer whose reward has no amount or is not known yet is in `customers` and adds nothing. `forecast_low`,
-- `forecast` and `forecast_high` say what the provisional customers may become by the week's end: today's number times the
-- lowest, middle and highest growth from the same time of the week to its end, over the brand's last eight weeks; they are
-- null with fewer than four such weeks, and for weeks that are over.
report_liability :=
WITH now AS (SELECT max(produced_at) AS at FROM qualification_records),
running AS (
    SELECT brand, iso_week, ends_at, intDiv(dateDiff('second', starts_at, assumeNotNull(now.at)), 60) AS elapsed
    FROM calendar CROSS JOIN now WHERE starts_at <= now.at AND ends_at > now.at
),
growth AS (
    SELECT running.brand AS brand, running.iso_week AS iso_week, past.iso_week AS past_week,
        sum(rollup_reached.customers) / nullIf(sumIf(rollup_reached.customers, minute < elapsed), 0) AS ratio
    FROM running INNER JOIN calendar AS past ON running.brand = past.brand
    INNER JOIN rollup_reached ON past.brand = rollup_reached.brand AND past.iso_week = rollup_reached.iso_week
    WHERE past.ends_at < running.ends_at AND past.ends_at >= running.ends_at - toIntervalDay(57)
    GROUP BY brand, iso_week, past_week
),
forecasts AS (
    SELECT brand, iso_week, count(ratio) AS weeks, min(ratio) AS low, quantileExact(0.5)(assumeNotNull(ratio)) AS middle,
        max(ratio) AS high
    FROM growth WHERE ratio IS NOT NULL GROUP BY brand, iso_week
)
SELECT rollup_liability.*,
    if(weeks >= 4, toInt64(round(provisional * low)), NULL) AS forecast_low,
    if(weeks >= 4, toInt64(round(provisional * middle)), NULL) AS forecast,
    if(weeks >= 4, toInt64(round(provisional * high)), NULL) AS forecast_high
FROM rollup_liability LEFT JOIN forecasts ON rollup_liability.brand = forecasts.brand AND rollup_liability.iso_week = forecasts.iso_week
ORDER BY brand, iso_week, currency;

-- What each reward of a brand's week cost: how many customers were credited, used it or let it expire, and the value of
-- what was credited and not expired, in minor units. Goodwill is a row of its own kind, without uses.
report_cost :=
SELECT * FROM rollup_cost ORDER BY brand, iso_week, reward_id, kind;

-- What a brand has earned on a day (UTC), by product and currency, in minor units: as in `betting_results`, with `margin`, which
-- is `gross_minor` of a hundred that were settled, and the club's cost beside it: `club_cost_minor` is the value of
-- rewards that were credited on that day, less that of rewards which expired on it; what can be used on everything is of the product
-- `''`. `net_minor` is what is left: gross revenue, and that of free bets, without the club's cost, in which their stakes are.
report_revenue :=
WITH days AS (
    SELECT brand, day, product, currency, bets, settled_bets, turnover_minor, settled_minor, void_minor, returns_minor, gross_minor,
        free_turnover_minor, free_returns_minor, free_gross_minor, toInt64(0) AS cost_minor
    FROM betting_results
    UNION ALL
    SELECT brand, day, product, currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, rollup_cost_days.cost_minor FROM rollup_cost_days
)
SELECT brand, day, product, currency, sum(days.bets) AS bets, sum(days.settled_bets) AS settled_bets,
    sum(days.turnover_minor) AS turnover_minor, sum(days.settled_minor) AS settled_minor, sum(days.void_minor) AS void_minor,
    sum(days.returns_minor) AS returns_minor, sum(days.gross_minor) AS gross_minor,
    if(settled_minor > 0, round(100 * gross_minor / settled_minor, 2), NULL) AS margin,
    sum(days.free_turnover_minor) AS free_turnover_minor, sum(days.free_returns_minor) AS free_returns_minor,
    sum(days.free_gross_minor) AS free_gross_minor, sum(days.cost_minor) AS club_cost_minor,
    gross_minor + free_gross_minor - club_cost_minor AS net_minor
FROM days
GROUP BY brand, day, product, currency
ORDER BY brand, day, product, currency;

-- What a brand has earned with bets on each sports event, over all days, in minor units: as in `betting_results`, of the 1,000 events
-- of a brand on which bets were placed or settled last (`last_day`). All multiples are one row, whose `sports_event_id` is empty.
report_events :=
SELECT * FROM (
    SELECT brand, product, currency, sports_event_id, max(betting_results.sport) AS sport,
        argMax(betting_results.event_name, day) AS event_name, max(day) AS last_day, sum(betting_results.bets) AS bets,
        sum(betting_results.turnover_minor) AS turnover_minor, sum(betting_results.settled_minor) AS settled_minor,
        sum(betting_results.void_minor) AS void_minor, sum(betting_results.returns_minor) AS returns_minor,
        sum(betting_results.gross_minor) AS gross_minor,
        if(settled_minor > 0, round(100 * gross_minor / settled_minor, 2), NULL) AS margin,
        sum(betting_results.free_gross_minor) AS free_gross_minor
    FROM betting_results
    GROUP BY brand, product, currency, sports_event_id
    ORDER BY last_day DESC, brand, sports_event_id, product, currency LIMIT 1000 BY brand
)
ORDER BY brand, last_day, sports_event_id, product, currency;

-- What the open bets of a brand may cost, by product and currency, in minor units, of the 1,000 sports events of a brand that may cost
-- most, the worst last. `stake_minor` is the customers' own stakes, `returns_minor` what these bets return if all win, and
-- `exposure_minor` the one without the other. In each market one selection wins: `worst_minor` adds up what the costliest one of
-- each would return, and what the others of it would if they were placed, without the stakes on that market; below zero, something
-- is earned whichever wins. `worst_pick` costs most.
-- A multiple is whole at each of its events, as `multiples` and `multiple_returns_minor` say, so events cannot be added up. A row of the
-- event `*` has each open bet of the product once, and the most that they can cost as `worst_minor`.
report_exposure :=
SELECT * FROM (
    WITH markets AS (
        SELECT brand, product, currency, sports_event_id, market_id, max(open_selections.sport) AS sport,
            any(open_selections.event_name) AS event_name, max(open_selections.starts_at) AS starts_at, sum(open_selections.bets) AS bets,
            sum(open_selections.stake_minor) AS stake_minor, sum(open_selections.returns_minor) AS returns_minor,
            max(open_selections.returns_minor - place_minor) + sum(place_minor) - stake_minor AS worst_minor,
            argMax(
                concat(open_selections.market, ': ', open_selections.pick), (open_selections.returns_minor - place_minor, selection_id)
            ) AS worst_pick,
            sum(open_selections.multiples) AS multiples, sum(open_selections.multiple_returns_minor) AS multiple_returns_minor
        FROM open_selections
        GROUP BY brand, product, currency, sports_event_id, market_id
    )
    SELECT brand, product, currency, sports_event_id, max(markets.sport) AS sport, any(markets.event_name) AS event_name,
        toNullable(max(markets.starts_at)) AS starts_at, sum(markets.bets) AS bets, sum(markets.stake_minor) AS stake_minor,
        sum(markets.returns_minor) AS returns_minor, returns_minor - stake_minor AS exposure_minor,
        sum(markets.worst_minor) AS worst_minor, argMax(markets.worst_pick, (markets.worst_minor, market_id)) AS worst_pick,
        sum(markets.multiples) AS multiples, sum(markets.multiple_returns_minor) AS multiple_returns_minor
    FROM markets
    GROUP BY brand, product, currency, sports_event_id
    ORDER BY worst_minor DESC, brand, sports_event_id, product, currency LIMIT 1000 BY brand
    UNION ALL
    SELECT brand, product, currency, '*', '', '', NULL, sum(rollup_open_bets.bets), sum(rollup_open_bets.stake_minor) AS staked,
        sum(rollup_open_bets.returns_minor) AS returned, returned - staked, returned - staked, '', sum(rollup_open_bets.multiples), NULL
    FROM rollup_open_bets
    GROUP BY brand, product, currency
)
ORDER BY brand, sports_event_id = '*', worst_minor, sports_event_id, product, currency;

-- What the club changes, by week and by the reward that its scheme gives by default: customers who are offered the club against
-- its control group, who are not (`against` is `control group`); and what the reward of a trial changes: customers who are
-- offered it against those who are offered the default reward (`against`), who are then the control. `club` and `control` are the means of `measure` (cash stakes of a customer in minor units, or
-- customers with such stakes of a hundred), `effect` is their difference, and `low` to `high` hold the true one with 95 %
-- confidence: Welch's interval for stakes, Newcombe's for shares. A row of week `*` averages the weeks above it, with an
-- interval that is wide enough although they have the same customers. `credited_minor` is how much more a customer was credited
-- than one of the control. Nothing is said (`verdict`) while a group has fewer than 200 customers, of whom 30 are active, or if the
-- sizes of the groups cannot be those of the draw.
report_uplift :=
SELECT * FROM (
WITH groups AS (
    SELECT brand, iso_week, jurisdiction, currency, reward_id, against,
        toInt64(sumIf(rollup_uplift.customers, NOT is_control)) AS n1, toInt64(sumIf(rollup_uplift.customers, is_control)) AS n0,
        toInt64(sumIf(active, NOT is_control)) AS a1, toInt64(sumIf(active, is_control)) AS a0,
        sumIf(mean_minor, NOT is_control) AS m1, sumIf(mean_minor, is_control) AS m0,
        sumIf(variance, NOT is_control) / greatest(n1, 1) AS s1, sumIf(variance, is_control) / greatest(n0, 1) AS s0,
        sumIf(rollup_uplift.credited_minor, NOT is_control) / greatest(n1, 1)
            - sumIf(rollup_uplift.credited_minor, is_control) / greatest(n0, 1) AS credited,
        any(control_part) AS part, 1.959963984540054 AS z,
        multiIf(
            least(n1, n0) < 200 OR least(a1, a0) < 30, 'too few customers',
            abs(n0 - (n1 + n0) * part) > 4 * sqrt((n1 + n0) * part * (1 - part)), 'groups do not fit the draw',
            ''
        ) AS fault,
        a1 / greatest(n1, 1) AS p1, a0 / greatest(n0, 1) AS p0,
        z * sqrt(p1 * (1 - p1) / greatest(n1, 1) + z * z / (4. * greatest(n1, 1) * n1)) / (1 + z * z / greatest(n1, 1)) AS w1,
        z * sqrt(p0 * (1 - p0) / greatest(n0, 1) + z * z / (4. * greatest(n0, 1) * n0)) / (1 + z * z / greatest(n0, 1)) AS w0,
        (p1 + z * z / (2 * greatest(n1, 1))) / (1 + z * z / greatest(n1, 1)) AS c1,
        (p0 + z * z / (2 * greatest(n0, 1))) / (1 + z * z / greatest(n0, 1)) AS c0,
        (s1 + s0) * (s1 + s0) / (s1 * s1 / greatest(n1 - 1, 1) + s0 * s0 / greatest(n0 - 1, 1)) AS df,
        z + (pow(z, 3) + z) / (4 * df) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * df * df) AS t
    FROM rollup_uplift GROUP BY brand, iso_week, jurisdiction, currency, reward_id, against
),
measured AS (
    SELECT brand, iso_week, jurisdiction, currency, reward_id, against, 'stakes of a customer' AS measure, n1, n0, m1 AS club, m0 AS control,
        club - control AS effect, effect - t * sqrt(s1 + s0) AS low, effect + t * sqrt(s1 + s0) AS high, credited, fault
    FROM groups
    UNION ALL
    SELECT brand, iso_week, jurisdiction, currency, reward_id, against, 'active of 100 customers', n1, n0, 100 * p1, 100 * p0,
        100 * (p1 - p0),
        100 * (p1 - p0 - sqrt(pow(p1 - (c1 - w1), 2) + pow(c0 + w0 - p0, 2))),
        100 * (p1 - p0 + sqrt(pow(c1 + w1 - p1, 2) + pow(p0 - (c0 - w0), 2))), credited, fault
    FROM groups
),
averaged AS (
    SELECT * FROM measured
    UNION ALL
    SELECT brand, '*', jurisdiction, currency, reward_id, against, measure, min(n1), min(n0), avg(measured.club), avg(measured.control),
        avg(measured.effect), avg(measured.low), avg(measured.high), avg(measured.credited), ''
    FROM measured WHERE measured.fault = ''
    GROUP BY brand, jurisdiction, currency, reward_id, against, measure HAVING count() > 1
)
SELECT brand, iso_week, jurisdiction, currency, reward_id, against, measure, n1 AS club_customers, n0 AS control_customers,
    if(fault = '', round(averaged.club, 2), NULL) AS club, if(fault = '', round(averaged.control, 2), NULL) AS control,
    if(fault = '', round(averaged.effect, 2), NULL) AS effect, if(fault = '', round(averaged.low, 2), NULL) AS low,
    if(fault = '', round(averaged.high, 2), NULL) AS high, if(fault = '', round(averaged.credited, 2), NULL) AS credited_minor,
    multiIf(fault != '', fault, averaged.low > 0, 'more', averaged.high < 0, 'less', 'no difference shown') AS verdict
FROM averaged
)
ORDER BY brand, jurisdiction, currency, reward_id, against, measure, iso_week;

-- Of the customers of a brand who first opted in during one week (`cohort`), how many had a bet that counted so many weeks
-- later; `weeks_later` 0 is the week of the opt-in itself.
report_retention :=
WITH cohorts AS (
    SELECT joined.brand AS brand, calendar.iso_week AS cohort, calendar.starts_at AS starts_at, count() AS size
    FROM (SELECT brand, opted_in_at FROM known_customers FINAL WHERE toUnixTimestamp64Micro(opted_in_at) > 0) AS joined
    ASOF INNER JOIN calendar ON joined.brand = calendar.brand AND joined.opted_in_at >= calendar.starts_at
    GROUP BY brand, cohort, starts_at
)
SELECT cohorts.brand AS brand, cohorts.cohort AS cohort, size,
    toInt32(round(dateDiff('hour', cohorts.starts_at, calendar.starts_at) / 168)) AS weeks_later, active,
    round(100 * active / size, 1) AS percent
FROM rollup_retention
INNER JOIN cohorts ON rollup_retention.brand = cohorts.brand AND rollup_retention.cohort = cohorts.cohort
INNER JOIN calendar ON rollup_retention.brand = calendar.brand AND rollup_retention.iso_week = calendar.iso_week
ORDER BY brand, cohort, weeks_later;

-- How long it took, in milliseconds, by brand and day: `bet to stream` from when a bet changed until it was produced, and
-- `bet to tracker` from the production of the customer's newest bet before a week was reached until that was published;
-- median, 95th and 99th of a hundred, and how many were measured.
report_latency :=
SELECT brand, day, stage, sum(rollup_latency.measured) AS measured,
    quantileExactWeighted(0.5)(milliseconds, rollup_latency.measured) AS p50,
    quantileExactWeighted(0.95)(milliseconds, rollup_latency.measured) AS p95,
    quantileExactWeighted(0.99)(milliseconds, rollup_latency.measured) AS p99
FROM rollup_latency GROUP BY brand, day, stage ORDER BY brand, day, stage;

-- Why bets of a brand's week count or do not, by jurisdiction and the bets' currency: how many, what was staked, and what
-- counted, in minor units.
report_reasons :=
SELECT * FROM rollup_reasons ORDER BY brand, iso_week, jurisdiction, currency, bets DESC, reason;

-- How reliable the providers of rewards are, by the week of the reward: how many rewards were sent, credited, came into
-- review (`in_review` now, `reviewed` ever), and how many seconds passed from the first sending to the credit.
report_providers :=
SELECT * FROM rollup_providers ORDER BY provider, brand, iso_week;

-- What is unusual in a brand's week, with the reason. A brand's or provider's figure is unusual if it is further than five
-- median deviations (and a fifth of the median) from the median of the weeks before, at least four and at most eight; a
-- customer's stakes if they are more than ten times the median of the customer's own weeks before, and above 99 of 100
-- customers of the week. A bet that several customers claim is always listed.
report_anomalies :=
SELECT * FROM (
WITH figures AS (
    SELECT 'brand' AS kind, brand, iso_week, brand AS subject, 'stakes' AS figure, toFloat64(sum(stake_minor)) AS value
    FROM rollup_reasons GROUP BY brand, iso_week
    UNION ALL SELECT 'brand', brand, iso_week, brand, 'customers', toFloat64(sum(bettors)) FROM rollup_funnel GROUP BY brand, iso_week
    UNION ALL SELECT 'provider', brand, iso_week, provider, 'reviewed of 100', 100 * reviewed / nullIf(sent, 0) FROM rollup_providers
        WHERE sent > 0
),
compared AS (
    SELECT kind, brand, iso_week, subject, figure, value,
        groupArray(value) OVER (
            PARTITION BY kind, brand, subject, figure ORDER BY iso_week ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING
        ) AS before,
        if(length(before) >= 4, arrayReduce('quantileExact', before), NULL) AS usual,
        arrayReduce('quantileExact', if(length(before) > 0, arrayMap(each -> abs(each - ifNull(usual, 0)), before), [0.])) AS deviation
    FROM figures
),
spending AS (
    SELECT brand, iso_week, customer, stake,
        groupArray(stake) OVER (PARTITION BY brand, customer ORDER BY iso_week ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING) AS before
    FROM (
        SELECT brand, iso_week, customer, sum(stake_minor) AS stake FROM week_tallies
        WHERE customer IN (SELECT customer FROM rollup_high_stakes) GROUP BY brand, iso_week, customer
    )
)
SELECT kind, brand, iso_week, subject,
    concat(figure, ' ', toString(round(value)), ', usually ', toString(round(assumeNotNull(usual)))) AS reason
FROM compared
WHERE usual IS NOT NULL AND abs(value - usual) > 5 * deviation AND abs(value - usual) > 0.2 * usual
UNION ALL
SELECT 'customer', brand, iso_week, toString(customer),
    concat('stakes ', toString(stake), ', usually ', toString(toInt64(arrayReduce('quantileExact', before))))
FROM spending
WHERE length(before) >= 2 AND stake > 10 * arrayReduce('quantileExact', before)
    AND (brand, iso_week, customer) IN (SELECT brand, iso_week, customer FROM rollup_high_stakes)
UNION ALL
SELECT 'bet', brand, iso_week, toString(bet), 'several customers claim this bet' FROM rollup_disputes
)
ORDER BY brand, iso_week, kind, subject;

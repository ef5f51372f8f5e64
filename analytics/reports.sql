-- The questions ready-made: each report is a view over the facts. Columns `brand` and `iso_week`, where a report has
-- them, can be restricted by --brand and --week.

-- How many customers of a brand's week and jurisdiction bet, were members in that week, had a bet that counted, qualified,
-- chose a reward themselves, were credited, and used it. Each step counts customers, and those of the step before only.
report_funnel :=
WITH bettors AS (
    SELECT brand, iso_week, customer, any(jurisdiction) AS jurisdiction, sum(counted_minor) AS counted
    FROM contributions GROUP BY brand, iso_week, customer
),
members AS (
    SELECT DISTINCT calendar.brand AS brand, calendar.iso_week AS iso_week, customer
    FROM calendar INNER JOIN membership_spells ON calendar.brand = membership_spells.brand
    WHERE began_at < ends_at AND (ended_at IS NULL OR ended_at > starts_at)
)
SELECT bettors.brand AS brand, bettors.iso_week AS iso_week, jurisdiction, count() AS bettors,
    countIf(members.customer != 0) AS members, countIf(members.customer != 0 AND counted > 0) AS counting,
    countIf(members.customer != 0 AND counted > 0 AND qualifications.status IN ('provisional', 'confirmed')) AS qualified,
    countIf(members.customer != 0 AND counted > 0 AND qualifications.status IN ('provisional', 'confirmed')
        AND choices.source = 'chosen') AS chose,
    countIf(members.customer != 0 AND counted > 0 AND qualifications.status IN ('provisional', 'confirmed')
        AND credits.credited_at IS NOT NULL) AS credited,
    countIf(members.customer != 0 AND counted > 0 AND qualifications.status IN ('provisional', 'confirmed')
        AND credits.state = 'USED') AS used
FROM bettors
LEFT JOIN members ON bettors.brand = members.brand AND bettors.iso_week = members.iso_week AND bettors.customer = members.customer
LEFT JOIN qualifications ON bettors.brand = qualifications.brand AND bettors.iso_week = qualifications.iso_week
    AND bettors.customer = qualifications.customer
LEFT JOIN choices ON bettors.brand = choices.brand AND bettors.iso_week = choices.iso_week AND bettors.customer = choices.customer
LEFT JOIN credits ON bettors.brand = credits.brand AND bettors.iso_week = credits.iso_week AND bettors.customer = credits.customer
GROUP BY brand, iso_week, jurisdiction
ORDER BY brand, iso_week, jurisdiction;

-- What the club owes for a brand's week, in minor units of the reward's currency: `provisional` for customers who qualified
-- in a week that can still change, `owed` once it is confirmed and not credited, `credited` and not yet used, `used`,
-- `expired`. A customer whose reward has no amount or is not known yet is in `customers` and adds nothing. `forecast_low`,
-- `forecast` and `forecast_high` say what the provisional customers may become by the week's end: today's number times the
-- lowest, middle and highest growth from the same time of the week to its end, over the brand's last eight weeks; they are
-- null with fewer than four such weeks, and for weeks that are over.
report_liability :=
WITH now AS (SELECT max(produced_at) AS at FROM qualification_records),
priced AS (
    SELECT qualifications.brand AS brand, qualifications.iso_week AS iso_week, qualifications.customer AS customer,
        qualifications.status AS qualification,
        if(credits.reward_id != '', credits.currency, if(choices.reward_id != '', choices.currency, qualifications.currency)) AS paid_in,
        ifNull(if(credits.reward_id != '', credits.value_minor, choices.value_minor), 0) AS value, credits.state AS state
    FROM qualifications
    LEFT JOIN choices ON qualifications.brand = choices.brand AND qualifications.iso_week = choices.iso_week
        AND qualifications.customer = choices.customer
    LEFT JOIN credits ON qualifications.brand = credits.brand AND qualifications.iso_week = credits.iso_week
        AND qualifications.customer = credits.customer
    WHERE qualifications.status != 'revoked'
),
reached AS (
    SELECT brand, iso_week, customer, min(occurred_at) AS reached_at
    FROM qualification_revisions WHERE status = 'provisional' GROUP BY brand, iso_week, customer
),
running AS (
    SELECT brand, iso_week, ends_at, toUnixTimestamp64Micro(now.at) - toUnixTimestamp64Micro(starts_at) AS elapsed
    FROM calendar CROSS JOIN now WHERE starts_at <= now.at AND ends_at > now.at
),
growth AS (
    SELECT running.brand AS brand, running.iso_week AS iso_week, past.iso_week AS past_week,
        count() / nullIf(countIf(toUnixTimestamp64Micro(reached_at) - toUnixTimestamp64Micro(past.starts_at) <= elapsed), 0) AS ratio
    FROM running INNER JOIN calendar AS past ON running.brand = past.brand
    INNER JOIN reached ON past.brand = reached.brand AND past.iso_week = reached.iso_week
    WHERE past.ends_at < running.ends_at AND past.ends_at >= running.ends_at - toIntervalDay(57)
    GROUP BY brand, iso_week, past_week
),
forecasts AS (
    SELECT brand, iso_week, count(ratio) AS weeks, min(ratio) AS low, quantileExact(0.5)(assumeNotNull(ratio)) AS middle,
        max(ratio) AS high
    FROM growth WHERE ratio IS NOT NULL GROUP BY brand, iso_week
)
SELECT priced.brand AS brand, priced.iso_week AS iso_week, paid_in AS currency, count() AS customers,
    sumIf(value, qualification = 'provisional' AND state = '') AS provisional,
    sumIf(value, state IN ('CONFIRMED', 'FULFILLING') OR (qualification = 'confirmed' AND state = '')) AS owed,
    sumIf(value, state = 'CREDITED') AS credited, sumIf(value, state = 'USED') AS used, sumIf(value, state = 'EXPIRED') AS expired,
    if(any(weeks) >= 4, toInt64(round(provisional * any(low))), NULL) AS forecast_low,
    if(any(weeks) >= 4, toInt64(round(provisional * any(middle))), NULL) AS forecast,
    if(any(weeks) >= 4, toInt64(round(provisional * any(high))), NULL) AS forecast_high
FROM priced LEFT JOIN forecasts ON priced.brand = forecasts.brand AND priced.iso_week = forecasts.iso_week
GROUP BY brand, iso_week, currency
ORDER BY brand, iso_week, currency;

-- What each reward of a brand's week cost: how many customers were credited, used it or let it expire, and the value of
-- what was credited and not expired, in minor units. Goodwill is a row of its own kind, without uses.
report_cost :=
SELECT * FROM (
SELECT brand, iso_week, reward_id, kind, currency, countIf(credited_at IS NOT NULL) AS credited, countIf(state = 'USED') AS used,
    countIf(state = 'EXPIRED') AS expired, sumIf(ifNull(value_minor, 0), state IN ('CREDITED', 'USED')) AS cost_minor
FROM credits WHERE reward_id != ''
GROUP BY brand, iso_week, reward_id, kind, currency
HAVING credited > 0
UNION ALL
SELECT brand, iso_week, reward_id, 'goodwill', currency, count(), 0, 0, sum(ifNull(value_minor, 0))
FROM goodwill GROUP BY brand, iso_week, reward_id, currency
)
ORDER BY brand, iso_week, reward_id, kind;

-- Of the customers of a brand who first opted in during one week (`cohort`), how many had a bet that counted so many weeks
-- later; `weeks_later` 0 is the week of the opt-in itself.
report_retention :=
WITH cohorts AS (
    SELECT first_opt_ins.brand AS brand, customer, calendar.iso_week AS cohort, calendar.starts_at AS cohort_starts_at
    FROM first_opt_ins ASOF INNER JOIN calendar
        ON first_opt_ins.brand = calendar.brand AND first_opt_ins.opted_in_at >= calendar.starts_at
),
sizes AS (SELECT brand, cohort, count() AS size FROM cohorts GROUP BY brand, cohort),
active AS (SELECT DISTINCT brand, iso_week, customer FROM contributions WHERE counted_minor > 0)
SELECT cohorts.brand AS brand, cohorts.cohort AS cohort, any(sizes.size) AS size,
    toInt32(round(dateDiff('hour', cohort_starts_at, calendar.starts_at) / 168)) AS weeks_later, count() AS active,
    round(100 * count() / any(sizes.size), 1) AS percent
FROM cohorts INNER JOIN active ON cohorts.brand = active.brand AND cohorts.customer = active.customer
INNER JOIN calendar ON active.brand = calendar.brand AND active.iso_week = calendar.iso_week
INNER JOIN sizes ON cohorts.brand = sizes.brand AND cohorts.cohort = sizes.cohort
WHERE calendar.starts_at >= cohort_starts_at
GROUP BY brand, cohort, weeks_later
ORDER BY brand, cohort, weeks_later;

-- How long it took, in milliseconds, by brand and day: `bet to stream` from when a bet changed until it was produced, and
-- `bet to tracker` from the production of the customer's newest bet before a week was reached until that was published;
-- median, 95th and 99th of a hundred, and how many were measured.
report_latency :=
SELECT * FROM (
SELECT brand, toDate(produced_at) AS day, 'bet to stream' AS stage, count() AS measured,
    toInt64(round(quantileExact(0.5)(milliseconds))) AS p50, toInt64(round(quantileExact(0.95)(milliseconds))) AS p95,
    toInt64(round(quantileExact(0.99)(milliseconds))) AS p99
FROM (
    SELECT brand, assumeNotNull(produced_at) AS produced_at, dateDiff('millisecond', occurred_at, assumeNotNull(produced_at)) AS milliseconds
    FROM bet_records WHERE refused = '' AND produced_at IS NOT NULL
)
GROUP BY brand, day
UNION ALL
SELECT brand, toDate(published_at) AS day, 'bet to tracker', count(), toInt64(round(quantileExact(0.5)(milliseconds))),
    toInt64(round(quantileExact(0.95)(milliseconds))), toInt64(round(quantileExact(0.99)(milliseconds)))
FROM (
    SELECT reached.brand AS brand, published_at, dateDiff('millisecond', bet_at, published_at) AS milliseconds
    FROM (
        SELECT brand, customer, min(assumeNotNull(produced_at)) AS published_at
        FROM qualification_revisions WHERE status = 'provisional' AND produced_at IS NOT NULL GROUP BY brand, iso_week, customer
    ) AS reached
    ASOF INNER JOIN (
        SELECT brand, customer, assumeNotNull(produced_at) AS bet_at FROM bet_records WHERE refused = '' AND produced_at IS NOT NULL
    ) AS bet ON reached.brand = bet.brand AND reached.customer = bet.customer AND reached.published_at >= bet.bet_at
)
GROUP BY brand, day
)
ORDER BY brand, day, stage;

-- Why bets of a brand's week count or do not, by jurisdiction and the bets' currency: how many, what was staked, and what
-- counted, in minor units.
report_reasons :=
SELECT brand, iso_week, jurisdiction, currency, reason, count() AS bets, uniqExact(customer) AS customers,
    sum(stake_minor) AS stake_minor, sum(counted_minor) AS counted_minor
FROM contributions
GROUP BY brand, iso_week, jurisdiction, currency, reason
ORDER BY brand, iso_week, jurisdiction, currency, bets DESC, reason;

-- How reliable the providers of rewards are, by the week of the reward: how many rewards were sent, credited, came into
-- review (`in_review` now, `reviewed` ever), and how many seconds passed from the first sending to the credit.
report_providers :=
SELECT provider, brand, iso_week, countIf(was_sent) AS sent, countIf(is_credited) AS credited, countIf(ever_in_review) AS reviewed,
    countIf(latest = 'REVIEW') AS in_review, round(100 * credited / nullIf(sent, 0), 1) AS percent_credited,
    toInt64(round(quantileExactIf(0.5)(seconds, is_credited AND was_sent))) AS p50_seconds,
    toInt64(round(quantileExactIf(0.95)(seconds, is_credited AND was_sent))) AS p95_seconds
FROM (
    SELECT brand, iso_week, customer, argMaxIf(provider, revision, provider != '') AS provider,
        countIf(sent_at IS NOT NULL) > 0 AS was_sent, countIf(credited_at IS NOT NULL) > 0 AS is_credited,
        countIf(stage = 'REVIEW') > 0 AS ever_in_review, argMax(stage, revision) AS latest,
        ifNull(dateDiff('second', min(sent_at), min(credited_at)), 0) AS seconds
    FROM credit_stages GROUP BY brand, iso_week, customer
)
WHERE provider != ''
GROUP BY provider, brand, iso_week
ORDER BY provider, brand, iso_week;

-- What is unusual in a brand's week, with the reason. A brand's or provider's figure is unusual if it is further than five
-- median deviations (and a fifth of the median) from the median of the weeks before, at least four and at most eight; a
-- customer's stakes if they are more than ten times the median of the customer's own weeks before, and above 99 of 100
-- customers of the week. A bet that several customers claim is always listed.
report_anomalies :=
SELECT * FROM (
WITH weekly AS (
    SELECT brand, iso_week, customer, sum(stake_minor) AS stake FROM contributions GROUP BY brand, iso_week, customer
),
figures AS (
    SELECT 'brand' AS kind, brand, iso_week, brand AS subject, 'stakes' AS figure, toFloat64(sum(stake)) AS value
    FROM weekly GROUP BY brand, iso_week
    UNION ALL SELECT 'brand', brand, iso_week, brand, 'customers', toFloat64(count()) FROM weekly GROUP BY brand, iso_week
    UNION ALL SELECT 'provider', brand, iso_week, provider, 'reviewed of 100', 100 * reviewed / nullIf(sent, 0) FROM report_providers
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
        groupArray(stake) OVER (PARTITION BY brand, customer ORDER BY iso_week ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING) AS before,
        quantileExact(0.99)(stake) OVER (PARTITION BY brand, iso_week) AS high
    FROM weekly
)
SELECT kind, brand, iso_week, subject,
    concat(figure, ' ', toString(round(value)), ', usually ', toString(round(assumeNotNull(usual)))) AS reason
FROM compared
WHERE usual IS NOT NULL AND abs(value - usual) > 5 * deviation AND abs(value - usual) > 0.2 * usual
UNION ALL
SELECT 'customer', brand, iso_week, toString(customer),
    concat('stakes ', toString(stake), ', usually ', toString(toInt64(arrayReduce('quantileExact', before))))
FROM spending
WHERE length(before) >= 2 AND stake > 10 * arrayReduce('quantileExact', before) AND stake >= high
UNION ALL
SELECT 'bet', brand, iso_week, toString(bet), 'several customers claim this bet'
FROM contributions WHERE reason = 'DISPUTED'
)
ORDER BY brand, iso_week, kind, subject;

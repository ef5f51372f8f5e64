-- What is counted ahead of bets by the week in which they were placed, from Monday to Sunday in UTC: all that is ever told of a
-- bet is in that week, however late it is settled or corrected. `{brand}` and `{monday}` stand for the week that is counted. A
-- table is written as comment, `name (columns that rows are sorted by) :=`, query.

-- What bets that were placed in a week come to on each day (UTC). Stakes are of the day on which the bet was placed. What is
-- settled and returned is of the day on which that was decided: a correction adds to its own day what it changes, and leaves
-- the days before as they were. A multiple is of no sports event.
rollup_results (day) :=
WITH told AS (
    SELECT bet, customer, revision, product, currency, stake_source = 'free_bet' AS is_free, stake_minor, placed_at, occurred_at,
        status != 'OPEN' AS is_settled, if(is_settled, counting_stake_minor, 0) AS counting,
        if(is_settled, stake_minor - counting_stake_minor, 0) AS void, if(is_settled, returns_minor, 0) AS returned,
        if(length(leg_events) = 1, (leg_events[1], leg_sports[1], leg_names[1]), ('', '', '')) AS event
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday}
    ORDER BY bet, customer, revision, produced_at
    LIMIT 1 BY bet, customer, revision
),
moves AS (
    SELECT *, row_number() OVER told_before = 1 AS is_first, is_settled - lagInFrame(is_settled, 1, 0) OVER told_before AS settles,
        counting - lagInFrame(counting, 1, 0) OVER told_before AS counting_more,
        void - lagInFrame(void, 1, 0) OVER told_before AS void_more,
        returned - lagInFrame(returned, 1, 0) OVER told_before AS returned_more
    FROM told
    WINDOW told_before AS (PARTITION BY bet, customer ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, day, product, currency, event.1 AS sports_event_id,
    toLowCardinality(argMin(event.2, (placed_at, bet))) AS sport, argMin(event.3, (placed_at, bet)) AS event_name,
    sum(placed) AS bets, sum(settled) AS settled_bets,
    sumIf(staked, NOT is_free) AS turnover_minor, sumIf(counted, NOT is_free) AS settled_minor, sumIf(voided, NOT is_free) AS void_minor,
    sumIf(paid, NOT is_free) AS returns_minor, sumIf(staked, is_free) AS free_turnover_minor,
    sumIf(counted, is_free) AS free_settled_minor, sumIf(voided, is_free) AS free_void_minor, sumIf(paid, is_free) AS free_returns_minor
FROM (
    SELECT toDate(placed_at) AS day, product, currency, event, placed_at, bet, is_free, toInt64(1) AS placed, toInt64(0) AS settled,
        stake_minor AS staked, toInt64(0) AS counted, toInt64(0) AS voided, toInt64(0) AS paid
    FROM moves WHERE is_first
    UNION ALL
    SELECT toDate(occurred_at), product, currency, event, placed_at, bet, is_free, 0, settles, 0, counting_more, void_more, returned_more
    FROM moves WHERE settles != 0 OR counting_more != 0 OR void_more != 0 OR returned_more != 0
)
GROUP BY day, product, currency, sports_event_id;

-- The open bets that were placed in a week: how many, the customers' own stakes, and what they return if all win. `multiples` of
-- them have more than one leg.
rollup_open_bets (product) :=
WITH newest AS (
    SELECT bet, customer, status, product, currency, stake_source, stake_minor, potential_returns_minor, leg_events
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday}
    ORDER BY bet, customer, revision DESC, produced_at
    LIMIT 1 BY bet, customer
)
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, product, currency, count() AS bets,
    countIf(length(leg_events) > 1) AS multiples, sumIf(newest.stake_minor, stake_source = 'cash') AS stake_minor,
    sum(potential_returns_minor) AS returns_minor
FROM newest WHERE status = 'OPEN'
GROUP BY product, currency;

-- The same by selection, of legs whose result is not known. A multiple is whole at each of its selections, and `multiple_…` says
-- how much of it that is. `place_minor` is what of it bets each way return for the place alone.
rollup_open_selections (sports_event_id, market_id) :=
WITH newest AS (
    SELECT bet, customer, status, product, currency, stake_source, stake_minor, potential_returns_minor, placed_at, each_way,
        arrayProduct(arrayMap(odds -> odds / 1000, leg_odds_milli)) - if(stake_source = 'cash', 0, 1) AS wins,
        potential_returns_minor - toInt64(floor(least(wins * stake_minor / 2, toFloat64(potential_returns_minor)))) AS place,
        arrayZip(leg_events, leg_sports, leg_names, leg_starts, leg_markets, leg_market_names, leg_selections, leg_picks, leg_results) AS legs
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday}
    ORDER BY bet, customer, revision DESC, produced_at
    LIMIT 1 BY bet, customer
)
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, product, currency, leg.1 AS sports_event_id, leg.5 AS market_id,
    leg.7 AS selection_id, toLowCardinality(argMin(leg.2, (placed_at, bet))) AS sport, argMin(leg.3, (placed_at, bet)) AS event_name,
    argMin(leg.6, (placed_at, bet)) AS market, argMin(leg.8, (placed_at, bet)) AS pick,
    fromUnixTimestamp64Micro(argMax(leg.4, (placed_at, bet)), 'UTC') AS starts_at, count() AS bets,
    sum(staked) AS stake_minor, sum(potential_returns_minor) AS returns_minor, sumIf(place, each_way) AS place_minor, countIf(length(legs) > 1) AS multiples,
    sumIf(staked, length(legs) > 1) AS multiple_stake_minor, sumIf(potential_returns_minor, length(legs) > 1) AS multiple_returns_minor
FROM (
    SELECT *, if(stake_source = 'cash', newest.stake_minor, 0) AS staked, arrayJoin(legs) AS leg FROM newest WHERE status = 'OPEN'
)
WHERE leg.9 = ''
GROUP BY product, currency, sports_event_id, market_id, selection_id;

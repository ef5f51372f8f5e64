-- What is counted ahead of bets by the week in which they were placed, from Monday to Sunday in UTC: all that is ever told of a
-- bet is in that week, however late it is settled or corrected. `{brand}` and `{monday}` stand for the week that is counted. A
-- table is written as comment, `name (columns that rows are sorted by) :=`, query. A bet is known by its id alone: what is told of it
-- after its customer was erased is of nobody.

-- What bets that were placed in a week come to on each day (UTC). Stakes are of the day on which the bet was placed. What is
-- settled and returned is of the day on which that was decided: a correction adds to its own day what it changes, and leaves
-- the days before as they were. A multiple is of no sports event.
rollup_results (day) :=
WITH told AS (
    SELECT bet, revision, product, currency, stake_source = 'free_bet' AS is_free, stake_minor, placed_at, occurred_at,
        status != 'OPEN' AS is_settled, if(is_settled, counting_stake_minor, 0) AS counting,
        if(is_settled, stake_minor - counting_stake_minor, 0) AS void, if(is_settled, returns_minor, 0) AS returned,
        single_event, single_sport, single_name
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday}
    ORDER BY bet, revision, produced_at
    LIMIT 1 BY bet, revision
),
moves AS (
    SELECT *, row_number() OVER told_before = 1 AS is_first,
        lagInFrame((is_settled, counting, void, returned), 1, (0, 0, 0, 0)) OVER told_before AS before
    FROM told
    WINDOW told_before AS (PARTITION BY bet ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, move.1 AS day, product, currency, single_event AS sports_event_id,
    max(single_sport) AS sport, max(single_name) AS event_name, sum(move.2) AS bets, sum(move.3) AS settled_bets,
    sumIf(move.4, NOT is_free) AS turnover_minor, sumIf(move.5, NOT is_free) AS settled_minor, sumIf(move.6, NOT is_free) AS void_minor,
    sumIf(move.7, NOT is_free) AS returns_minor, sumIf(move.4, is_free) AS free_turnover_minor,
    sumIf(move.5, is_free) AS free_settled_minor, sumIf(move.6, is_free) AS free_void_minor, sumIf(move.7, is_free) AS free_returns_minor
FROM (
    SELECT product, currency, is_free, single_event, single_sport, single_name, arrayJoin([
        (toDate(placed_at), toInt64(is_first), toInt64(0), if(is_first, stake_minor, 0), toInt64(0), toInt64(0), toInt64(0)),
        (toDate(occurred_at), toInt64(0), toInt64(is_settled) - before.1, toInt64(0), counting - before.2, void - before.3, returned - before.4)
    ]) AS move
    FROM moves
)
WHERE move.2 != 0 OR move.3 != 0 OR move.5 != 0 OR move.6 != 0 OR move.7 != 0
GROUP BY day, product, currency, sports_event_id;

-- The open bets that were placed in a week, by their latest revision: how many, the customers' own stakes, and what they return if
-- all win. `multiples` of them have more than one leg.
rollup_open_bets (product) :=
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, product, currency, count() AS bets,
    countIf(legs > 1) AS multiples, sum(staked) AS stake_minor, sum(potential_returns_minor) AS returns_minor
FROM (
    SELECT product, currency, length(leg_events) AS legs, if(stake_source = 'cash', stake_minor, 0) AS staked, potential_returns_minor
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday} AND status = 'OPEN' AND (bet, revision) IN (
        SELECT bet, max(revision) FROM bet_state_records
        WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday} GROUP BY bet
    )
    ORDER BY bet, revision, produced_at
    LIMIT 1 BY bet
)
GROUP BY product, currency;

-- The same by selection, of legs whose result is not known. A multiple is whole at each of its selections, and `multiple_…` says
-- how much of it that is. `place_minor` is what of it bets each way return for the place alone.
rollup_open_selections (sports_event_id, market_id) :=
WITH opened AS (
    SELECT bet, product, currency, if(stake_source = 'cash', stake_minor, 0) AS staked, potential_returns_minor, placed_at, each_way,
        arrayProduct(arrayMap(odds -> odds / 1000, leg_odds_milli)) - if(stake_source = 'cash', 0, 1) AS wins,
        potential_returns_minor - toInt64(floor(least(wins * stake_minor / 2, toFloat64(potential_returns_minor)))) AS place,
        arrayZip(leg_events, leg_sports, leg_names, leg_starts, leg_markets, leg_market_names, leg_selections, leg_picks, leg_results) AS legs
    FROM bet_state_records
    WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday} AND status = 'OPEN' AND (bet, revision) IN (
        SELECT bet, max(revision) FROM bet_state_records
        WHERE refused = '' AND brand = {brand} AND toMonday(placed_at) = {monday} GROUP BY bet
    )
    ORDER BY bet, revision, produced_at
    LIMIT 1 BY bet
)
SELECT toLowCardinality({brand}) AS brand, {monday} AS placed_in, product, currency, leg.1 AS sports_event_id, leg.5 AS market_id,
    leg.7 AS selection_id, toLowCardinality(max(leg.2)) AS sport, max(leg.3) AS event_name, max(leg.6) AS market, max(leg.8) AS pick,
    fromUnixTimestamp64Micro(argMax(leg.4, (placed_at, bet)), 'UTC') AS starts_at, count() AS bets, sum(staked) AS stake_minor,
    sum(potential_returns_minor) AS returns_minor, sumIf(place, each_way) AS place_minor, countIf(length(legs) > 1) AS multiples,
    sumIf(staked, length(legs) > 1) AS multiple_stake_minor, sumIf(potential_returns_minor, length(legs) > 1) AS multiple_returns_minor
FROM (SELECT *, arrayJoin(legs) AS leg FROM opened)
WHERE leg.9 = ''
GROUP BY product, currency, sports_event_id, market_id, selection_id;

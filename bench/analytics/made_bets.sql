-- Bets by number, from `{first}` on, `{apart}` microseconds apart, as they come from the topics. One of ten has a second
-- revision, an hour later.
INSERT INTO bet_records (brand, customer, bet, revision, status, bet_type, product, channel, stake_minor, counting_stake_minor,
    currency, stake_source, odds_milli, placed_at, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, cityHash64('customer', cityHash64(number) % {customers}) AS customer, cityHash64('bet', number) AS bet,
        arrayJoin(if(number % 10 = 0, [1, 2], [1])) AS revision,
        if(revision = 1, 'placed', if(number % 100 = 0, 'void', 'settled')) AS status,
        ['single', 'single', 'multiple', 'system'][1 + cityHash64('t', number) % 4] AS bet_type, 'betting' AS product, '' AS channel,
        [50, 200, 500, 500, 1000, 1000, 2000][1 + cityHash64('s', number) % 7] AS stake_minor,
        stake_minor AS counting_stake_minor, 'GBP' AS currency,
        if(cityHash64('f', number) % 20 = 0, 'free_bet', 'cash') AS stake_source, 1100 + cityHash64('o', number) % 4000 AS odds_milli,
        {begin} + toIntervalMicrosecond(toInt64(number * {apart})) AS placed_at,
        if(revision = 1, placed_at, placed_at + toIntervalHour(1)) AS occurred_at, {from}
    FROM numbers({first}, {count})
);

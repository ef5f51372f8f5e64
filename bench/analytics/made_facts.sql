-- The facts that the benchmark makes, as the engine can make them at once: statements that end with `;`. `{brand}`,
-- `{begin}` (a Monday), `{customers}` and `{weeks}` are what is made; `{origin}` and `{from}` are where a row comes from.

-- Everybody has an account.
INSERT INTO account_records (brand, customer, revision, status, verified, jurisdiction, currency, rg_state,
    promo_restricted, erased, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, cityHash64('customer', number) AS customer, 1, 'active', true, 'GB', 'GBP', 'none', false, false,
        {begin} - toIntervalDay(30) AS occurred_at, {from}
    FROM numbers({customers})
);

-- Six of ten join, in any hour of the weeks.
INSERT INTO membership_records (brand, customer, version, change, opted_in, since, left_at, first_opted_in_at, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, cityHash64('customer', number) AS customer, 1, 'opted_in', true, occurred_at AS since,
        NULL AS left_at, occurred_at AS first_opted_in_at,
        {begin} + toIntervalHour(cityHash64('j', number) % ({weeks} * 168)) AS occurred_at, {from}
    FROM numbers({customers}) WHERE number % 10 >= 4
);

-- One of ten is drawn for the control group, and none of these joins.
INSERT INTO control_records (brand, customer, jurisdiction, currency, draw, control_per_mille, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, cityHash64('customer', number) AS customer, 'GB', 'GBP',
        if(number % 10 = 0, cityHash64('d', number) % 100, 100 + cityHash64('d', number) % 900), 100,
        {begin} - toIntervalDay(30) AS occurred_at, {from}
    FROM numbers({customers})
);

-- A third of the members qualifies in each week, and most weeks are confirmed.
INSERT INTO qualification_records (brand, customer, iso_week, revision, status, total_minor, target_minor, currency,
    occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, customer, iso_week, arrayJoin([1, 2]) AS revision, if(revision = 1, 'provisional', 'confirmed'),
        3000, 2500, 'GBP',
        starts_at + if(revision = 1, toIntervalMinute(1440 + cityHash64('m', number) % 7000), toIntervalMinute(10800)) AS occurred_at,
        {from}
    FROM {reached}
);

-- They have the same reward, which half of them chose.
INSERT INTO choice_records (brand, customer, iso_week, revision, final, source, reward_id, config_version, kind, value_minor,
    spins, currency, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, customer, iso_week, 1, true, if(number % 2 = 0, 'chosen', 'default'), 'fb-5', 1, 'free_bet', 500,
        NULL AS spins, 'GBP', starts_at + toIntervalHour(180) AS occurred_at, {from}
    FROM {reached}
);

-- It is credited, and then used.
INSERT INTO outcome_records (brand, customer, iso_week, revision, state, stage, reason, flag, provider, sent_at, credited_at,
    expires_at, reward_id, config_version, kind, value_minor, spins, currency, occurred_at, {origin})
SELECT * FROM (
    SELECT {brand} AS brand, customer, iso_week, arrayJoin([1, 2]) AS revision, if(revision = 1, 'CREDITED', 'USED') AS state,
        state AS stage, '', '' AS flag, 'sportsbook', occurred_at AS sent_at,
        occurred_at + toIntervalSecond(1 + number % 9) AS credited_at, NULL AS expires_at, 'fb-5', 1, 'free_bet', 500,
        NULL AS spins, 'GBP', starts_at + toIntervalHour(180) AS occurred_at, {from}
    FROM {reached}
);

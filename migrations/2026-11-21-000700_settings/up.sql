-- What a user has settled. No row means the defaults, which are those of the planner.

SELECT canvascal_adopt('user_settings', 'churn_settings');

CREATE TABLE IF NOT EXISTS user_settings (user_id uuid NOT NULL);
ALTER TABLE user_settings
    ADD COLUMN IF NOT EXISTS day_start_min smallint NOT NULL DEFAULT 420,
    ADD COLUMN IF NOT EXISTS day_end_min smallint NOT NULL DEFAULT 1380,
    ADD COLUMN IF NOT EXISTS rest_gap_min smallint NOT NULL DEFAULT 480,
    ADD COLUMN IF NOT EXISTS focus_min smallint NOT NULL DEFAULT 30,
    ADD COLUMN IF NOT EXISTS focus_max smallint NOT NULL DEFAULT 120,
    ADD COLUMN IF NOT EXISTS lookahead_days smallint NOT NULL DEFAULT 5,
    ADD COLUMN IF NOT EXISTS lead_minutes smallint NOT NULL DEFAULT 15,
    ADD COLUMN IF NOT EXISTS relocation_spill_days smallint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS allow_delete boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS energy smallint[] NOT NULL
        DEFAULT '{100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100,100}',
    ADD COLUMN IF NOT EXISTS priority_threshold double precision NOT NULL DEFAULT 70,
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('user_settings', 'user_id', 'day_start_min', 'day_end_min', 'rest_gap_min',
    'focus_min', 'focus_max', 'lookahead_days', 'lead_minutes', 'relocation_spill_days', 'allow_delete',
    'energy', 'priority_threshold', 'updated_at');
SELECT canvascal_key('user_settings', 'user_id');
SELECT canvascal_foreign_key('user_settings', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('user_settings', 'user_settings_day_check',
    '0 <= day_start_min AND day_start_min < day_end_min AND day_end_min <= 1380');
SELECT canvascal_check('user_settings', 'user_settings_rest_check', 'rest_gap_min BETWEEN 0 AND 1440');
SELECT canvascal_check('user_settings', 'user_settings_focus_check',
    'focus_min >= 15 AND focus_min % 15 = 0 AND focus_max % 15 = 0 AND focus_max >= 2 * focus_min AND focus_max <= 1440');
SELECT canvascal_check('user_settings', 'user_settings_span_check',
    'lookahead_days BETWEEN 1 AND 14 AND lead_minutes BETWEEN 0 AND 1440 AND relocation_spill_days BETWEEN 0 AND 7');
SELECT canvascal_check('user_settings', 'user_settings_energy_check',
    $$array_ndims(energy) = 1 AND cardinality(energy) = 24 AND array_position(energy, NULL) IS NULL
      AND 50 <= ALL (energy) AND 150 >= ALL (energy)$$);
SELECT canvascal_check('user_settings', 'user_settings_threshold_check',
    $$priority_threshold BETWEEN 0 AND 100
      AND priority_threshold = round(priority_threshold::numeric, 3)::double precision$$);

CREATE TABLE IF NOT EXISTS churn_settings (user_id uuid NOT NULL);
ALTER TABLE churn_settings
    ADD COLUMN IF NOT EXISTS churn_cap smallint NOT NULL DEFAULT 3,
    ADD COLUMN IF NOT EXISTS churn_cap_max smallint NOT NULL DEFAULT 5,
    ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT canvascal_now();
SELECT canvascal_not_null('churn_settings', 'user_id', 'churn_cap', 'churn_cap_max', 'updated_at');
SELECT canvascal_key('churn_settings', 'user_id');
SELECT canvascal_foreign_key('churn_settings', '{user_id}', 'users', '{id}', 'CASCADE');
SELECT canvascal_check('churn_settings', 'churn_settings_cap_check',
    'churn_cap BETWEEN 0 AND 5 AND churn_cap_max BETWEEN 0 AND 5');

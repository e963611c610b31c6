-- What the other migrations need to be adopted by a database that has some of these tables already.
--
-- Every object is made in the first schema of the search path, so nothing here needs a superuser.

-- What there was before us, so that the way down ends where the way up began.
CREATE TABLE IF NOT EXISTS canvascal_adopted_tables (
    table_name text NOT NULL PRIMARY KEY,
    column_names text[] NOT NULL,
    constraint_names text[] NOT NULL,
    adopted_at timestamptz NOT NULL DEFAULT now()
);

-- Remembers which of these tables exist already, and how they look.
CREATE OR REPLACE FUNCTION canvascal_adopt(VARIADIC table_names text[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO canvascal_adopted_tables (table_name, column_names, constraint_names)
    SELECT c.relname,
           (SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
           (SELECT coalesce(array_agg(k.conname::text), '{}') FROM pg_constraint k WHERE k.conrelid = c.oid)
      FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND c.relname = ANY (table_names)
    ON CONFLICT (table_name) DO NOTHING
$$;

-- Removes these tables; those that were adopted only lose what was added to them.
CREATE OR REPLACE FUNCTION canvascal_drop(VARIADIC table_names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target text;
    adopted canvascal_adopted_tables;
    part text;
BEGIN
    FOREACH target IN ARRAY table_names LOOP
        SELECT * INTO adopted FROM canvascal_adopted_tables a WHERE a.table_name = target;
        IF NOT FOUND THEN
            -- CASCADE: foreign keys of adopted tables may point here.
            EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', target);
            CONTINUE;
        END IF;
        FOR part IN SELECT conname FROM pg_constraint
                     WHERE conrelid = to_regclass(quote_ident(target)) AND conname <> ALL (adopted.constraint_names)
                     -- Foreign keys first: they hold the unique constraints they point to.
                     ORDER BY contype <> 'f', conname LOOP
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT IF EXISTS %I CASCADE', target, part);
        END LOOP;
        FOR part IN SELECT attname FROM pg_attribute
                     WHERE attrelid = to_regclass(quote_ident(target)) AND attnum > 0 AND NOT attisdropped
                       AND attname <> ALL (adopted.column_names) LOOP
            EXECUTE format('ALTER TABLE %I DROP COLUMN %I', target, part);
        END LOOP;
    END LOOP;
END
$$;

-- Removes these columns, but for those that an adopted table had before.
CREATE OR REPLACE FUNCTION canvascal_drop_columns(target text, VARIADIC names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY names LOOP
        IF NOT EXISTS (SELECT FROM canvascal_adopted_tables
                        WHERE table_name = target AND part = ANY (column_names)) THEN
            EXECUTE format('ALTER TABLE %I DROP COLUMN IF EXISTS %I', target, part);
        END IF;
    END LOOP;
END
$$;

-- Makes sure that these columns always have a value; an adopted table gets the columns' own defaults.
CREATE OR REPLACE FUNCTION canvascal_not_null(target regclass, VARIADIC names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    part text;
    missing bigint;
BEGIN
    FOR part IN SELECT attname FROM pg_attribute
                 WHERE attrelid = target AND attname = ANY (names) AND NOT attnotnull LOOP
        EXECUTE format('UPDATE %s SET %2$I = DEFAULT WHERE %2$I IS NULL', target, part);
        EXECUTE format('SELECT count(*) FROM %s WHERE %I IS NULL', target, part) INTO missing;
        IF missing > 0 THEN
            RAISE EXCEPTION '% rows of % have no %', missing, target, part
                USING ERRCODE = 'not_null_violation', HINT = 'Give them one, or remove them, and migrate again.';
        END IF;
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', target, part);
    END LOOP;
END
$$;

-- Makes sure that these columns identify a row: the primary key, or a unique constraint where there is another one.
CREATE OR REPLACE FUNCTION canvascal_key(target regclass, VARIADIC key_columns text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wanted int2[];
    listed text;
BEGIN
    SELECT array_agg(attnum ORDER BY attnum) INTO wanted
      FROM pg_attribute WHERE attrelid = target AND attname = ANY (key_columns);
    IF EXISTS (
        SELECT FROM pg_index i
         WHERE i.indrelid = target AND i.indisunique AND i.indisvalid AND i.indimmediate
           AND i.indpred IS NULL AND i.indexprs IS NULL
           AND (SELECT array_agg(k.attnum ORDER BY k.attnum)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                 WHERE k.place <= i.indnkeyatts) = wanted
    ) THEN
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) INTO listed
      FROM unnest(key_columns) WITH ORDINALITY AS c (name, place);
    IF EXISTS (SELECT FROM pg_index WHERE indrelid = target AND indisprimary) THEN
        EXECUTE format('ALTER TABLE %s ADD UNIQUE (%s)', target, listed);
    ELSE
        EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (%s)', target, listed);
    END IF;
END
$$;

-- Makes sure of a foreign key: the same columns, target and action, whatever its name.
CREATE OR REPLACE FUNCTION canvascal_foreign_key(
    source regclass, source_columns text[], target regclass, target_columns text[], on_delete text
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    definition text;
BEGIN
    definition := format('FOREIGN KEY (%s) REFERENCES %s(%s) ON DELETE %s',
                         array_to_string(source_columns, ', '), target, array_to_string(target_columns, ', '), on_delete);
    IF NOT EXISTS (SELECT FROM pg_constraint
                    WHERE conrelid = source AND contype = 'f' AND pg_get_constraintdef(oid) = definition) THEN
        EXECUTE format('ALTER TABLE %s ADD %s', source, definition);
    END IF;
END
$$;

-- Makes sure of a check: the same condition, whatever its name. Rows of an adopted table that break it stay as they
-- are, with a warning; new ones are held to it.
CREATE OR REPLACE FUNCTION canvascal_check(target regclass, name text, condition text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    probe CONSTANT text := 'canvascal_check_probe';
    definition text;
BEGIN
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%s) NOT VALID', target, probe, condition);
    SELECT pg_get_constraintdef(oid) INTO definition
      FROM pg_constraint WHERE conrelid = target AND conname = probe;
    IF EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = target AND contype = 'c' AND conname <> probe
                  AND pg_get_constraintdef(oid) IN (definition, replace(definition, ' NOT VALID', ''))) THEN
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, probe);
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = name) THEN
        name := 'canvascal_' || name;
    END IF;
    EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', target, probe, name);
    BEGIN
        EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', target, name);
    EXCEPTION WHEN check_violation THEN
        RAISE WARNING 'rows of % that were there before break %: they stay, new ones are refused', target, name;
    END;
END
$$;

-- The moment that the unit of work declares, or else the one at which the transaction began. So what happened is dated
-- by the clock that decisions are made by, wherever the program says so. Stable, since a distributed UPDATE takes no
-- volatile function.
CREATE OR REPLACE FUNCTION canvascal_now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('canvascal.now', true), '')::timestamptz, now())
$$;

-- These change the schema; nobody else needs them.
REVOKE ALL ON FUNCTION canvascal_adopt(text[]), canvascal_drop(text[]), canvascal_drop_columns(text, text[]),
    canvascal_not_null(regclass, text[]), canvascal_key(regclass, text[]),
    canvascal_foreign_key(regclass, text[], regclass, text[], text), canvascal_check(regclass, text, text)
    FROM PUBLIC;

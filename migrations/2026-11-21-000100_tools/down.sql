-- CASCADE: a column of an adopted table may have it as its default.
DROP FUNCTION IF EXISTS canvascal_now() CASCADE;
DROP FUNCTION IF EXISTS canvascal_check(regclass, text, text);
DROP FUNCTION IF EXISTS canvascal_foreign_key(regclass, text[], regclass, text[], text);
DROP FUNCTION IF EXISTS canvascal_key(regclass, text[]);
DROP FUNCTION IF EXISTS canvascal_not_null(regclass, text[]);
DROP FUNCTION IF EXISTS canvascal_drop_columns(text, text[]);
DROP FUNCTION IF EXISTS canvascal_drop(text[]);
DROP FUNCTION IF EXISTS canvascal_adopt(text[]);
DROP TABLE IF EXISTS canvascal_adopted_tables;

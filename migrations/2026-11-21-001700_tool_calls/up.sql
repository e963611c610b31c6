-- The history tells of what agents call, too.
DO $do$
DECLARE
    probe CONSTANT text := 'canvascal_check_probe';
    dropped text;
BEGIN
    -- Whatever the earlier list is called; a check of somebody else's stays.
    ALTER TABLE rebalancing_audit ADD CONSTRAINT canvascal_check_probe CHECK (
        action IN ('CREATED', 'CREATE_REFUSED', 'SUPERSEDED', 'ACCEPTED', 'ACCEPT_REFUSED', 'REJECTED', 'REJECT_REFUSED', 'EXPIRED',
                 'UNDONE', 'UNDO_REFUSED')) NOT VALID;
    FOR dropped IN
        SELECT c.conname FROM pg_constraint c, pg_constraint p
         WHERE p.conrelid = 'rebalancing_audit'::regclass AND p.conname = probe
           AND c.conrelid = p.conrelid AND c.contype = 'c'
           AND pg_get_constraintdef(c.oid)
               IN (pg_get_constraintdef(p.oid), replace(pg_get_constraintdef(p.oid), ' NOT VALID', ''))
    LOOP
        EXECUTE format('ALTER TABLE rebalancing_audit DROP CONSTRAINT %I', dropped);
    END LOOP;
END
$do$;
SELECT canvascal_check('rebalancing_audit', 'rebalancing_audit_action_check',
    $$action IN ('CREATED', 'CREATE_REFUSED', 'SUPERSEDED', 'ACCEPTED', 'ACCEPT_REFUSED', 'REJECTED', 'REJECT_REFUSED', 'EXPIRED',
                 'UNDONE', 'UNDO_REFUSED', 'TOOL_CALLED')$$);

SELECT canvascal_drop('realtime_events');
SELECT canvascal_drop_columns('users', 'last_event_seq');

-- jsonb keeps numbers of any size. What reads them as doubles, as most that read JSON do, finds none beyond these, and
-- would be unable to read the whole calendar.

SELECT canvascal_check('calendar_events', 'calendar_events_metadata_numbers_check',
    $$NOT jsonb_path_exists(metadata,
        '$.** ? (@.type() == "number" && (@ > 1.7976931348623157e308 || @ < -1.7976931348623157e308))')$$);

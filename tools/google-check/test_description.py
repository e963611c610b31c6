"""The judge is judged: what is not as described is found."""

import unittest

from description import faults


class Description(unittest.TestCase):
    def found(self, value, schema):
        return list(faults(value, {"$ref": schema}))

    def test_what_is_as_described_has_no_faults(self):
        event = {"kind": "calendar#event", "start": {"date": "2026-03-03"}, "status": "cancelled", "sequence": 1}
        self.assertEqual(self.found(event, "Event"), [])

    def test_what_is_not_is_found(self):
        wrong = [
            ({"unheard": 1}, "Event"), ({"kind": "event"}, "Event"), ({"status": "lost"}, "Event"),
            ({"sequence": "1"}, "Event"), ({"start": {"date": "3 March"}}, "Event"),
            ({"updated": "2026-03-03T10:00:00"}, "Event"), ({"expiration": 1}, "Channel"),
            ({"items": [{"accessRole": "king"}]}, "CalendarList"), ({"recurrence": "RRULE:FREQ=DAILY"}, "Event"),
        ]
        for value, schema in wrong:
            with self.subTest(value=value):
                self.assertEqual(len(self.found(value, schema)), 1)

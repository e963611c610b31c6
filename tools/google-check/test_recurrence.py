"""The occurrences of a series are those that another library counts."""

import datetime
from zoneinfo import ZoneInfo

import requests
from dateutil.rrule import rrulestr

from peer import WithFake

RULES = [
    "FREQ=DAILY;COUNT=40",
    "FREQ=DAILY;INTERVAL=3;UNTIL=20261201T000000Z",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=60",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=30",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=8",
    "FREQ=MONTHLY;BYDAY=-1FR;COUNT=20",
    "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231T235959Z",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=20",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=4",
    "FREQ=YEARLY;COUNT=3",
]
STARTS = [
    ("Europe/Berlin", "2026-01-05T10:15:00"),
    ("America/New_York", "2026-01-05T23:30:00"),
    ("Australia/Lord_Howe", "2026-01-05T00:10:00"),
]


def counted(rule, start, zone):
    """The starts in UTC: the first stands in the calendar, whether it keeps to the rule or not, and is counted."""
    first = datetime.datetime.fromisoformat(start)
    parts = dict(part.split("=") for part in rule.split(";"))
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    starts = [first]
    for wall in rrulestr(text, dtstart=first):
        if wall == first:
            continue
        moment = wall.replace(tzinfo=zone).astimezone(datetime.timezone.utc)
        if until and moment > datetime.datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc):
            break
        if count and len(starts) >= int(count):
            break
        starts.append(wall)
    return [wall.replace(tzinfo=zone).astimezone(datetime.timezone.utc) for wall in starts]


class Recurrence(WithFake):
    def test_rules_are_counted_alike(self):
        headers = {"Authorization": f"Bearer {self.fake.token()}"}
        for name, start in STARTS:
            end = (datetime.datetime.fromisoformat(start) + datetime.timedelta(hours=1)).isoformat()
            for rule in RULES:
                with self.subTest(rule=rule, zone=name):
                    event = {
                        "start": {"dateTime": start, "timeZone": name}, "end": {"dateTime": end, "timeZone": name},
                        "recurrence": [f"RRULE:{rule}"],
                    }
                    made = self.fake.person("insert", calendar=self.fake.classes, event=event)
                    address = f"{self.fake.calendar}calendars/{self.fake.classes}/events/{made['id']}/instances"
                    query = {"maxResults": 2500, "timeMax": "2030-01-01T00:00:00Z"}
                    told = requests.get(address, params=query, headers=headers, timeout=60).json()["items"]
                    starts = [datetime.datetime.fromisoformat(one["start"]["dateTime"]) for one in told]
                    self.assertEqual(starts, counted(rule, start, ZoneInfo(name)))

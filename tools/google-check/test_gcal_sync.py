"""Another client that keeps a calendar in step, and expands series by itself, agrees with the fake."""

import datetime
import unittest

import aiohttp
import requests
from gcal_sync.api import GoogleCalendarService
from gcal_sync.auth import AbstractAuth
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

from peer import Fake, hour


class Auth(AbstractAuth):
    def __init__(self, session, fake):
        super().__init__(session, fake.calendar.rstrip("/"))
        self.token = fake.token()

    async def async_get_access_token(self):
        return self.token


class GcalSync(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.fake = Fake()
        self.addCleanup(self.fake.stop)
        session = aiohttp.ClientSession()
        self.addAsyncCleanup(session.close)
        self.service = GoogleCalendarService(Auth(session, self.fake))
        self.events = CalendarEventSyncManager(self.service, self.fake.classes)

    async def shown(self):
        """What the client would show from March to July: summaries and starts."""
        timeline = await self.events.store_service.async_get_timeline()
        first, last = (datetime.datetime(2026, month, 1, tzinfo=datetime.timezone.utc) for month in (3, 7))
        events = timeline.overlapping(first, last)
        return sorted((event.summary, event.start.normalize().isoformat()) for event in events)

    def expected(self):
        """What the fake itself shows, in UTC."""
        listed = self.fake_list()
        return sorted((item["summary"], self.in_utc(item["start"])) for item in listed)

    def fake_list(self):
        query = {
            "singleEvents": "true", "orderBy": "startTime", "timeMin": "2026-03-01T00:00:00Z",
            "timeMax": "2026-07-01T00:00:00Z",
        }
        address = f"{self.fake.calendar}calendars/{self.fake.classes}/events"
        headers = {"Authorization": f"Bearer {self.fake.token()}"}
        items = []
        while True:
            answer = requests.get(address, params=query, headers=headers, timeout=60).json()
            items += answer["items"]
            if "nextPageToken" not in answer:
                return items
            query["pageToken"] = answer["nextPageToken"]

    @staticmethod
    def in_utc(start):
        if "date" in start:
            return f"{start['date']}T00:00:00+00:00"
        return datetime.datetime.fromisoformat(start["dateTime"]).astimezone(datetime.timezone.utc).isoformat()

    async def in_step(self):
        await self.events.run()
        shown = [(summary, self.in_utc({"dateTime": start})) for summary, start in await self.shown()]
        self.assertEqual(sorted(shown), self.expected())

    async def test_deltas_keep_it_in_step(self):
        await self.in_step()
        self.fake.post("pages", {"rows": 2})
        calendar = self.fake.classes
        made = [self.fake.person("insert", calendar=calendar, event=hour(f"{day}", day, 9)) for day in range(3, 10)]
        await self.in_step()
        self.fake.person("edit", calendar=calendar, id=made[0]["id"], event=hour("Moved", 20, 9))
        self.fake.person("delete", calendar=calendar, id=made[1]["id"])
        await self.in_step()

    async def test_exceptions_and_zones_are_understood(self):
        calendar, zone = self.fake.classes, "America/New_York"
        series = {
            "summary": "Seminar",
            "recurrence": [
                "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=12", "EXDATE;TZID=America/New_York:20260312T180000"
            ],
            "start": {"dateTime": "2026-03-03T18:00:00", "timeZone": zone},
            "end": {"dateTime": "2026-03-03T19:30:00", "timeZone": zone},
        }
        series = self.fake.person("insert", calendar=calendar, event=series)["id"]
        await self.in_step()
        start, event = "2026-03-10T22:00:00Z", {"summary": "Guest"}
        self.fake.person("edit_instance", calendar=calendar, id=series, start=start, event=event)
        await self.in_step()
        self.fake.person("delete", calendar=calendar, id=series)
        await self.in_step()

    async def test_a_token_that_is_gone_leads_to_a_new_start(self):
        await self.in_step()
        gone = self.fake.person("insert", calendar=self.fake.classes, event=hour("Gone", 3, 9))["id"]
        await self.in_step()
        self.fake.person("delete", calendar=self.fake.classes, id=gone)
        self.fake.post("forget", {"calendar": self.fake.classes})
        await self.in_step()
        asked = [one["status"] for one in self.fake.get("requests") if one["operation"] == "events.list"]
        self.assertIn(410, asked)

    async def test_the_list_of_calendars_is_kept_in_step(self):
        calendars = CalendarListSyncManager(self.service)
        await calendars.run()
        made = self.fake.person("calendar", summary="New")["id"]
        await calendars.run()
        listed = await calendars.store_service.async_list_calendars()
        ids = {calendar.id for calendar in listed.calendars}
        self.assertEqual(ids, {self.fake.account, self.fake.classes, self.fake.holidays, made})

"""Google's own client takes the fake for Google."""

import copy
import json
import urllib.parse

import google.auth.exceptions
import google_auth_httplib2
import httplib2
import requests
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient import channel
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from description import DOCUMENT, check_answer, check_error
from peer import WithFake, hour


class Checked(httplib2.Http):
    """A connection that holds every answer to the description."""

    def request(self, uri, method="GET", *rest, **named):
        response, content = super().request(uri, method, *rest, **named)
        if "/batch/" not in uri and response.get("content-type", "").startswith("application/json"):
            check_answer(method, uri, response.status, content)
        return response, content


class GoogleClient(WithFake):
    def setUp(self):
        super().setUp()
        self.calendar = self.client(self.fake.token())

    def client(self, token):
        document = copy.deepcopy(DOCUMENT)
        document["rootUrl"] = self.fake.url + "/"
        document["baseUrl"] = self.fake.calendar
        http = google_auth_httplib2.AuthorizedHttp(Credentials(token), http=Checked())
        return build_from_document(document, http=http)

    def refused(self, status, reason, request):
        with self.assertRaises(HttpError) as caught:
            request.execute()
        self.assertEqual(caught.exception.resp.status, status, caught.exception)
        error = json.loads(caught.exception.content)["error"]
        self.assertEqual(error["errors"][0]["reason"], reason)

    def walk(self, **parameters):
        """All pages of the classes: their items, and the sync token."""
        events, items = self.calendar.events(), []
        request = events.list(calendarId=self.fake.classes, **parameters)
        while request is not None:
            answer = request.execute()
            items += answer["items"]
            request = events.list_next(request, answer)
        return items, answer.get("nextSyncToken")

    def test_calendars_are_listed_made_named_and_deleted(self):
        listed = self.calendar.calendarList().list().execute()
        self.assertEqual(
            [item["id"] for item in listed["items"]], [self.fake.account, self.fake.classes, self.fake.holidays]
        )
        made = self.calendar.calendars().insert(body={"summary": "Study", "timeZone": "Asia/Tokyo"}).execute()
        patched = self.calendar.calendars().patch(calendarId=made["id"], body={"description": "For exams"}).execute()
        self.assertEqual(patched["summary"], "Study")
        entry = self.calendar.calendarList().get(calendarId=made["id"]).execute()
        self.assertEqual(entry["timeZone"], "Asia/Tokyo")
        body = {"summaryOverride": "Mine", "hidden": True}
        self.calendar.calendarList().patch(calendarId=made["id"], body=body).execute()
        self.calendar.calendars().delete(calendarId=made["id"]).execute()
        token = listed["nextSyncToken"]
        delta = self.calendar.calendarList().list(syncToken=token).execute()
        self.assertEqual([(item["id"], item["deleted"]) for item in delta["items"]], [(made["id"], True)])

    def test_lists_come_in_pages_and_then_as_deltas(self):
        made = [
            self.fake.person("insert", calendar=self.fake.classes, event=hour(f"{number}", 3 + number, 9))["id"]
            for number in range(7)
        ]
        self.fake.post("pages", {"rows": 3})
        items, token = self.walk()
        self.assertEqual([item["id"] for item in items][1:], made)
        self.fake.person("delete", calendar=self.fake.classes, id=made[0])
        self.fake.person("edit", calendar=self.fake.classes, id=made[1], event={"summary": "Changed"})
        items, again = self.walk(syncToken=token)
        told = [(item["id"], item["status"]) for item in items]
        self.assertEqual(told, [(made[0], "cancelled"), (made[1], "confirmed")])
        self.assertEqual(self.walk(syncToken=again)[0], [])
        self.fake.post("forget", {"calendar": self.fake.classes})
        stale = self.calendar.events().list(calendarId=self.fake.classes, syncToken=again)
        self.refused(410, "fullSyncRequired", stale)

    def test_events_are_written_on_conditions(self):
        events = self.calendar.events()
        made = events.insert(calendarId="primary", body=hour("Study", 3, 9)).execute()
        self.fake.person("edit", calendar=self.fake.account, id=made["id"], event={"summary": "Hers"})
        patch = events.patch(calendarId="primary", eventId=made["id"], body={"location": "Library"})
        patch.headers["If-Match"] = made["etag"]
        self.refused(412, "conditionNotMet", patch)
        fresh = events.get(calendarId="primary", eventId=made["id"]).execute()
        patch.headers["If-Match"] = fresh["etag"]
        patched = patch.execute()
        self.assertEqual((patched["summary"], patched["location"]), ("Hers", "Library"))
        moved = events.update(calendarId="primary", eventId=made["id"], body=hour("Study", 4, 9)).execute()
        self.assertEqual(moved["sequence"], 1)
        events.delete(calendarId="primary", eventId=made["id"]).execute()
        self.refused(410, "deleted", events.delete(calendarId="primary", eventId=made["id"]))
        again = {**hour("Study", 3, 9), "id": made["id"]}
        self.refused(409, "duplicate", events.insert(calendarId="primary", body=again))

    def test_every_kind_of_event_is_as_described(self):
        events = self.calendar.events()
        rich = {
            **hour("Seminar", 3, 9),
            "attendees": [{"email": "ben@example.edu", "optional": True}, {"email": self.fake.account}],
            "extendedProperties": {"private": {"a": "1"}, "shared": {"b": "2"}},
            "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]},
            "source": {"title": "Canvas", "url": "https://canvas.example/1"},
            "transparency": "transparent", "visibility": "private", "colorId": "3", "guestsCanModify": True,
        }
        made = events.insert(calendarId="primary", body=rich).execute()
        self.assertTrue(made["attendees"][1]["self"])
        off = {**hour("Away", 4, 9), "eventType": "outOfOffice", "outOfOfficeProperties": {"declineMessage": "Sorry"}}
        events.insert(calendarId="primary", body=off).execute()
        focus = {**hour("Focus", 5, 9), "eventType": "focusTime", "focusTimeProperties": {"chatStatus": "doNotDisturb"}}
        events.insert(calendarId="primary", body=focus).execute()
        home = {
            "summary": "Home", "start": {"date": "2026-03-06"}, "end": {"date": "2026-03-07"}, "visibility": "public",
            "transparency": "transparent", "eventType": "workingLocation",
            "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        }
        made = events.insert(calendarId="primary", body=home).execute()
        self.assertEqual(made["workingLocationProperties"]["homeOffice"], {})
        imported = events.import_(calendarId="primary", body={**hour("Talk", 7, 9), "iCalUID": "1@b"}).execute()
        moved = events.move(calendarId="primary", eventId=imported["id"], destination=self.fake.classes).execute()
        self.assertEqual(moved["id"], imported["id"])
        listed = events.list(calendarId="primary", showDeleted=True, maxAttendees=1).execute()
        self.assertEqual(len(listed["items"]), 5)
        self.assertTrue(listed["items"][0]["attendeesOmitted"])
        types = events.list(calendarId="primary", eventTypes=["focusTime", "outOfOffice"]).execute()
        self.assertEqual(len(types["items"]), 2)

    def test_series_have_instances_and_exceptions(self):
        events = self.calendar.events()
        series = self.walk()[0][0]["id"]
        instances = events.instances(calendarId=self.fake.classes, eventId=series).execute()["items"]
        self.assertEqual(len(instances), 14)
        events.delete(calendarId=self.fake.classes, eventId=instances[1]["id"]).execute()
        body = {"summary": "Guest lecture"}
        events.patch(calendarId=self.fake.classes, eventId=instances[2]["id"], body=body).execute()
        kept = events.list(calendarId=self.fake.classes, singleEvents=True, orderBy="startTime").execute()["items"]
        self.assertEqual([item["id"] for item in kept], [item["id"] for item in instances if item != instances[1]])
        self.assertEqual(kept[1]["summary"], "Guest lecture")
        items, _ = self.walk()
        self.assertEqual(sorted(item["status"] for item in items), ["cancelled", "confirmed", "confirmed"])

    def test_batches_are_answered_part_by_part(self):
        events, answers = self.calendar.events(), {}
        batch = self.calendar.new_batch_http_request(lambda key, *told: answers.update({key: told}))
        for number in range(10):
            body = {**hour(f"{number}", 3 + number, 9), "id": f"batch{number}"}
            batch.add(events.insert(calendarId="primary", body=body), request_id=f"insert {number}")
        batch.add(events.get(calendarId="primary", eventId="nothing"), request_id="missing")
        stale = events.patch(calendarId=self.fake.classes, eventId=self.walk()[0][0]["id"], body={"summary": "New"})
        stale.headers["If-Match"] = '"0"'
        batch.add(stale, request_id="stale")
        self.fake.fail("reorder_parts", operation="batch")
        batch.execute()
        for number in range(10):
            answer, error = answers[f"insert {number}"]
            self.assertIsNone(error)
            self.assertEqual((answer["id"], answer["summary"]), (f"batch{number}", f"{number}"))
        for key, status in [("missing", 404), ("stale", 412)]:
            self.assertEqual(answers[key][1].resp.status, status)
            check_error(status, answers[key][1].content)

    def test_free_busy_is_told(self):
        body = {
            "timeMin": "2026-03-02T00:00:00Z", "timeMax": "2026-03-10T00:00:00Z", "timeZone": "Europe/Berlin",
            "items": [{"id": self.fake.classes}, {"id": self.fake.holidays}],
        }
        told = self.calendar.freebusy().query(body=body).execute()["calendars"]
        self.assertEqual(told[self.fake.classes]["busy"][0]["start"], "2026-03-02T10:15:00+01:00")
        self.assertEqual(len(told[self.fake.classes]["busy"]), 2)
        self.assertEqual(told[self.fake.holidays]["errors"][0]["reason"], "notFound")

    def test_channels_are_opened_and_stopped(self):
        hook = channel.new_webhook_channel("https://app.example/hook", token="t")
        opened = self.calendar.events().watch(calendarId=self.fake.classes, body=hook.body()).execute()
        hook.update(opened)
        self.assertGreater(int(hook.expiration), 0)
        refused = self.calendar.events().watch(calendarId=self.fake.holidays, body={**hook.body(), "id": "other"})
        self.refused(400, "pushNotSupportedForRequestedResource", refused)
        lists = channel.new_webhook_channel("https://app.example/hook")
        lists.update(self.calendar.calendarList().watch(body=lists.body()).execute())
        self.calendar.channels().stop(body=hook.body()).execute()
        self.refused(404, "notFound", self.calendar.channels().stop(body=hook.body()))

    def test_notifications_are_understood(self):
        hook = channel.new_webhook_channel("https://app.example/hook", token="t")
        # A POST that nobody takes would be tried again; here it waits to be looked at.
        self.fake.post("mishaps", [{"delay": 3600}, {"delay": 3600}])
        hook.update(self.calendar.events().watch(calendarId=self.fake.classes, body=hook.body()).execute())
        self.fake.person("insert", calendar=self.fake.classes, event=hour("Study", 3, 9))
        first, second = (waiting["headers"] for waiting in self.fake.get("notifications"))
        for headers, state in [(first, "sync"), (second, "exists")]:
            notification = channel.notification_from_headers(hook, headers)
            self.assertEqual((notification.state, notification.resource_uri), (state, hook.resource_uri))
        self.assertEqual(first["X-Goog-Message-Number"], "1")

    def test_scopes_are_held_to_the_description(self):
        """Each scope opens exactly the methods that the description lists it for."""
        event = {"calendarId": "primary", "eventId": "a"}
        asked_by_id = {
            "calendar.events.list": lambda api: api.events().list(calendarId="primary"),
            "calendar.events.get": lambda api: api.events().get(**event),
            "calendar.events.insert": lambda api: api.events().insert(calendarId="primary", body={}),
            "calendar.events.import": lambda api: api.events().import_(calendarId="primary", body={}),
            "calendar.events.patch": lambda api: api.events().patch(**event, body={}),
            "calendar.events.update": lambda api: api.events().update(**event, body={}),
            "calendar.events.delete": lambda api: api.events().delete(**event),
            "calendar.events.move": lambda api: api.events().move(**event, destination="b"),
            "calendar.events.instances": lambda api: api.events().instances(**event),
            "calendar.events.watch": lambda api: api.events().watch(calendarId="primary", body={}),
            "calendar.calendarList.list": lambda api: api.calendarList().list(),
            "calendar.calendarList.get": lambda api: api.calendarList().get(calendarId="primary"),
            "calendar.calendarList.insert": lambda api: api.calendarList().insert(body={}),
            "calendar.calendarList.patch": lambda api: api.calendarList().patch(calendarId="primary", body={}),
            "calendar.calendarList.update": lambda api: api.calendarList().update(calendarId="primary", body={}),
            "calendar.calendarList.delete": lambda api: api.calendarList().delete(calendarId="nothing"),
            "calendar.calendarList.watch": lambda api: api.calendarList().watch(body={}),
            "calendar.calendars.get": lambda api: api.calendars().get(calendarId="primary"),
            "calendar.calendars.insert": lambda api: api.calendars().insert(body={}),
            "calendar.calendars.patch": lambda api: api.calendars().patch(calendarId="primary", body={}),
            "calendar.calendars.update": lambda api: api.calendars().update(calendarId="primary", body={}),
            "calendar.calendars.delete": lambda api: api.calendars().delete(calendarId="primary"),
            "calendar.calendars.clear": lambda api: api.calendars().clear(calendarId="nothing"),
            "calendar.freebusy.query": lambda api: api.freebusy().query(body={}),
            "calendar.channels.stop": lambda api: api.channels().stop(body={}),
            "calendar.colors.get": lambda api: api.colors().get(),
            "calendar.settings.list": lambda api: api.settings().list(),
            "calendar.settings.get": lambda api: api.settings().get(setting="timezone"),
        }
        methods = [method for resource in DOCUMENT["resources"].values() for method in resource["methods"].values()]
        for scope in DOCUMENT["auth"]["oauth2"]["scopes"]:
            calendar = self.client(self.fake.token(scope))
            for method in methods:
                if method["id"] not in asked_by_id:
                    continue
                with self.subTest(scope=scope, method=method["id"]):
                    opened = True
                    try:
                        asked_by_id[method["id"]](calendar).execute()
                    except HttpError as error:
                        # What the scope does not reach of what it opens is another matter.
                        opened = "insufficient" not in str(error.content)
                    limited = scope.rsplit("/", 1)[1] in ("calendar.app.created", "calendar.events.public.readonly")
                    if scope in method["scopes"] and limited:
                        continue
                    self.assertEqual(opened, scope in method["scopes"])

    def test_credentials_are_got_renewed_and_revoked(self):
        query = {
            "client_id": self.fake.client_id, "redirect_uri": "https://app.example/back", "response_type": "code",
            "scope": "https://www.googleapis.com/auth/calendar.events", "access_type": "offline", "state": "s",
            "login_hint": self.fake.account,
        }
        sent = requests.get(self.fake.authorize, params=query, allow_redirects=False, timeout=60)
        back = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.headers["location"]).query)
        self.assertEqual(back["state"], ["s"])
        form = {
            "grant_type": "authorization_code", "code": back["code"][0], "client_id": self.fake.client_id,
            "client_secret": self.fake.client_secret, "redirect_uri": "https://app.example/back",
        }
        tokens = requests.post(self.fake.token_address, data=form, timeout=60).json()
        credentials = Credentials(
            None, refresh_token=tokens["refresh_token"], token_uri=self.fake.token_address,
            client_id=self.fake.client_id, client_secret=self.fake.client_secret,
        )
        credentials.refresh(Request())
        self.client(credentials.token).events().list(calendarId="primary").execute()
        revoked = requests.post(self.fake.revoke, data={"token": credentials.token}, timeout=60)
        self.assertEqual(revoked.status_code, 200)
        with self.assertRaises(google.auth.exceptions.RefreshError) as caught:
            credentials.refresh(Request())
        self.assertIn("invalid_grant", str(caught.exception))

    def test_failures_are_retried_by_googles_own_rules(self):
        self.fake.fail({"error": {"status": 503, "reason": "backendError", "message": "Later"}}, times=2)
        self.fake.fail({"error": {"status": 403, "reason": "rateLimitExceeded", "message": "Slowly"}})
        request = self.calendar.events().list(calendarId="primary")
        request._sleep = lambda seconds: None
        self.assertEqual(request.execute(num_retries=3)["items"], [])

    def test_colors_and_settings_are_as_described(self):
        self.assertIn("1", self.calendar.colors().get().execute()["event"])
        self.assertEqual(self.calendar.settings().get(setting="timezone").execute()["value"], "Europe/Berlin")
        self.calendar.settings().list().execute()

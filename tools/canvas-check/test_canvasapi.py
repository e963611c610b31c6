"""canvasapi takes the fake for Canvas."""

import json
import os
import subprocess
import unittest

import requests
from canvasapi import Canvas
from canvasapi.exceptions import (
    BadRequest,
    Forbidden,
    InvalidAccessToken,
    RateLimitExceeded,
    ResourceDoesNotExist,
    Unauthorized,
)

STRINGS = "application/json+canvas-string-ids"


class Fake:
    """The fake as a process of its own, and the words that it told of itself."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["CANVAS_FAKE"]], stdout=subprocess.PIPE, text=True)
        self.told = json.loads(self.process.stdout.readline())

    def __getattr__(self, name):
        return self.told[name]

    def fail(self, effect, on=None, times=1):
        fault = {"effect": effect, "times": times, "on": on}
        answer = requests.post(self.url + "/_fake/faults", json=[fault], timeout=60)
        assert answer.ok, answer.text

    def requests(self):
        return requests.get(self.url + "/_fake/requests", timeout=60).json()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class CanvasClient(unittest.TestCase):
    def setUp(self):
        self.fake = Fake()
        self.addCleanup(self.fake.stop)
        self.canvas = Canvas(self.fake.url, self.fake.token)
        self.biology = self.canvas.get_course(self.fake.biology, include=["syllabus_body", "term"])

    def asked(self, name):
        return [one for one in self.fake.requests() if one["name"] == name]

    def test_the_user_and_the_courses_are_found(self):
        me = self.canvas.get_current_user()
        self.assertEqual((me.id, me.name), (self.fake.student, "Ada Lovelace"))
        self.assertEqual(me.get_profile()["time_zone"], "Etc/UTC")
        courses = list(self.canvas.get_courses(enrollment_state="active", include=["term"]))
        self.assertEqual([course.name for course in courses], ["Biology", "History"])
        self.assertEqual(courses[0].term["name"], "Spring")
        self.assertFalse(hasattr(courses[0], "syllabus_body"), "what nobody asks for is not told")
        self.assertIn("/pages/week-1", self.biology.syllabus_body)

    def test_lists_go_on_by_opaque_bookmarks(self):
        assignments = list(self.biology.get_assignments(per_page=10))
        self.assertEqual(len(assignments), 26)
        self.assertEqual(len(self.asked("assignments")), 3)
        self.assertEqual(len(list(self.biology.get_assignments(per_page=500))), 26)
        self.assertEqual(len(self.asked("assignments")), 4, "a hundred at most, which is enough")
        bearer = {"Authorization": f"Bearer {self.fake.token}"}
        first = requests.get(f"{self.fake.url}/api/v1/courses/{self.fake.biology}/assignments", headers=bearer, timeout=60)
        self.assertEqual(len(first.json()), 10, "unless more are asked for")
        self.assertNotIn("last", first.links)
        ids = [assignment.id for assignment in assignments]
        self.assertEqual(len(set(ids)), 26)
        self.assertGreater(min(ids), 2**53)

    def test_due_times_are_those_of_the_student(self):
        midterm = self.biology.get_assignment(self.fake.midterm, include=["all_dates", "submission"])
        self.assertEqual(midterm.due_at, "2026-03-28T16:00:00Z")
        self.assertEqual(midterm.due_at_date.day, 28)
        self.assertEqual(len(midterm.all_dates), 1)
        self.assertEqual(midterm.submission["workflow_state"], "unsubmitted")
        essay = next(iter(self.canvas.get_course(self.fake.history).get_assignments()))
        self.assertIsNone(essay.due_at)
        self.assertEqual(len(essay.description), 200_000)

    def test_groups_quizzes_discussions_pages_and_the_planner_are_there(self):
        self.assertEqual([group.group_weight for group in self.biology.get_assignment_groups()], [40.0, 60.0])
        self.assertEqual([quiz.title for quiz in self.biology.get_quizzes()], ["Practice"])
        self.assertEqual([topic.title for topic in self.biology.get_discussion_topics()], ["Introduce yourself"])
        self.assertEqual([page.url for page in self.biology.get_pages()], ["week-1"])
        self.assertEqual(self.biology.get_page("week-1").body, "<p>Cells</p>")
        self.assertEqual(self.biology.show_front_page().url, "week-1")
        span = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-03-05T00:00:00Z"}
        bearer = {"Authorization": f"Bearer {self.fake.token}"}
        answer = requests.get(self.fake.url + "/api/v1/planner/items", params=span, headers=bearer, timeout=60)
        kinds = [item["plannable_type"] for item in answer.json()]
        self.assertEqual(kinds, ["assignment", "assignment", "planner_note", "assignment", "assignment", "wiki_page"])

    def test_whoever_asks_for_strings_gets_ids_as_strings(self):
        headers = {"Authorization": f"Bearer {self.fake.token}", "Accept": STRINGS}
        courses = requests.get(self.fake.url + "/api/v1/courses", headers=headers, timeout=60).json()
        self.assertEqual(courses[0]["id"], str(self.fake.biology))

    def test_refusals_are_known_for_what_they_are(self):
        with self.assertRaises(InvalidAccessToken):
            Canvas(self.fake.url, "7~made-up").get_current_user()
        with self.assertRaises(ResourceDoesNotExist):
            self.canvas.get_course(1)
        for effect, error in [
            ("too_many", RateLimitExceeded),
            ("throttled", Forbidden),
            ("bad_token", InvalidAccessToken),
            ("not_allowed", Unauthorized),
            ({"status": 400}, BadRequest),
        ]:
            self.fake.fail(effect, on="myself")
            with self.assertRaises(error):
                self.canvas.get_current_user()

    def test_a_developer_key_gets_access_for_an_hour_and_one_refresh_token(self):
        asked = {
            "client_id": self.fake.client_id,
            "response_type": "code",
            "redirect_uri": "https://app.example/back",
            "state": "7",
        }
        sent = requests.get(self.fake.url + "/login/oauth2/auth", params=asked, allow_redirects=False, timeout=60)
        back = sent.headers["location"]
        self.assertTrue(back.startswith("https://app.example/back?code="), back)
        form = {
            "grant_type": "authorization_code",
            "client_id": self.fake.client_id,
            "client_secret": self.fake.client_secret,
            "redirect_uri": "https://app.example/back",
            "code": back.split("code=")[1].split("&")[0],
        }
        tokens = requests.post(self.fake.url + "/login/oauth2/token", data=form, timeout=60).json()
        self.assertEqual((tokens["expires_in"], tokens["token_type"]), (3600, "Bearer"))
        form |= {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        for _ in range(2):
            again = requests.post(self.fake.url + "/login/oauth2/token", data=form, timeout=60).json()
            self.assertNotIn("refresh_token", again)
            self.assertEqual(Canvas(self.fake.url, again["access_token"]).get_current_user().name, "Ada Lovelace")
        form["client_secret"] = "wrong"
        refused = requests.post(self.fake.url + "/login/oauth2/token", data=form, timeout=60)
        self.assertEqual((refused.status_code, refused.json()["error"]), (401, "invalid_client"))


if __name__ == "__main__":
    unittest.main()

"""The fake as a process of its own, and what tests say to it beside the API."""

import json
import os
import subprocess
import unittest

import requests


class Fake:
    """A running fake, and the words that it told of itself."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["GOOGLE_FAKE"]], stdout=subprocess.PIPE, text=True)
        self.told = json.loads(self.process.stdout.readline())

    def __getattr__(self, name):
        return self.told[name]

    def post(self, name, body):
        answer = requests.post(self.control + name, json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, name):
        return requests.get(self.control + name, timeout=60).json()

    def token(self, *scopes):
        return self.post("tokens", {"account": self.account, "scopes": scopes or ["calendar"]})["access_token"]

    def person(self, deed, **more):
        return self.post("person", {"account": self.account, "do": deed, **more})

    def fail(self, effect, times=1, **on):
        self.post("faults", [{"effect": effect, "times": times, "on": on}])

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class WithFake(unittest.TestCase):
    """Tests that each have a fake of their own."""

    def setUp(self):
        self.fake = Fake()
        self.addCleanup(self.fake.stop)


def hour(summary, day, start):
    """An hour of March 2026, in UTC."""
    return {
        "summary": summary,
        "start": {"dateTime": f"2026-03-{day:02}T{start:02}:00:00Z"},
        "end": {"dateTime": f"2026-03-{day:02}T{start + 1:02}:00:00Z"},
    }

"""What the tester does not know of the API by itself."""

import itertools
import os
import pathlib
import re

import schemathesis

KEY = re.compile(r"[!#-~][!-~]{0,254}")
SOON = pathlib.Path("ends.txt").read_text().replace('"', "").split()
numbers = itertools.count()
undo_tokens = []


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(numbers)
    # A key used again is answered as before, whatever happened since: each request gets one of its own.
    if case.headers and KEY.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = f"{os.getpid()}-{number}"
    if not (case.meta and case.meta.generation.mode.is_positive and isinstance(case.body, dict)):
        return
    # Few tasks that are made up ask for a proposal. Every other one does.
    if case.operation.label == "POST /api/v1/tasks" and number % 2:
        due = SOON[number % len(SOON)]
        case.body.update(due_ts=due, priority_score=100, effort_minutes=60, status="OPEN")
    # No undo token is ever guessed.
    if case.operation.label == "POST /api/rebalancing/undo" and undo_tokens:
        case.body = {"undo_token": undo_tokens.pop()}


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label.endswith("/accept") and response.status_code == 200:
        undo_tokens.append(response.json()["undo_token"])

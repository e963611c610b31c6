"""What the tester does not know of the API by itself."""

import itertools
import os
import pathlib
import re

import schemathesis

KEY = re.compile(r"[!#-~][!-~]{0,254}")
SOON = pathlib.Path("ends.txt").read_text().replace('"', "").split()
numbers = itertools.count()
# What was made, and is good for one more request: nobody guesses an id or an undo token.
tasks, proposals, undo_tokens = [], [], []


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(numbers)
    # A key used again is answered as before, whatever happened since: each request gets one of its own.
    if case.headers and KEY.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = f"{os.getpid()}-{number}"
    if not (case.meta and case.meta.generation.mode.is_positive):
        return
    operation = case.operation.label
    # Few tasks that are made up ask for a proposal. Every other one does.
    if operation == "POST /api/v1/tasks" and isinstance(case.body, dict) and number % 2:
        due = SOON[number % len(SOON)]
        case.body.update(due_ts=due, priority_score=100, effort_minutes=60, status="OPEN")
    if operation == "POST /api/rebalancing/proposals" and tasks:
        case.body = {"trigger_item_id": tasks.pop()}
    if operation == "POST /api/rebalancing/proposals/{id}/accept" and proposals:
        case.path_parameters["id"] = proposals.pop()
    if operation == "POST /api/rebalancing/undo" and undo_tokens:
        case.body = {"undo_token": undo_tokens.pop()}


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code not in (200, 201) or case.operation.method.upper() != "POST":
        return
    answer = response.json()
    if answer.get("priority_score") == 100 and answer["due_ts"] and len(tasks) < 20:
        tasks.append(answer["id"])
    if answer.get("status") == "PROPOSED":
        proposals.append(answer["proposal_id"])
    if "undo_token" in answer:
        undo_tokens.append(answer["undo_token"])

"""What the tester does not know of the API by itself."""

import itertools
import os
import pathlib
import re
import uuid

import schemathesis

KEY = re.compile(r"[!#-~][!-~]{0,254}")
SOON = pathlib.Path("ends.txt").read_text().replace('"', "").split()
numbers = itertools.count()
# What was made, and is of use to other requests: nobody guesses an id or an undo token.
tasks, proposals, undo_tokens = [], [], []


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(numbers)
    # A key used again is answered as before, whatever happened since: each request gets one of its own.
    if case.headers and KEY.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = f"{os.getpid()}-{number}"
    operation = case.operation.label
    # A `proposal_id` that an answer has as null is taken for an id all the same.
    if "{id}" in case.operation.path and case.path_parameters.get("id") in (None, "null", "None"):
        case.path_parameters["id"] = str(uuid.UUID(int=number))
    # What a link gives to a body is merged into one that is made up, and an undo takes one name and no other.
    if isinstance(case.body, dict) and case.body.get("undo_token") in undo_tokens:
        case.body = {"undo_token": case.body["undo_token"]}
    if not (case.meta and case.meta.generation.mode.is_positive):
        return
    # Few tasks that are made up ask for a proposal. Every other one does.
    if operation == "POST /api/v1/tasks" and isinstance(case.body, dict) and number % 2:
        due = SOON[number % len(SOON)]
        case.body.update(due_ts=due, priority_score=100, effort_minutes=60, status="OPEN")
    if operation == "POST /api/rebalancing/proposals" and tasks:
        case.body = {"trigger_item_id": tasks.pop()}
    if operation == "POST /api/rebalancing/proposals/{id}/accept" and proposals:
        case.path_parameters["id"] = proposals.pop()


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

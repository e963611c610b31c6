"""Holds what the fake answers to Google's own description of its Calendar API.

The description comes with Google's client: the discovery document. It knows types, formats, and in its prose the words
that a field is limited to. Nothing may be answered that it does not know.
"""

import json
import re
import urllib.parse

from googleapiclient.discovery_cache import get_static_doc

DOCUMENT = json.loads(get_static_doc("calendar", "v3"))

FORMATS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)"),
    "int64": re.compile(r"-?\d+"),
}
TYPES = {"string": str, "boolean": bool, "array": list, "object": dict}
POSSIBLE = re.compile(r'^\s*-\s+"([^"]+)" -', re.MULTILINE)


def faults(value, schema, at=""):
    """What is wrong with a value: sentences that each begin with where."""
    if "$ref" in schema:
        schema = DOCUMENT["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any":
        return
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{at} is no integer: {value!r}"
        return
    if not isinstance(value, TYPES[kind]):
        yield f"{at} is no {kind}: {value!r}"
    elif kind == "string":
        yield from _faults_of_text(value, schema, at)
    elif kind == "array":
        for number, item in enumerate(value):
            yield from faults(item, schema["items"], f"{at}[{number}]")
    elif kind == "object":
        for name, inner in value.items():
            below = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if below is None:
                yield f"{at}.{name} is not known"
            else:
                yield from faults(inner, below, f"{at}.{name}")


def _faults_of_text(value, schema, at):
    form = FORMATS.get(schema.get("format"))
    if form and not form.fullmatch(value):
        yield f"{at} is no {schema['format']}: {value!r}"
    if at.endswith("kind") and "default" in schema and value != schema["default"]:
        yield f"{at} is not {schema['default']!r} but {value!r}"
    possible = set(POSSIBLE.findall(schema.get("description", "")))
    if possible and value not in possible:
        yield f"{at} is none of {sorted(possible)}: {value!r}"


def _methods():
    for resource in DOCUMENT["resources"].values():
        for method in resource["methods"].values():
            # A calendar's id may hold what a path's part may: all but a slash.
            form = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(method["path"]))
            yield method["httpMethod"], re.compile(form), method


METHODS = list(_methods())


def method_of(verb, url):
    """The method of the API that a request asks for."""
    path = urllib.parse.urlsplit(url).path.removeprefix("/calendar/v3/")
    found = [method for other, form, method in METHODS if other == verb and form.fullmatch(path)]
    # `events/import` is no event: of two that fit, the one with fewer blanks is meant.
    return min(found, key=lambda method: method["path"].count("{"))


def check_answer(verb, url, status, body):
    """Fails where an answer is not as it is described."""
    if status >= 400:
        return check_error(status, body)
    method = method_of(verb, url)
    if "response" not in method:
        assert not body, f"{method['id']} answers nothing, and not {body!r}"
        return None
    wrong = list(faults(json.loads(body), method["response"], method["id"]))
    assert not wrong, "\n".join(wrong)
    return check_list(json.loads(body), url)


def check_list(answer, url):
    """A list that can be gone on with has one token, for the next page or for what changes later."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    unlasting = {"orderBy", "q", "iCalUID", "updatedMin", "privateExtendedProperty", "sharedExtendedProperty", "fields"}
    if answer.get("kind") in ("calendar#events", "calendar#calendarList") and not unlasting & set(query):
        if "/instances" not in url:
            tokens = [name for name in ("nextPageToken", "nextSyncToken") if name in answer]
            assert len(tokens) == 1, f"{url} is answered with {tokens}"


def check_error(status, body):
    """Errors are not in the description; their shape is in Google's guides."""
    error = json.loads(body)["error"]
    assert error["code"] == status, error
    assert isinstance(error["message"], str)
    for one in error["errors"]:
        needed = {"domain", "reason", "message"}
        assert needed <= set(one) <= needed | {"location", "locationType"}, one

#!/usr/bin/env python3
"""Every committed HAR, and both forms of an export, are HAR 1.2.

Two readers that know nothing of Proofsheet judge: haralyzer, and jsonschema with the members that HAR 1.2
requires (http://www.softwareishard.com/blog/har-12-spec/), written down below.

Usage: python3 Tests/Interop/check_har_schema.py [PROOFSHEET]
"""

import json

from environment import ROOT, enter, export, recorded_suites

enter("har-schema", "haralyzer==2.4.0", "jsonschema[format]>=4.18")

import haralyzer  # noqa: E402
import jsonschema  # noqa: E402

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": -1}
TIME = {"type": "number", "minimum": 0}


def record(required, **more):
    """An object with required members; HAR allows others whose names begin with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | more,
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def many(items):
    return {"type": "array", "items": items}


PAIRS = many(record({"name": TEXT, "value": TEXT}, comment=TEXT))
COOKIES = many({"type": "object", "required": ["name", "value"]})
MESSAGE = {
    "httpVersion": TEXT,
    "cookies": COOKIES,
    "headers": PAIRS,
    "headersSize": COUNT,
    "bodySize": COUNT,
}
POST_DATA = record({"mimeType": TEXT, "text": TEXT}, params=many({}), size=COUNT, encoding=TEXT)
CONTENT = record({"size": COUNT, "mimeType": TEXT}, text=TEXT, encoding=TEXT, compression=COUNT)
REQUEST = record(
    MESSAGE | {"method": TEXT, "url": {"type": "string", "format": "uri"}, "queryString": PAIRS},
    postData=POST_DATA,
)
RESPONSE = record(
    MESSAGE
    | {"status": {"type": "integer"}, "statusText": TEXT, "content": CONTENT, "redirectURL": TEXT}
)
ENTRY = record(
    {
        "startedDateTime": {"type": "string", "format": "date-time"},
        "time": TIME,
        "request": REQUEST,
        "response": RESPONSE,
        "cache": {"type": "object"},
        "timings": record({"send": TIME, "wait": TIME, "receive": TIME}),
    }
)
LOG = record(
    {
        "version": {"const": "1.2"},
        "creator": record({"name": TEXT, "version": TEXT}),
        "entries": {"type": "array", "items": ENTRY, "minItems": 1},
    },
    pages=many({}),
)
VALIDATOR = jsonschema.Draft202012Validator(
    record({"log": LOG}), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
assert VALIDATOR.format_checker.conforms("x y", "uri") is False, "URLs would not be checked"
assert VALIDATOR.format_checker.conforms("yesterday", "date-time") is False
assert list(VALIDATOR.iter_errors({"log": {"version": "1.2"}})), "the schema checks nothing"

folder = ROOT / ".build" / "interop"
paths = sorted((ROOT / "fixtures").glob("*/*.har"))
committed = len(paths)
assert committed > 40, committed
suites = recorded_suites()
paths.append(export(folder / "all-embedded.har", "--embed", suites=suites))
paths.append(export(folder / "all.har", suites=suites))

entries = 0
for path in paths:
    document = json.loads(path.read_text())
    errors = sorted(VALIDATOR.iter_errors(document), key=lambda error: list(error.path))
    assert not errors, f"{path}: {errors[0].json_path}: {errors[0].message[:200]}"
    parser = haralyzer.HarParser(document)
    assert parser.creator["name"] == "proofsheet", path
    found = [haralyzer.HarEntry(entry) for entry in parser.har_data["entries"]]
    for entry in found:
        assert entry.request.method in ("GET", "POST"), path
        assert 100 <= entry.response.status < 600 and entry.startTime is not None, path
    assert found, path
    entries += len(found)
print(
    f"haralyzer and jsonschema: {committed} committed HARs and 2 exports of {len(suites)} "
    f"suites, {entries} entries: HAR 1.2"
)

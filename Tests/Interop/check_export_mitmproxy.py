#!/usr/bin/env python3
"""mitmproxy reads an embedded export, and each body that it yields has the recorded digest.

The recorded digests are taken from the committed recordings, not from the export.

Usage: python3 Tests/Interop/check_export_mitmproxy.py [PROOFSHEET]
"""

import hashlib
import json
from pathlib import Path

from environment import ROOT, enter, export, recorded_suites

enter("mitmproxy", "mitmproxy>=10.1")

from mitmproxy import io, version  # noqa: E402


def recorded(path):
    """The digests of a case's bodies: a pair of request and answer for each exchange."""
    for entry in json.loads(path.read_text())["log"]["entries"]:
        sent = entry["request"].get("postData", {}).get("_sha256")
        yield sent, entry["response"]["content"]["_sha256"]


def check(suite):
    """Reads the export of one suite with mitmproxy; gives exchanges, cases, bodies and bytes."""
    name = Path(suite).stem
    target = export(
        ROOT / ".build" / "interop" / f"{name}-embedded.har", "--embed", suites=[suite]
    )
    entries = json.loads(target.read_text())["log"]["entries"]
    expected = {
        path.stem: list(recorded(path)) for path in sorted((ROOT / "fixtures" / name).glob("*.har"))
    }
    with target.open("rb") as file:
        flows = list(io.FlowReader(file).stream())
    assert len(flows) == len(entries) == sum(map(len, expected.values())), (len(flows), len(entries))
    bodies = byte_count = 0
    seen = {}
    for flow, entry in zip(flows, entries):
        case = entry["_proofsheet"]["case"]
        sent, received = expected[case][seen.setdefault(case, 0)]
        seen[case] += 1
        for digest, body in [
            (sent, flow.request.raw_content),
            (received, flow.response.raw_content),
        ]:
            if digest is None:
                assert not body, case
                continue
            assert body, f"{case}: a body is empty"
            assert hashlib.sha256(body).hexdigest() == digest, f"{case}: a body is not as recorded"
            bodies += 1
            byte_count += len(body)
    assert seen == {case: len(pairs) for case, pairs in expected.items()}
    assert bodies > len(flows), "requests have bodies too"
    return len(flows), len(seen), bodies, byte_count


totals = [0, 0, 0, 0]
suites = recorded_suites()
for suite in suites:
    totals = [one + other for one, other in zip(totals, check(suite))]
exchanges, cases, bodies, byte_count = totals
print(
    f"mitmproxy {version.VERSION}: {exchanges} exchanges of {cases} cases of {len(suites)} suites, "
    f"{bodies} bodies, {byte_count} bytes: every digest as recorded"
)

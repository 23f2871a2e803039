#!/usr/bin/env python3
"""A live run against mitmproxy, which replays an embedded export, brings what our own replay brings.

Every suite that has recordings is run twice: with `--mode replay`, and with `--mode live` through mitmproxy
as proxy. Nothing listens at the recorded origin, so that each answer can only be mitmproxy's; it matches
the method, the URL and all bytes of the body, and says of each that it has replayed it. Every case must end
the same way, with the same check results and the same digests of its pictures.

Usage: python3 Tests/Interop/check_live_mitmproxy.py [PROOFSHEET]
"""

import json
import socket
import tempfile
from pathlib import Path

from environment import enter, export, free_port, mitmdump, recorded_suites, run

enter("mitmproxy", "mitmproxy>=10.1")

from mitmproxy import io, version  # noqa: E402


def cases(text):
    """What there is to compare of each case: its outcome, its checks and its pictures."""
    found = {}
    for line in text.splitlines():
        event = json.loads(line)
        if event["kind"] != "case":
            continue
        # The time that the answer took is not the recorded one.
        checks = [check for check in event["checks"] if check["name"] != "latency"]
        # A live run leaves its pictures in the run store; their names are their digests.
        for measure in (measure for check in checks for measure in check.get("measures", [])):
            if "other" in measure:
                measure["other"] = Path(measure["other"]).name
        pictures = [
            (output["index"], output["digest"], output["picture"]["pixel_digest"])
            for output in event["outputs"]
        ]
        found[event["suite"], event["id"]] = event["outcome"], checks, pictures, event["source"]
    return found


def brought_by_mitmproxy(suite, work):
    """What a live run of a suite brings from mitmproxy; also gives the number of exchanges."""
    har = export(work / f"{Path(suite).stem}.har", "--embed", suites=[suite])
    entries = json.loads(har.read_text())["log"]["entries"]
    origin, *others = sorted({"/".join(entry["request"]["url"].split("/")[:3]) for entry in entries})
    # A live run has one endpoint: what was recorded at several ports is offered at the first.
    for other in others:
        har.write_text(har.read_text().replace(f"{other}/", f"{origin}/"))
    host, recorded_port = origin.removeprefix("http://").split(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(recorded_port))) != 0, f"something listens at {origin}"
    port = free_port()
    # As recorded, not brought up to date; what is not recorded is not found.
    sets = ["server_replay_refresh=false", "server_replay_extra=404"]
    options = [word for one in sets for word in ("--set", one)]
    live = [suite, "--mode", "live", "--endpoint", origin, "--yes", "--max-cost", "10", "--concurrency", "1"]
    key = {"PROOFSHEET_API_KEY": "interop-key"}
    dump = work / f"{Path(suite).stem}.mitm"
    with mitmdump(port, work, "--server-replay", har, "-w", dump, *options):
        brought = run(
            *live, "--format", "json", "--reports", work / "live",
            environment=key | {"http_proxy": f"http://127.0.0.1:{port}"},
        )
    with dump.open("rb") as file:
        flows = list(io.FlowReader(file).stream())
    # Each recorded exchange was asked for once, and mitmproxy found every one.
    assert [flow.is_replay for flow in flows] == ["response"] * len(entries), len(flows)
    return cases(brought), len(entries)


suites = recorded_suites()
theirs = {}
exchanges = 0
with tempfile.TemporaryDirectory() as folder:
    for suite in suites:
        found, count = brought_by_mitmproxy(suite, Path(folder))
        theirs |= found
        exchanges += count
    mine = cases(run(*suites, "--format", "json", "--reports", Path(folder) / "replay"))

assert len(mine) >= 44 and mine.keys() == theirs.keys(), (len(mine), len(theirs))
pictures = 0
for case, (outcome, checks, digests, source) in mine.items():
    assert source == "replayed" and theirs[case][3] == "bought", case
    assert theirs[case][:3] == (outcome, checks, digests), (case, theirs[case], mine[case])
    pictures += len(digests)
assert pictures > 34, pictures
print(
    f"mitmproxy {version.VERSION} in the place of the API: {len(mine)} cases of {len(suites)} suites, "
    f"{exchanges} exchanges, {pictures} pictures: outcomes, checks and digests as in our own replay"
)

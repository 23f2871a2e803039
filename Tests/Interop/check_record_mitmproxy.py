#!/usr/bin/env python3
"""A recording made through mitmproxy as proxy is the recording made without it, byte for byte but for times.

Two simulators, one after the other at one port, are recorded from: directly, and through mitmproxy. What may
differ is listed below, in `VOLATILE` and `without_times`; everything else must be the same bytes, in the same
files, with the same names. Then the variables by which users name a proxy are tried one by one, and the
proxy itself says how many requests it has carried.

Usage: python3 Tests/Interop/check_record_mitmproxy.py [PROOFSHEET]
"""

import contextlib
import hashlib
import json
import tempfile
from pathlib import Path

from environment import enter, free_port, mitmdump, proofsheet, recorded_suites, run, server

enter("mitmproxy", "mitmproxy>=10.1")

from mitmproxy import io, version  # noqa: E402

KEY = {"PROOFSHEET_API_KEY": "interop-key"}
# When an exchange was started, and how long it and its phases took.
VOLATILE = {"startedDateTime", "time", "timings"}


def without_times(har):
    """A recording without what tells when it was made; also gives the number of things left out."""
    log = json.loads(har)["log"]
    # The seal is the digest of the log, times included.
    seal = log["_proofsheet"].pop("seal")
    assert len(seal) == 64
    left_out = 1
    for entry in log["entries"]:
        for name in VOLATILE:
            del entry[name]
        left_out += len(VOLATILE)
        content = entry["response"]["content"]
        # An answer states the second in which it was made, and so its digest does.
        if "text" in content and content["mimeType"] == "application/json":
            for holder in [content, *content.get("_parts", [])]:
                text = holder.get("text", "")
                start = text.find('"created":')
                if start >= 0:
                    end = start + len('"created":')
                    digits = len(text[end:]) - len(text[end:].lstrip("0123456789"))
                    assert digits == 10, text[:200]
                    holder["text"] = text[:end] + text[end + digits :]
                    left_out += 1
                    if content.pop("_sha256", None):
                        left_out += 1
    return json.dumps(log, sort_keys=True), left_out


def files(folder):
    """The files below a folder by their names."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def carried(dump):
    """The requests that mitmproxy has carried, as methods and URLs."""
    with dump.open("rb") as file:
        return [(flow.request.method, flow.request.url) for flow in io.FlowReader(file).stream()]


class Bench:
    """Records suites from a fresh simulator, through a proxy or not."""

    def __init__(self, work):
        self.work = work
        self.port = free_port()
        self.count = 0

    def record(self, suites, *options, through=(), proxy_runs=True):
        """Records into a folder of its own; gives its files and what the proxy has carried."""
        self.count += 1
        folder = self.work / str(self.count)
        folder.mkdir()
        dump = folder / "flows.mitm"
        proxy_port = free_port()
        url = f"http://127.0.0.1:{self.port}"
        variables = {
            name: value.format(proxy=f"http://127.0.0.1:{proxy_port}") for name, value in through
        }
        with contextlib.ExitStack() as stack:
            simulator = [proofsheet(), "simulate", "--port", str(self.port), "--codec", "jpeg"]
            stack.enter_context(server(simulator, self.port, folder / "simulator.log"))
            if proxy_runs:
                stack.enter_context(mitmdump(proxy_port, folder, "-w", dump))
            # One after the other, since the simulator numbers its tasks in the order of the orders.
            run(
                *suites, "--mode", "record", "--endpoint", url, "--yes", "--max-cost", "10",
                "--concurrency", "1", "--fixtures", folder / "fixtures",
                "--reports", folder / "reports", *options,
                environment=KEY | variables,
            )
        flows = carried(dump) if dump.exists() else []
        assert all(address.startswith(url) for _, address in flows), flows
        return files(folder / "fixtures"), flows


with tempfile.TemporaryDirectory() as folder:
    bench = Bench(Path(folder))
    # The large pictures of size-rules take long to draw and tell nothing more; those of seed-honesty come from
    # a simulator of another profile, and would drift here.
    suites = [suite for suite in recorded_suites() if "size-rules" not in suite and "seed-honesty" not in suite]
    direct, none = bench.record(suites, proxy_runs=False)
    proxied, flows = bench.record(suites, through=[("http_proxy", "{proxy}")])
    assert not none and direct.keys() == proxied.keys(), direct.keys() ^ proxied.keys()
    exchanges = left_out = same = 0
    for name, one in direct.items():
        other = proxied[name]
        if not name.endswith(".har"):
            assert one == other and hashlib.sha256(one).hexdigest() in name, name
            same += 1
            continue
        (expected, parts), (found, _) = without_times(one), without_times(other)
        assert expected == found, f"{name}:\n{expected}\n{found}"
        assert len(one) - len(other) in range(-40, 41), name
        exchanges += len(json.loads(one)["log"]["entries"])
        left_out += parts
    # Questions that find a task still running, and repeated attempts, are no part of a recording.
    assert len(flows) >= exchanges > 60, (len(flows), exchanges)
    print(
        f"mitmproxy {version.VERSION} as proxy: {len(flows)} requests; {exchanges} exchanges in "
        f"{len(direct) - same} recordings and {same} pictures are those made without it, but for "
        f"{left_out} times and digests over them"
    )

    only = ["--filter", "id=fewer"]
    expectations = [
        # As curl reads them: HTTP_PROXY in capitals is what a CGI program gets from its client.
        ([("http_proxy", "{proxy}")], True),
        ([("HTTP_PROXY", "{proxy}")], False),
        ([("all_proxy", "{proxy}")], True),
        ([("ALL_PROXY", "{proxy}")], True),
        ([("https_proxy", "{proxy}")], False),
        ([("http_proxy", "{proxy}"), ("no_proxy", "127.0.0.1")], False),
        ([("http_proxy", "{proxy}"), ("NO_PROXY", "localhost,127.0.0.1")], False),
        ([("http_proxy", "{proxy}"), ("no_proxy", "*")], False),
        ([("http_proxy", "{proxy}"), ("no_proxy", "example.com")], True),
        ([("http_proxy", ""), ("ALL_PROXY", "{proxy}")], True),
    ]
    for variables, is_used in expectations:
        found, flows = bench.record(["suites/failures.yaml"], *only, through=variables)
        (name,) = [name for name in found if name.endswith(".har")]
        assert without_times(found[name])[0] == without_times(direct[name])[0], variables
        # An order and one picture.
        assert len(flows) == (2 if is_used else 0), (variables, flows)
    print(f"{len(expectations)} ways to name a proxy, or to go around it: as curl does")

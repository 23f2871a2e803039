#!/usr/bin/env python3
"""Checks the JSON Schemas of suite and config files with someone else's validator.

The validator is PyPI's jsonschema; files are read by ruamel.yaml, their scalars typed by the core
schema of YAML 1.2, as editors do. Shown are the counts of

- schemas against the meta-schema of their draft,
- suites of the project and files of Tests/Schema/valid, all accepted,
- files of Tests/Schema/invalid, all refused,
- files of Tests/Schema/reader-only, all accepted, for only the reader can find their mistake.

With --proofsheet PROGRAM valid suites are also changed in many small ways, and the verdict of
`proofsheet plan` on each changed suite is compared: the schema refuses nothing that is planned.
--changes says how many changed suites are drawn; --show-late prints those that the reader alone
refuses, to look for mistakes that the schema could express.

    python3 Tests/Interop/check_schema.py [--proofsheet .build/release/proofsheet]

It installs what it needs into .build/interop/schema. Exit code 1: a disagreement.
"""

import argparse
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".build" / "interop" / "schema"
REQUIREMENTS = ["jsonschema==4.26.0", "ruamel.yaml==0.19.1"]


def install():
    """Starts anew within an environment that has what is required."""
    python = VENV / "bin" / "python"
    marker = VENV / "requirements.txt"
    wanted = "\n".join(REQUIREMENTS)
    if not marker.exists() or marker.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
            check=True)
        marker.write_text(wanted)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [python, *sys.argv])


# YAML 1.2.2, section 10.3.2: the first pattern that a plain scalar matches gives its type.
CORE = [
    (r"null|Null|NULL|~|", lambda text: None),
    (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    (r"[-+]?[0-9]+", int),
    (r"0o[0-7]+", lambda text: int(text[2:], 8)),
    (r"0x[0-9a-fA-F]+", lambda text: int(text[2:], 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    (r"[-+]?\.(inf|Inf|INF)", lambda text: float(text.lower().replace(".inf", "inf"))),
    (r"\.(nan|NaN|NAN)", lambda text: float("nan")),
]


def value(node):
    """A node of a YAML file as a JSON value; keys are texts."""
    kind = type(node).__name__
    if kind == "ScalarNode":
        if node.style is None:
            for pattern, convert in CORE:
                if re.fullmatch(pattern, node.value):
                    return convert(node.value)
        return node.value
    if kind == "SequenceNode":
        return [value(element) for element in node.value]
    return {key.value: value(member) for key, member in node.value}


def load(path):
    from ruamel.yaml import YAML

    with open(path, encoding="utf-8") as file:
        return value(YAML(typ="safe", pure=True).compose(file))


class Checker:
    def __init__(self):
        from jsonschema import Draft202012Validator

        self.failures = 0
        self.validators = {}
        self.valid_suites = []
        folder = ROOT / "schema"
        for name in ("suite", "config"):
            schema = json.loads((folder / f"{name}.schema.json").read_text())
            Draft202012Validator.check_schema(schema)
            self.validators[name] = Draft202012Validator(schema)
        print(f"{len(self.validators)} schemas are valid against the meta-schema of draft 2020-12")

    def error(self, path, document):
        """The error that says most; None for a file that the schema accepts."""
        from jsonschema.exceptions import best_match

        name = "config" if path.name.startswith("config-") else "suite"
        return best_match(self.validators[name].iter_errors(document))

    def check(self, paths, accepted, title, least):
        paths = sorted(paths)
        wrong = 0
        for path in paths:
            error = self.error(path, load(path))
            if (error is None) == accepted:
                continue
            wrong += 1
            shown = f"refused: {error.json_path}: {error.message[:300]}" if error else "accepted"
            print(f"{path.relative_to(ROOT)}: {shown}", file=sys.stderr)
        configs = sum(path.name.startswith("config-") for path in paths)
        print(
            f"{len(paths) - wrong} of {len(paths)} {title} "
            f"({len(paths) - configs} suites, {configs} configs)")
        if len(paths) < least:
            print(f"error: at least {least} were expected", file=sys.stderr)
            wrong += 1
        self.failures += wrong


# What stands in for a value in a changed suite.
STRANGERS = [
    None, True, False, 0, 1, 7, -1, 0.5, 2.5, 1000000, "", " ", "no", "7", "a", "a--b", "-a", "..",
    "{{colour}}", "{{ colour }}", "{{", "\\{{", "{{a b}}", "1..4", "4..1", "1..9 step 2", "60s",
    "0s", "60", "5%", "200%", "$5", "square_hd", "https://x.example/a.png", "http://x.example/a",
    "../../../fixtures/inputs/coffee.png", "data:x", "2027-01-31", "2027-02-31", [], {}, ["a"],
    ["a", "a"], [[]], {"a": "b"}, {"width": 1200, "height": 900}, {"width": 1200},
    {"id": "z", "value": "y"}, {"id": "z", "prompt": "y"}, {"value": "y"}, {"max": "60s"},
    {"min": 0.5}, [0.1, 0.1, 0.4, 0.5], [0.1, 0.1, 0.4], "as-requested", "near", "url",
]


def places(document, path=()):
    """Every place of a document, outermost first."""
    yield path
    if isinstance(document, dict):
        for key in document:
            yield from places(document[key], path + (key,))
    elif isinstance(document, list):
        for index in range(len(document)):
            yield from places(document[index], path + (index,))


def changed(document, path, change):
    document = copy.deepcopy(document)
    if not path:
        return document
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return document


def rename(holder, old, new):
    """Gives a member another key at the same place; the order of axes counts."""
    members = [(new if key == old else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(members)


def mutations(document):
    for path in places(document):
        if not path:
            continue
        yield changed(document, path, lambda holder, key: holder.pop(key))
        for stranger in STRANGERS:
            yield changed(
                document, path, lambda holder, key: holder.__setitem__(key, copy.deepcopy(stranger)))
        if isinstance(path[-1], str):
            for name in ("severity", "where", "value", "id", "seed", "colour", "repeat", "x y"):
                yield changed(document, path, lambda holder, key: rename(holder, key, name))
            yield changed(document, path, lambda holder, key: holder.update({"zzz": 1}))


def is_planned_by(program, path):
    """Whether `plan` takes a suite."""
    run = subprocess.run(
        [program, "plan", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return run.returncode == 0


def compare(checker, program, suites, count, show_late):
    seen = set()
    documents = []
    for suite in sorted(suites):
        for document in mutations(load(suite)):
            text = json.dumps(document, ensure_ascii=False)
            if text not in seen and len(text) < 20_000:
                seen.add(text)
                documents.append((suite, document, text))
    made = len(documents)
    if count < made:
        documents = random.Random(1).sample(documents, count)
    counts = {(False, False): 0, (False, True): 0, (True, False): 0, (True, True): 0}
    # As deep in the project as the corpus, for paths are relative to the suite.
    with tempfile.TemporaryDirectory(dir=VENV.parent, prefix="changed-") as folder:
        def judge(job):
            index, (suite, document, text) = job
            path = Path(folder) / f"m{index}.yaml"
            path.write_text(text)
            verdict = is_planned_by(program, path)
            path.unlink()
            return suite, document, text, verdict

        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for suite, document, text, is_planned in pool.map(judge, enumerate(documents)):
                error = checker.error(suite, document)
                counts[(error is None, is_planned)] += 1
                if error is not None and is_planned:
                    print(
                        f"a change of {suite.name} is planned and refused by the schema: "
                        f"{error.json_path}: {error.message[:200]}\n  {text[:2000]}", file=sys.stderr)
                    checker.failures += 1
                if error is None and not is_planned and show_late:
                    print(f"{suite.name}: only the reader refuses\n  {text[:2000]}")
    print(
        f"{len(documents)} of {made} changed suites: {counts[(True, True)]} accepted by both, "
        f"{counts[(False, False)]} refused by both, {counts[(True, False)]} refused by the reader "
        f"alone, {counts[(False, True)]} refused by the schema alone")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--proofsheet", help="compare with this program's 'plan', too")
    parser.add_argument("--changes", type=int, default=2000, help="changed suites to compare")
    parser.add_argument("--show-late", action="store_true", help="print what the reader alone refuses")
    arguments = parser.parse_args()
    checker = Checker()
    corpus = ROOT / "Tests" / "Schema"
    suites = list((ROOT / "suites").rglob("*.yaml"))
    valid = list((corpus / "valid").glob("*.yaml"))
    invalid = list((corpus / "invalid").glob("*.yaml"))
    checker.check(suites, True, "suites of the project accepted", 1)
    checker.check(valid, True, "valid files accepted", 25)
    checker.check(
        [path for path in invalid if not path.name.startswith("config-")], False,
        "invalid suites refused", 60)
    checker.check(
        [path for path in invalid if path.name.startswith("config-")], False,
        "invalid configs refused", 15)
    checker.check(
        (corpus / "reader-only").glob("*.yaml"), True,
        "files accepted whose mistake only the reader finds", 5)
    if arguments.proofsheet:
        compare(
            checker, str(Path(arguments.proofsheet).resolve()),
            [path for path in valid if not path.name.startswith("config-")], arguments.changes,
            arguments.show_late)
    if checker.failures:
        sys.exit(f"error: {checker.failures} disagreements")


if __name__ == "__main__":
    install()
    main()

"""Schemathesis' settings, made from the contract and from `expectations.toml`."""

import json
import tomllib
from pathlib import Path

from schemathesis.config import ChecksConfig

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "openapi/openapi.json"
# Each of these means that a part of the contract went untested.
FATAL_WARNINGS = [
    "missing_auth", "missing_deserializer", "rate_limited", "unmatched_filter", "unresolvable_reference",
    "unsupported_regex",
]


def write(path):
    """Writes the settings file. JSON's strings and lists are TOML's, too."""
    operations = operation_ids()
    wanted = tomllib.loads((HERE / "expectations.toml").read_text(encoding="utf-8"))
    refuse_unfounded(wanted, operations)
    lines = [
        f"hooks = {json.dumps(str(HERE / 'hooks.py'))}",
        "cache.enabled = false",
        'generation.database = "none"',
        "phases.examples.fill-missing = true",
        f"warnings.fail-on = {json.dumps(FATAL_WARNINGS)}",
    ]
    for operation in operations:
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}"]
        lines += [
            f"checks.{check}.expected-statuses = {json.dumps(statuses)}"
            for check, statuses in expected_statuses(operation, wanted.get("expected", [])).items()
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def operation_ids():
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    items = [item for path in contract["paths"].values() for item in path.values() if isinstance(item, dict)]
    return [item["operationId"] for item in items if "operationId" in item]


def refuse_unfounded(wanted, operations):
    """An expectation about an operation that is gone, or without a reason, is a mistake."""
    for entry in wanted.get("expected", []):
        if entry["operation"] not in {*operations, "*"}:
            raise SystemExit(f"expectations.toml: the contract has no operation {entry['operation']}")
        if len(entry.get("reason", "")) < 20:
            raise SystemExit(f"expectations.toml: {entry['operation']} {entry['check']} needs a reason")
    if unknown := set(wanted.get("accounts", {})) - set(operations):
        raise SystemExit(f"expectations.toml: the contract has no operation {', '.join(sorted(unknown))}")


def expected_statuses(operation, entries):
    """Per check, Schemathesis' own list and what `expectations.toml` adds to it."""
    usual, wider = ChecksConfig.from_dict({}), {}
    for entry in entries:
        if entry["operation"] in (operation, "*"):
            statuses = wider.setdefault(entry["check"], list(getattr(usual, entry["check"]).expected_statuses))
            statuses += [str(status) for status in entry["statuses"]]
    return wider

"""What Schemathesis must know about this API beside its contract: who asks, and that keys are used once."""

import os
import tomllib
import uuid
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urljoin

import requests
import schemathesis
from hypothesis import strategies
from schemathesis.auths import CachingAuthProvider
from schemathesis.wfc.escalation import EscalatingAuthProvider

import signin

BASE_URL = os.environ["CONTRACT_BASE_URL"]
REPORT = Path(os.environ["CONTRACT_REPORT"])
EXPECTATIONS = tomllib.loads(Path(__file__).with_name("expectations.toml").read_text(encoding="utf-8"))
# Whoever comes first asks first; who is refused (401, 403) hands over to the next, per operation.
CITIZENS = ("congdan1", "congdan2")
STAFF = ("tiepnhan", "chuyenvien", "lanhdao", "motcua", "giamdoc", "thanhtra", "mattran", "baove", "quantri", "xaydung", "chutich", "chanhthanhtra")
# Whose password is guessed at in place of theirs: ten wrong ones shut a user name out for a quarter of an hour.
GUESSED_AT = "motcua3"
OUR_ACCOUNTS = "019b76da-a800-7000-8000-b0"  # whom the demo has from the start; the examples are of newcomers
REFRESH_SECONDS = 300  # half an access token's life


# What the demo's declared papers contain: an upload of anything else is refused.
PAPER = Path(__file__).parents[2] / "migrations/seed/demo/paper.pdf"
schemathesis.openapi.media_type("application/octet-stream", strategies.just(PAPER.read_bytes()))


class Account:
    """A demo account as a source of access tokens."""

    def __init__(self, fetch):
        self.fetch = fetch

    def get(self, case, context):
        return self.fetch()

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def after_load_schema(context, schema):
    """Accounts in turn. `peers` must never see each other's objects: `object_level_authorization` tries it."""
    flow = _authorization_code_flow(schema.raw_schema)
    sources = {name: signin.citizen(BASE_URL, flow, name).token for name in CITIZENS}
    sources |= {name: signin.staff(BASE_URL, name).token for name in STAFF}
    accounts = EscalatingAuthProvider(
        [CachingAuthProvider(Account(fetch), refresh_interval=REFRESH_SECONDS) for fetch in sources.values()],
        list(sources),
        peers=CITIZENS,
    )
    labels = {operation_id: label for label, operation_id in _operations(schema.raw_schema)}
    first = {labels[name]: account for name, account in EXPECTATIONS.get("accounts", {}).items()}
    if unknown := set(first.values()) - set(sources):
        raise RuntimeError(f"expectations.toml: no account {', '.join(sorted(unknown))}")
    accounts.restore(first)
    schema.auth.providers.append(accounts)
    OperationsReached.operations = set(labels)


def _operations(contract):
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield f"{method.upper()} {path}", operation["operationId"]


def _authorization_code_flow(contract):
    schemes = contract["components"]["securitySchemes"].values()
    flows = [s["flows"]["authorizationCode"] for s in schemes if "authorizationCode" in s.get("flows", {})]
    if len(flows) != 1:
        raise RuntimeError("the contract must offer citizens exactly one authorization code flow")
    return flows[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    """What no example can hold. Missing and malformed values are somebody's test and stay as they are."""
    # Every key is a new one, or examples would only replay each other's answers.
    if _is_uuid(case.headers.get("Idempotency-Key")):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    # A refresh token works once, so the one of the example cannot.
    phase = case.meta.phase.name if case.meta else None
    # What was to come when the example was written is past.
    if phase == "examples" and isinstance(case.body, dict) and {"starts_at", "agency_id"} <= case.body.keys():
        case.body["starts_at"] = _free_time(case.body["agency_id"], case.body["field"])
    if phase == "examples" and isinstance(case.body, dict) and "refresh_token" in case.body:
        case.body["refresh_token"] = signin.staff_session(BASE_URL, STAFF[0])["refresh_token"]
    # Schemathesis also lends the examples of other operations: what one of them needs would be used up by another.
    if phase == "examples":
        own = (p for p in _parameters(case) if p.get("in") == "path" and "example" in p)
        case.path_parameters |= {p["name"]: p["example"] for p in own}
    else:
        _leave_our_accounts_alone(case)


def _parameters(case):
    return case.operation.definition.raw.get("parameters", [])


def _leave_our_accounts_alone(case):
    """Nobody but the fuzzer itself would guess at them, or dismiss them and give them other passwords."""
    if isinstance(case.body, dict) and case.body.get("username") in STAFF:
        case.body["username"] = GUESSED_AT
    changed = case.operation.path.startswith("/v1/staff/{id}") and case.method != "GET"
    if changed and str(case.path_parameters.get("id")).startswith(OUR_ACCOUNTS):
        case.path_parameters["id"] = next(p["example"] for p in _parameters(case) if p["name"] == "id")


def _free_time(agency, field):
    """The first time that can be booked there."""
    for days in range(1, 15):
        asked = {"field": field, "date": str(date.today() + timedelta(days=days))}
        path = f"/v1/agencies/{agency}/appointment-times"
        answer = requests.get(urljoin(BASE_URL, path), params=asked, timeout=signin.TIMEOUT_SECONDS)
        answer.raise_for_status()
        if free := [item["starts_at"] for item in answer.json()["items"] if item["free"]]:
            return free[0]
    raise RuntimeError(f"{agency} gives no appointments for {field}")


def _is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text.lower()
    except (AttributeError, TypeError, ValueError):
        return False


@schemathesis.check
class OperationsReached:
    """Every operation of the contract is called, and enough of them succeed at least once."""

    operations = set()  # of the whole contract, known once it is loaded

    def __init__(self):
        self.called, self.succeeded = set(), set()

    def after_response(self, ctx, response, case):
        name = case.operation.definition.raw.get("operationId")
        self.called.add(name)
        if 200 <= response.status_code < 300:
            self.succeeded.add(name)

    def after_run(self, ctx):
        reached = self.operations & self.succeeded
        share = len(reached) / len(self.operations)
        lines = [f"Operations that reached a 2xx: {len(reached)} of {len(self.operations)} ({share:.0%})"]
        if unreached := sorted(self.operations - reached):
            lines.append("Never reached a 2xx: " + ", ".join(unreached))
        if uncalled := sorted(self.operations - self.called):
            lines.append("Never called: " + ", ".join(uncalled))
        REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert not uncalled, lines[-1]
        minimum = EXPECTATIONS["minimum_share"]
        assert share >= minimum, f"{lines[0]}, wanted {minimum:.0%}"


@schemathesis.deserializer("text/csv")
@schemathesis.deserializer("text/html")
def page(_context, response):
    """What is printed, and what spreadsheets read, is text to the contract."""
    return response.text


@schemathesis.deserializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def workbook(_context, response):
    """A workbook is bytes to the contract; what is in it, tests/it/reports reads."""
    assert response.content.startswith(b"PK"), "a workbook is a ZIP archive"
    return response.content.decode("latin-1")

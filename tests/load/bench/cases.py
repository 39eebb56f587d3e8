"""Cases and denunciations: work lists, one case, a new one, and who denounces."""

import statistics
import time
from dataclasses import dataclass

import cases_report
import data
import report
import statements
from aims import CASE_CREATION, CASES_READ, DEEP, IDENTITIES, IDENTITY_MS, LISTS, LOAD, P99_MS, RECEPTIONS
from programs import CAUNOI, GENERATOR, start
from rounds import Bench, measure

RESULTS = "results-cases.md"


@dataclass(frozen=True, eq=False)
class Reading:
    """What is asked of the server again and again: requests to choose from, and what p99 is wanted in milliseconds."""

    name: str
    requests: list
    p99_ms: int = P99_MS
    writes: bool = False


def run(asked, cluster, directory, servers, say):
    """Measures them; gives the text of the results."""
    began = time.monotonic()
    size = 10_000 if asked.quick else 1_000_000
    database = f"measured_cases_{size}"
    data.make(cluster, CAUNOI, directory, data.CASES, size, say)
    cluster.copy(data.CASES.name(size), database)
    scripts, lists = learn(cluster, directory, database)
    if asked.statements:
        return report.statements(scripts, lists)
    servers.append(start(cluster, directory, database))
    bench = Bench(cluster, database, servers[-1], GENERATOR)
    rounds, seconds = (2, 2) if asked.quick else (3, 3)
    read = {reading: repeat(bench, reading, rounds, seconds, say) for reading in readings(bench, say)}
    created = measure({size: bench}, CASE_CREATION, scripts, rounds, seconds, say)[size]
    plans = {name: statements.explained(cluster, database, said[0]) for name, said in lists.items()}
    return cases_report.markdown(size, read, created, plans, scripts, cluster, time.monotonic() - began)


def learn(cluster, directory, database):
    """The statements of creation and of every list, as the server sends them."""
    statements.listen(cluster, database, True)
    server = start(cluster, directory, database)
    try:
        listening = Bench(cluster, database, server, GENERATOR)
        server.counters()
        said = statements.heard(cluster, lambda: listening.load(CASE_CREATION.task, 0.2, connections=1))
        scripts = {CASE_CREATION.task: statements.script(statements.once(said), statements.people(cluster, database))}
        return scripts, {
            at.name: statements.answering(cluster, server, f"/v1/{at.path}", at.people[0]) for at in LISTS
        }
    finally:
        server.stop()
        statements.listen(cluster, database, False)


def readings(bench, say):
    """All that is read: the first page of each list, one that lies deep in it, a case, who denounces."""
    made = []
    for at in LISTS:
        first = [("GET", who, at.path) for who in at.people]
        deep = [("GET", who, path) for who in at.people for path in deep_pages(bench.server, who, at.path)]
        made.append(Reading(at.name, first))
        made += [Reading(f"{at.name}, deep", deep)] if deep else []
    made.append(Reading("one case", one_case(bench)))
    say(f"{len(made)} pages are found")
    made.append(Reading("who denounces", identities(bench), IDENTITY_MS, True))
    say(f"{IDENTITIES} identities may be opened")
    return made


def deep_pages(server, who, path):
    """The page far down in what somebody sees, unless all is on one."""
    cursors, and_so = [], "&" if "?" in path else "?"
    page = server.get(f"/v1/{path}", who)
    while cursor := page.get("next_cursor"):
        cursors.append(cursor)
        page = server.get(f"/v1/{path}{and_so}cursor={cursor}", who)
    return [f"{path}{and_so}cursor={cursors[int(len(cursors) * DEEP)]}"] if cursors else []


def one_case(bench):
    """Cases of the three communes, open and closed, each for its reception."""
    made = []
    for commune, who in enumerate(RECEPTIONS, 1):
        some = f"SELECT id FROM cases WHERE handling_agency_id = load.agency({commune}) AND status <> 'draft' ORDER BY md5(id::text) LIMIT {CASES_READ // 3}"
        made += [("GET", who, f"cases/{id}") for id in bench.cluster.sql(bench.database, some).split()]
    return made


def identities(bench):
    """Denunciations that are sent, and whose identities one may open whom another has allowed to."""
    server = bench.server
    for n in range(IDENTITIES):
        server.post("/v1/denunciations", None, {
            "agency": "H26.5", "subject": "Tố cáo nhận tiền khi cấp phép",
            "contents": [f"Ngày 03/8/2026, ông Nguyễn Văn A yêu cầu tôi đưa {n}.000.000 đồng để được cấp phép sớm."],
            "accused": [{"name": "Ông Nguyễn Văn A", "office": "Cán bộ quầy số 3"}],
            "denouncers": [{"name": f"Lê Thị Tố Tâm {n}", "address": f"Số {n} ngõ Hạ Hồi", "phone": "+84912345678"}],
        })  # fmt: skip
    sent = f"SELECT keys.id FROM vault.keys JOIN denunciations.denunciations USING (id) ORDER BY received_at DESC LIMIT {IDENTITIES}"
    made = []
    for id in bench.cluster.sql(bench.database, sent).split():
        asked = server.post(f"/v1/denunciations/{id}/identity-requests", "thanhtra", {"reason": "Cần mời người tố cáo làm việc để xác minh."})
        request = f"denunciations/{id}/identity-requests/{asked['id']}"
        server.post(f"/v1/{request}/approve", "chanhthanhtra", {})
        made.append(("POST", "thanhtra", f"{request}/open"))
    return made


def repeat(bench, reading, rounds, seconds, say):
    """Medians of rounds, each as fast as it goes and then at a share of that."""
    closed, offered = [], []
    for _ in range(rounds):
        closed.append(bench.load("ask", seconds, requests=reading.requests))
        bench.settle(reading)
    rate = statistics.median(run["rate"] for run in closed)
    for _ in range(rounds):
        offered.append(bench.load("ask", seconds, 64, LOAD * rate, requests=reading.requests))
        bench.settle(reading)
    middle = {name: statistics.median(run[name] for run in closed) for name in closed[0]}
    middle["open"] = {name: statistics.median(run[name] for run in offered) for name in offered[0]} | {"offered": LOAD * rate}
    middle["open"]["all_p99_ms"] = [run["p99_ms"] for run in offered]
    say(f"{reading.name}: {rate:,.0f}/s, {middle['server_us']:.0f} µs, p99 at {LOAD:.0%} {middle['open']['p99_ms']:.1f} ms of {middle['open']['all_p99_ms']}")
    return middle

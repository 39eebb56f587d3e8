"""Dossiers, and what is measured beside them."""

import time

import data
import importing
import report
import statements
from aims import EXTRAS, IMPORT_ROWS, MEMORY_CONNECTIONS, UNITS
from programs import CAUNOI, GENERATOR, start
from rounds import Bench, measure

RESULTS = "results.md"
LISTS = {
    "work list": ("tiepnhan", "/v1/dossiers"),
    "work list, received": ("tiepnhan", "/v1/dossiers?side=receiving"),
    "returned": ("tiepnhan", "/v1/dossiers?status=returned"),
    "being processed": ("tiepnhan", "/v1/dossiers?status=processing"),
    "register": ("tiepnhan", "/v1/agencies/{agency}/register?limit=200"),
    "all open, for an inspector": ("thanhtra", "/v1/dossiers?agency_id={agency}"),
}


def run(asked, cluster, directory, servers, say):
    """Measures them; gives the text of the results."""
    began = time.monotonic()
    sizes = [10_000] if asked.quick else [10_000, 1_000_000]
    for size in sizes:
        data.make(cluster, CAUNOI, directory, data.DOSSIERS, size, say)
        cluster.copy(data.DOSSIERS.name(size), f"measured_{size}")
    scripts, lists = learn(cluster, directory, f"measured_{sizes[0]}")
    if asked.statements:
        return report.statements(scripts, lists)
    benches = {}
    for size in sizes:
        servers.append(start(cluster, directory, f"measured_{size}"))
        benches[size] = bench(cluster, directory, servers[-1], f"measured_{size}", size)
    rounds, seconds = (3, 3) if asked.quick else (5, 8)
    units = [unit for unit in UNITS if not asked.only or unit.task in asked.only]
    results = {unit: measure(benches, unit, scripts, rounds, seconds, say) for unit in units}
    memory = remember(benches[sizes[-1]], say)
    extras = {extra: beside(benches[sizes[-1]], extra, seconds, say) for extra in EXTRAS}
    logs = [rows // 10 if asked.quick else rows for rows in IMPORT_ROWS]
    imports = [importing.measure(benches[sizes[-1]], CAUNOI, directory, rows, say) for rows in logs]
    plans = {name: statements.explained(cluster, f"measured_{sizes[-1]}", said[0]) for name, said in lists.items()}
    return report.markdown(results, extras, imports, memory, plans, scripts, cluster, time.monotonic() - began)


def bench(cluster, directory, server, database, size):
    codes = directory / f"codes_{size}"
    coded = size * 97 // 100
    codes.write_text(cluster.sql(database, f"SELECT load.code(n) FROM generate_series(1, {coded}) AS n"))
    return Bench(cluster, database, server, GENERATOR, codes, coded)


def learn(cluster, directory, database):
    """The statements of every task and of every list, as the server sends them."""
    statements.listen(cluster, database, True)
    server = start(cluster, directory, database)
    try:
        listening = bench(cluster, directory, server, database, 10_000)
        server.counters()
        known = statements.people(cluster, database)
        scripts = {}
        for unit in UNITS:
            said = statements.heard(cluster, lambda unit=unit: listening.load(unit.task, 0.2, connections=1))
            scripts[unit.task] = statements.script(statements.once(said), known)
        agency = cluster.sql(database, "SELECT load.agency(1)")
        return scripts, {
            name: statements.answering(cluster, server, path.format(agency=agency), person) for name, (person, path) in LISTS.items()
        }
    finally:
        server.stop()
        statements.listen(cluster, database, False)


def beside(measured, extra, seconds, say):
    """One run of something beside the dossiers."""
    if extra.seed:
        measured.cluster.sql(measured.database, (data.SQL / extra.seed).read_text())
        time.sleep(3)  # the server reads the catalogue anew within a second
    run = measured.load(extra.task, seconds, extra.connections)
    measured.settle(extra)
    if extra.task == "call-next":
        twice = measured.cluster.sql(measured.database, (
            "SELECT count(*) FROM (SELECT FROM journal WHERE event_kind = 'ticket.called' GROUP BY entity_id HAVING count(*) > 1) AS twice"
        ))
        if twice != "0":
            raise RuntimeError(f"{twice} tickets were called twice")
    say(f"{extra.task}: {run['rate']:,.0f}/s, {run['server_us']:.0f} µs, p99 {run['p99_ms']:.1f} ms")
    return run


def remember(measured, say):
    """Memory while many connections are busy, by task: the highest that is seen."""
    seen = {}
    measured.server.counters()  # the sign-ins before, each of which takes 19 MB for a moment, are not what is asked for
    time.sleep(2)
    for unit in UNITS:
        with measured.server.watched() as watched:
            measured.load(unit.task, 4, connections=MEMORY_CONNECTIONS)
        seen[unit.task] = watched.highest
        measured.settle(unit)
        say(f"memory during {unit.task} at {MEMORY_CONNECTIONS} connections: {watched.highest:.0f} MB")
    return seen

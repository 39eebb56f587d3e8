"""Databases as the server would have left them after a year and a half: made once, measured in copies."""

import hashlib
import time
from datetime import datetime, timezone
from pathlib import Path

from server import Server

SQL = Path(__file__).resolve().parent.parent / "sql"
MIGRATIONS = SQL.parents[2] / "migrations/schema"
REGISTER = "2026-11-26-155000_register"
CHUNK = 100_000


def name(size):
    """Of the seeded database; another one when schema or seed have changed."""
    made_by = sorted(MIGRATIONS.glob("*/up.sql")) + sorted(SQL.glob("*.sql"))
    version = hashlib.sha256(b"".join(file.read_bytes() for file in made_by)).hexdigest()[:8]
    return f"seeded_{size}_{version}"


def make(cluster, program, directory, size, say):
    """A seeded database of so many dossiers, unless there is one."""
    made = name(size)
    if made in cluster.databases():
        return
    began = time.monotonic()
    growing = f"growing_{size}"
    cluster.sql("postgres", f"DROP DATABASE IF EXISTS {growing}")
    cluster.sql("postgres", f"CREATE DATABASE {growing}")
    server = Server(program, cluster.url(growing), directory / growing)
    try:
        cluster.sql(growing, (SQL / "setup.sql").read_text())
        seed = (SQL / "seed.sql").read_text()
        now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0).isoformat()
        for start in range(1, size + 1, CHUNK):
            end = min(start + CHUNK - 1, size)
            cluster.sql(growing, seed, **{"from": start, "to": end, "size": size, "now": now})
            say(f"{size:,} dossiers: {end:,} written, {time.monotonic() - began:.0f} s")
        # What is inserted is entered in no register, as what was there before it: its migration catches up.
        for step in ("down.sql", "up.sql"):
            cluster.sql(growing, (MIGRATIONS / REGISTER / step).read_text())
        drain(cluster, growing)
        say(f"{size:,} dossiers: journal numbered, {time.monotonic() - began:.0f} s")
    finally:
        server.stop()
    cluster.sql(growing, "VACUUM (FREEZE, ANALYZE)")
    cluster.sql("postgres", f"ALTER DATABASE {growing} RENAME TO {made}")
    say(f"{size:,} dossiers: ready after {time.monotonic() - began:.0f} s")


def drain(cluster, database):
    """Waits until the leader has numbered everything; gives how many entries waited and the seconds it took."""
    waiting = "SELECT count(*) FROM journal_tail"
    first, began = int(cluster.sql(database, waiting)), time.monotonic()
    while cluster.sql(database, waiting) != "0":
        time.sleep(0.1)
    return first, time.monotonic() - began

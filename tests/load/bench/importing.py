"""Imports of long logs: rows a second, and whether the memory they take grows with the log."""

import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

STEPS = 6
COLUMNS = (
    "case:channel,case:concept:name,case:deadline,case:department,case:enddate,case:enddate_planned,case:group,"
    "case:responsible,case:startdate,concept:instance,concept:name,lifecycle:transition,org:group,org:resource,time:timestamp"
)
ACTIVITIES = ("Confirmation of receipt", "T02 Check confirmation of receipt", "T05 Print and send confirmation of receipt")


def write(file, rows):
    """A log like the real one, of dossiers that no other has; their rows lie together."""
    began = datetime(2020, 1, 1, tzinfo=timezone.utc)
    with open(file, "w", encoding="utf-8") as log:
        print(COLUMNS, file=log)
        for row in range(rows):
            case, step = divmod(row, STEPS)
            start = began + timedelta(minutes=case)
            due, end = start + timedelta(weeks=8), start + timedelta(days=1 + case % 70)
            print(
                f"Internet,case-{rows}-{case},{due},General,{end},{due},Group 2,Resource21,{start},task-{row},"
                f"{ACTIVITIES[step % 3]},complete,Group 1,Resource21,{start + timedelta(hours=step, milliseconds=7)}",
                file=log,
            )


def measure(measured, program, directory, rows, say):
    """One import into a database that a server serves, and whose journal is numbered meanwhile."""
    file = Path(directory) / f"log_{rows}.csv"
    write(file, rows)
    url = measured.cluster.url(measured.database)
    command = [program, "import", "--demo", "--database-url", url, "--data-dir", measured.server.directory, "receipt-log", file]
    began, highest = time.monotonic(), 0.0
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None:
        highest = max(highest, memory(process.pid))
        time.sleep(0.02)
    took = time.monotonic() - began
    said, complained = process.communicate()
    if process.returncode or f"{rows} rows: {rows} new steps" not in said:
        raise RuntimeError(f"import: {(said + complained).strip()[-2000:]}")
    file.unlink()
    say(f"import of {rows:,} rows: {rows / took:,.0f}/s, {highest:.0f} MB")
    return {"rows": rows, "rate": rows / took, "memory_mb": highest}


def memory(pid):
    """The most that a process has had resident, in MB; nothing when it has just ended."""
    try:
        highest = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(highest[1]) / 1024 if highest else 0.0

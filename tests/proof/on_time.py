#!/usr/bin/env python3
"""Imports a log and compares what the server says of each dossier with what pandas reads in the file.

    python tests/proof/on_time.py PROGRAM LOG

The log: CoSeLoG, "Receipt phase of an environmental permit application process", J. Buijs, 4TU.ResearchData.
"""

import copy
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

SOURCE = "coselog_receipt"
READY_WITHIN_SECONDS = 120
# Our member: the file's column.
INSTANTS = {"started_at": "case:startdate", "due_at": "case:deadline", "ended_at": "case:enddate"}


@contextmanager
def server(program, directory):
    """A demo server with a private database; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
    with open(directory / "server.log", "wb") as log:
        serve = [program, "serve", "--demo", "--data-dir", directory, "--bind", address]
        process = subprocess.Popen(serve, stdout=log, stderr=log)
        try:
            wait_until_ready(process, address, directory)
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(60)


def wait_until_ready(process, address, directory):
    until = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{address}/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server did not get ready: " + (directory / "server.log").read_text(errors="replace")[-2000:])


def ask(request):
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def inspector(url):
    body = json.dumps({"username": "thanhtra", "password": "caunoi-demo"}).encode()
    signing_in = urllib.request.Request(f"{url}/v1/sessions", body, {"content-type": "application/json"})
    return {"authorization": "Bearer " + ask(signing_in)["access_token"]}


def answers(url, who):
    """What the server says, by the dossier's own name."""
    found, cursor = {}, ""
    while True:
        path = f"/v1/external-dossiers?source={SOURCE}&limit=200{cursor}"
        page = ask(urllib.request.Request(url + path, headers=who))
        for dossier in page["items"]:
            found[dossier["source_key"]] = dossier
        if "next_cursor" not in page:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def truth(log):
    """What pandas reads: a row for each dossier, with the number of its events."""
    events = pd.read_csv(log)
    for column in INSTANTS.values():
        events[column] = pd.to_datetime(events[column], format="ISO8601", utc=True)
    by_case = events.groupby("case:concept:name")
    facts = list(INSTANTS.values())
    if (by_case[facts].nunique(dropna=False) > 1).any(axis=None):
        sys.exit("rows of the file contradict each other")
    dossiers = by_case[facts].first()
    dossiers["events"] = by_case["concept:instance"].nunique()
    # Late is what ends at its deadline or after it.
    dossiers["late"] = dossiers["case:enddate"] >= dossiers["case:deadline"]
    return dossiers


def differences(dossiers, found):
    """Every dossier of which we say something else."""
    different = [f"{name} is only in the file" for name in dossiers.index.difference(found)]
    different += [f"{name} is not in the file" for name in set(found) - set(dossiers.index)]
    for name, expected in dossiers.iterrows():
        if name not in found:
            continue
        ours = found[name]
        for member, column in INSTANTS.items():
            said = pd.to_datetime(ours.get(member), format="ISO8601", utc=True)
            if not (said == expected[column] or (pd.isna(said) and pd.isna(expected[column]))):
                different.append(f"{name}: {member} is {said}, {expected[column]} in the file")
        if pd.isna(expected["case:enddate"]) or pd.isna(expected["case:deadline"]):
            right = not ours["timeliness"].startswith("finished")
        else:
            right = ours["timeliness"] == ("finished_late" if expected["late"] else "finished_on_time")
        if not right:
            different.append(f"{name}: we say {ours['timeliness']}, pandas late={expected['late']}")
        # Its registration is the first version, and each step one more.
        if ours["version"] != 1 + expected["events"]:
            different.append(f"{name}: version {ours['version']} with {expected['events']} events")
    return different


def run_import(program, directory, log):
    importing = [program, "import", "--demo", "--data-dir", directory, "receipt-log", log]
    done = subprocess.run(importing, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"the import failed: {done.stderr.strip()}")
    return done.stdout


def main():
    program, log = Path(sys.argv[1]).resolve(), sys.argv[2]
    dossiers = truth(log)
    with tempfile.TemporaryDirectory(prefix="caunoi-on-time-", dir="/var/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)  # the database runs under another user when this one is root
        with server(program, directory) as url:
            who = inspector(url)
            began = time.monotonic()
            print(run_import(program, directory, log), end="")
            took = time.monotonic() - began
            found = answers(url, who)
            different = differences(dossiers, found)
            run_import(program, directory, log)
            if answers(url, who) != found:
                different.append("importing the file a second time has changed something")
    for line in different[:20]:
        print(line)
    ended = dossiers.dropna(subset=["case:enddate", "case:deadline"])
    ours = Counter(found[name]["timeliness"] for name in ended.index if name in found)
    print(
        f"{len(dossiers):,} dossiers, {dossiers['events'].sum():,} events in {took:.1f} s; of {len(ended):,} with an end "
        f"{ours['finished_on_time']} on time and {ours['finished_late']} late, pandas {sum(~ended['late'])} and "
        f"{sum(ended['late'])}; {len(different)} differences"
    )
    # The comparison itself must notice a single dossier.
    tampered = copy.deepcopy(found)
    one = next(name for name in ended.index if ended["late"][name])
    tampered[one]["timeliness"] = "finished_on_time"
    if len(differences(dossiers, tampered)) != len(different) + 1:
        sys.exit("the comparison does not notice a dossier that is wrong")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()

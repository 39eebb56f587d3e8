"""A private PostgreSQL cluster, as the server would start it for itself but for its memory, with the databases that are measured."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

STOPPED_WITHIN_SECONDS = 120


class Cluster:
    """Runs from construction to `stop`."""

    def __init__(self, hold, directory):
        self.directory = directory
        # A quarter of the memory, as PostgreSQL's manual begins with on a server of its own.
        quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 >> 20
        self._holder = subprocess.Popen([hold, directory, f"shared_buffers={quarter}MB"], stdout=subprocess.PIPE, text=True)
        said = self._holder.stdout.readline().split()
        if len(said) != 2:
            raise RuntimeError("PostgreSQL did not start; the reason is above")
        self.pid, url = said
        self._socket = parse_qs(urlsplit(url).query)["host"][0]
        self._programs = Path(os.readlink(f"/proc/{self.pid}/exe")).parent
        self.log = Path(directory) / "postgres.log"

    def url(self, database):
        return f"postgresql:///{database}?host={self._socket}&user=caunoi"

    def program(self, name):
        """`psql` or `pgbench` of the running version; else one on the path."""
        beside = self._programs / name
        found = str(beside) if beside.exists() else shutil.which(name)
        if not found:
            raise RuntimeError(f"{name} is needed to measure: install PostgreSQL's client programs and pgbench")
        return found

    def sql(self, database, text, **variables):
        """Runs a script; gives its rows as text."""
        given = [f"--set={name}={value}" for name, value in variables.items()]
        command = [self.program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", *given, "-f", "-", self.url(database)]
        done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"SQL failed in {database}: {done.stderr.strip()[-2000:]}")
        return done.stdout.strip()

    def pgbench(self, database, script, values, clients, seconds):
        """Transactions a second of a script."""
        given = [f"-D{name}={value}" for name, value in values.items()]
        file = Path(self.directory).parent / "pgbench.sql"
        file.write_text(script)
        command = [
            self.program("pgbench"), "-n", "-M", "prepared", "-c", clients, "-j", min(clients, 2), "-T", seconds,
            "-f", file, *given, "-h", self._socket, "-U", "caunoi", database,
        ]  # fmt: skip
        done = subprocess.run([str(part) for part in command], text=True, capture_output=True, check=False)
        rate = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
        failed = re.search(r"number of failed transactions: ([0-9]+)", done.stdout)
        if done.returncode or not rate or (failed and failed[1] != "0"):
            raise RuntimeError(f"pgbench failed: {(done.stdout + done.stderr).strip()[-2000:]}")
        return float(rate[1])

    def databases(self):
        return self.sql("postgres", "SELECT datname FROM pg_database").split()

    def copy(self, template, name):
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name}")
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        # The disk has it before anything is measured.
        os.sync()

    def stop(self):
        self._holder.terminate()
        self._holder.wait(STOPPED_WITHIN_SECONDS)

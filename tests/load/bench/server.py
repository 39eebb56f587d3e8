"""The server under test, in release mode, with everything on: authentication, validation, logging."""

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

PASSWORD = "caunoi-demo"
READY_WITHIN_SECONDS = 30
STOPPED_WITHIN_SECONDS = 60
# Access tokens live ten minutes.
TOKENS_GOOD_SECONDS = 240


class Server:
    """Serves one database from construction to `stop`."""

    def __init__(self, program, database_url, directory, **settings):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(directory),
            "BIND": self.address,
            "RATE_LIMIT_PER_MINUTE": "100000000",
            # Nobody listens there: the demo's portal would take its share of the machine.
            "NATIONAL_PORTAL_URL": "http://127.0.0.1:9",
            "NATIONAL_PORTAL_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        }
        self._log = open(directory / "server.log", "ab")
        self._process = subprocess.Popen(
            [program, "serve", "--demo"], env=environment | settings, stdout=self._log, stderr=self._log
        )
        self.pid = self._process.pid
        self._signed_in = None
        self._wait_until_ready()

    def _wait_until_ready(self):
        until = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{self.address}/health/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        said = (self.directory / "server.log").read_text(errors="replace")
        raise RuntimeError(f"the server did not get ready: {said[-2000:]}")

    def get(self, path, token):
        asked = urllib.request.Request(f"http://{self.address}{path}", headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def token(self, username):
        body = json.dumps({"username": username, "password": PASSWORD}).encode()
        asked = urllib.request.Request(
            f"http://{self.address}/v1/sessions", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)["access_token"]

    def counters(self):
        """The file of counters for the load generator, with tokens that are good for minutes."""
        file = self.directory / "counters"
        if self._signed_in is None or time.monotonic() - self._signed_in > TOKENS_GOOD_SECONDS:
            people = [("H26.13.01", ""), ("H26.13.02", "02"), ("H26.13.03", "03")]
            lines = [f"{code} {self.token('tiepnhan' + end)} {self.token('lanhdao' + end)}" for code, end in people]
            file.write_text("\n".join(lines))
            self._signed_in = time.monotonic()
        return file

    def memory(self):
        """Resident memory now, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def watched(self):
        """A context in which memory is looked at ten times a second."""
        return Watch(self.memory)

    def stop(self):
        self._process.terminate()
        self._process.wait(STOPPED_WITHIN_SECONDS)
        self._log.close()


class Watch:
    """The highest of a value while it lasts."""

    def __init__(self, look):
        self._look, self._over, self.highest = look, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._over.wait(0.1):
            self.highest = max(self.highest, self._look())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

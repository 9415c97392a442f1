"""A real PostgreSQL on loopback, for tests: the system's programs, in a folder of their own, never run by root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_ACCOUNTS = ("postgres", "nobody")
PASSWORD = "no secret at all"


class PostgresDidNotStart(Exception):
    """The server did not come up; the message says why."""


class PostgresProcess:
    """Runs in a `with` block; can be stopped and started again at the same address with the same data."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._account = _account()
        self._folder = Path(tempfile.mkdtemp(prefix="pagewise-postgres-"))
        self._port = _free_port()
        self._databases = 0

    def new_database(self) -> str:
        """The address of an empty database, without the password."""
        self._databases += 1
        name = f"state{self._databases}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "pagewise", name)
        return f"postgresql://pagewise@127.0.0.1:{self._port}/{name}"

    def start(self) -> None:
        """Start it and wait until it answers. Raises `PostgresDidNotStart`."""
        listening = f"-F -p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-o", listening, "-l", str(self._folder / "log"), "start"
        )

    def stop(self) -> None:
        """Stop it at once, as if it were killed; the data stays."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def __enter__(self) -> Self:
        if self._account is not None:
            shutil.chown(self._folder, self._account)
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if self._account is not None:
            shutil.chown(secret, self._account)
        options = ["-A", "scram-sha-256", "--pwfile", str(secret), "-U", "pagewise", "-E", "UTF8", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *options)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        environment = os.environ | {"PGPASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"}
        # Into a file: the server would keep a pipe open.
        with (self._folder / "said").open("wb") as said:
            done = subprocess.run(
                [str(self._programs / program), *arguments],
                env=environment,
                cwd="/",
                user=self._account,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        if done.returncode:
            raise PostgresDidNotStart(f"{program}: {(self._folder / 'said').read_text(errors='replace')[-500:]}")


def _programs() -> Path:
    """Debian keeps those of each version in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    for folder in [*reversed(found), *(Path(name) for name in os.environ.get("PATH", "").split(os.pathsep))]:
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    raise PostgresDidNotStart("there is no PostgreSQL on this machine: apt-get install postgresql")


def _account() -> str | None:
    """Who runs it: it refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next((name for name in _ACCOUNTS if name in known), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

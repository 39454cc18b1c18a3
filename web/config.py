"""Settings, read once from the environment into a frozen value. No secret has a default value.

    DATABASE_URL        sqlite (default: var/tapak.sqlite3) or postgresql://user:password@host/name
    REDIS_URL           redis://, rediss:// or unix://; without it the supervisor starts a server of our own
    HOST, PORT          where the pages are served; 127.0.0.1 and 8000
    TAPAK_VAR           folder of everything that is kept; var/ beside the code
    TAPAK_CHECKPOINTS   folder in which the signed checkpoints stand outside the database, best on another disk;
                        checkpoints/ in TAPAK_VAR
    TAPAK_ENV           demo (default) or production; in production no demo account can exist
    TAPAK_TOTP          optional (default): whoever wants it has an authenticator app as second factor; approvers: the
                        commissioners must have one before they decide
    TAPAK_URL           the address people type, https:// makes cookies secure
    TAPAK_MAX_FILE_MB   largest single upload, 15 MB
    TAPAK_MAX_REQUEST_MB  largest whole request, 60 MB
    TAPAK_PROXIES       how many reverse proxies of yours stand before it, 0 to 5; their X-Forwarded-For is believed,
                        nobody else's
    TAPAK_SMTP          smtp://user:password@host:587 (STARTTLS where offered) or smtps://; without it no e-mail
    TAPAK_MAIL_FROM     the address e-mail comes from; needed with TAPAK_SMTP
    TAPAK_APPRISE       Apprise address with {address} in it: tgram://token/{address}; wants `pip install apprise`
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from engine.errors import TapakError

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,186}[A-Za-z0-9])")
LONGEST_SOCKET_PATH = 100  # Linux allows 107 bytes in sun_path


class SettingsRefused(TapakError):
    """Pengaturan belum benar. Tapak tidak dijalankan."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([(type(self).__doc__ or "").strip(), *(f"- {line}" for line in problems)]))


@dataclass(frozen=True)
class Config:
    """Every setting of one installation. Sizes are bytes. Secrets never show in `repr`."""

    var: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    host: str
    port: int
    environment: str
    secret_key: str = field(repr=False)
    public_url: str
    max_file_bytes: int
    max_request_bytes: int
    proxies: int = 0
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = ""
    apprise_url: str | None = field(default=None, repr=False)
    checkpoint_folder: str = ""
    totp: str = "optional"

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over HTTPS only; so wherever the public address is HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def attachments(self) -> Path:
        return self.var / "attachments"

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints stand outside the database; made when the first one is written."""
        return Path(ROOT, self.checkpoint_folder) if self.checkpoint_folder else self.var / "checkpoints"

    @property
    def run(self) -> Path:
        """Sockets and locks: what has no meaning after the processes are gone."""
        return self.var / "run"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Config:
        """A complete configuration; folder and secret key exist. Refuses with every wrong setting named at once."""
        reader = _Reader(os.environ if environ is None else environ)
        var = reader.folder("TAPAK_VAR", ROOT / "var")
        host, port = reader.text("HOST", "127.0.0.1"), reader.whole("PORT", 8000, 1, 65535)
        shown = f"[{host}]" if ":" in host else host
        values = {
            "database_url": reader.database("DATABASE_URL", var / "tapak.sqlite3"),
            "redis_url": reader.address("REDIS_URL", ("redis", "rediss", "unix")),
            "environment": reader.choice("TAPAK_ENV", ("demo", "production")),
            "public_url": (reader.address("TAPAK_URL", ("http", "https")) or f"http://{shown}:{port}").rstrip("/"),
            "max_file_bytes": reader.whole("TAPAK_MAX_FILE_MB", 15, 1, 200) * MEGABYTE,
            "max_request_bytes": reader.whole("TAPAK_MAX_REQUEST_MB", 60, 1, 1000) * MEGABYTE,
            "proxies": reader.whole("TAPAK_PROXIES", 0, 0, 5),
            "smtp_url": reader.address("TAPAK_SMTP", ("smtp", "smtps")),
            "mail_from": reader.sender("TAPAK_MAIL_FROM", needed_by="TAPAK_SMTP"),
            "apprise_url": reader.template("TAPAK_APPRISE", "{address}"),
            "checkpoint_folder": reader.text("TAPAK_CHECKPOINTS", ""),
            "totp": reader.choice("TAPAK_TOTP", ("optional", "approvers")),
        }
        secret_key = "" if reader.problems else reader.secret(var / "secret_key")
        if reader.problems:
            raise SettingsRefused(reader.problems)
        return cls(var=var, host=host, port=port, secret_key=secret_key, **values)  # type: ignore[arg-type]  # read by name


class _Reader:
    """Reads settings one by one and gathers what is wrong, so that all of it is told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ, self.problems = environ, list[str]()

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        given = self.text(name, str(default))
        if given.isdecimal() and low <= int(given) <= high:
            return int(given)
        self.problems.append(f"{name}={given!r}: isilah bilangan bulat {low} sampai {high}.")
        return default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        given = self.text(name, allowed[0])
        if given not in allowed:
            self.problems.append(f"{name}={given!r}: pilih salah satu dari {', '.join(allowed)}.")
        return given

    def folder(self, name: str, default: Path) -> Path:
        path = Path(ROOT, self.text(name, str(default)))
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o750)
            (path / "run").mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            self.problems.append(f"{name}: folder {path} tidak dapat dibuat ({error.strerror}).")
            return path
        if not os.access(path, os.W_OK):
            self.problems.append(f"{name}: folder {path} tidak dapat ditulisi oleh pengguna ini.")
        return path

    def _split(self, name: str, schemes: tuple[str, ...]) -> SplitResult | None:
        """The parts of an address; the message never repeats it, for it may hold a password."""
        try:
            parts = urlsplit(self.text(name, ""))
            parts.port  # noqa: B018 - reading it is the check
        except ValueError as error:
            self.problems.append(f"{name}: alamat tidak dapat dibaca ({error}).")
            return None
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            self.problems.append(f"{name}: alamat harus diawali {' atau '.join(s + '://' for s in schemes)}.")
            return None
        return parts

    def address(self, name: str, schemes: tuple[str, ...]) -> str | None:
        given = self.text(name, "")
        return given if given and self._split(name, schemes) else None

    def sender(self, name: str, *, needed_by: str) -> str:
        given = self.text(name, "")
        if (given or self.text(needed_by, "")) and not MAIL_ADDRESS.fullmatch(given):
            self.problems.append(f"{name}: isilah alamat surel pengirim, misalnya tapak@kpu.example.")
        return given

    def template(self, name: str, place: str) -> str | None:
        """An address with a place to be filled; the message never repeats it, for it may hold a token."""
        given = self.text(name, "")
        if given and ("://" not in given or place not in given):
            self.problems.append(f"{name}: alamat Apprise harus memuat :// dan {place}.")
        return given or None

    def database(self, name: str, default: Path) -> str:
        given = self.text(name, f"sqlite:///{default}")
        if given.startswith("sqlite:///") and ":memory:" not in given:
            return given
        accepted = ("postgresql", "postgres", "postgresql+psycopg")
        parts = self._split(name, (*accepted, "sqlite"))
        if parts is not None and parts.scheme not in accepted:
            self.problems.append(f"{name}: SQLite perlu berkas, misalnya sqlite:///{default}")
        return given

    def secret(self, path: Path) -> str:
        """The installation's own key, made on first use; of two processes at once both read the one that was first."""
        if not path.exists():
            fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            self.problems.append(f"{path} terbaca oleh pengguna lain. Ketik: chmod 600 {path}")
        key = path.read_text().strip()
        if len(key) < 32:
            self.problems.append(f"{path} rusak (kurang dari 32 huruf). Hapus berkas itu; semua orang masuk lagi.")
        return key


def own_redis_socket(var: Path) -> Path:
    """Where a Redis of our own listens: in var/run, or, where that path is too long for a socket, in a private
    folder of this user below the system's temporary folder."""
    path = var / "run" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    import hashlib
    import tempfile

    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"tapak-{os.getuid()}-{name}", "redis.sock")


def socket_url(path: Path) -> str:
    """The REDIS_URL of a server on a unix socket."""
    return f"unix://{quote(str(path))}"

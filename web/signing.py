"""The installation's signing key: an Ed25519 key in the folder of what is kept, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.checkpoints import Signer
from web.config import Config, SettingsRefused

NAME = "checkpoint_key"


def signer(config: Config) -> Signer:
    """The key, made on first use; of two processes at once both read the one that was first. Refuses (SettingsRefused)
    a key that others can read and one that is damaged."""
    path = config.var / NAME
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsRefused([f"{path} terbaca oleh pengguna lain. Ketik: chmod 600 {path}"])
    try:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except ValueError as error:
        raise SettingsRefused([f"{path} rusak. Kembalikan dari salinan Anda."]) from error
    return Signer(private.public_key().public_bytes_raw().hex(), lambda said: private.sign(said).hex())


def _make(path: Path) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return  # the other process's key is the installation's
    finally:
        fresh.unlink()


def signed(key: str, said: bytes, signature: str) -> bool:
    """Whether the key (hex) made this signature (hex) of these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said)
    except (InvalidSignature, ValueError):
        return False
    return True

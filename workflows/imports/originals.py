"""Files with NIK in them, sealed before they are kept: the store never holds such a file in clear."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def _fernet(secret: bytes) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"tapak import sealing").derive(secret)
    return Fernet(urlsafe_b64encode(key))


def seal(content: bytes, secret: bytes) -> bytes:
    """The bytes packed, encrypted and authenticated, with a key that serves nothing else."""
    return _fernet(secret).encrypt(zlib.compress(content, 6))


def unseal(sealed: bytes, secret: bytes) -> bytes:
    """The bytes again. Another secret or a changed file: cryptography.fernet.InvalidToken."""
    return zlib.decompress(_fernet(secret).decrypt(sealed))

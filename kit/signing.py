"""The key that signs our repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pysequoia import CipherSuite, Profile, SignatureMode, Tsk, sign
from pysequoia.packet import PacketPile, Tag
from rpm_rs import Package, Signer, Verifier

from kit.errors import Problem
from kit.paths import CACHE

VARIABLE = "KEA_RUNSCRIPT_SIGNING_KEY"
DEMO = "kea-hook-runscript DEMO key, made on this machine, trust it nowhere else"
RSA = 1  # OpenPGP's number for it (RFC 4880, 9.1)
BITS = 4096


class KeyProblem(Problem):
    """The signing key can't be used; the text says why and what would do."""


class Key:
    """A secret OpenPGP key."""

    def __init__(self, secret: Tsk) -> None:
        self._secret = secret

    @property
    def public(self) -> str:
        """The public key, as text for apt's Signed-By and dnf's gpgkey."""
        return str(self._secret.extract_certificate())

    @property
    def name(self) -> str:
        """Whose key it is and its fingerprint, for people."""
        certificate = self._secret.extract_certificate()
        return f"{certificate.user_ids[0]} ({certificate.fingerprint.upper()})"

    def clear_signed(self, text: bytes) -> bytes:
        """The text with its signature around it, as in InRelease."""
        return sign(self._secret.signer(), text, mode=SignatureMode.CLEAR)

    def signature(self, content: bytes) -> bytes:
        """A signature apart from what it signs, as in Release.gpg."""
        return sign(self._secret.signer(), content, mode=SignatureMode.DETACHED)

    def sign(self, rpm: Package) -> None:
        """Puts a signature into an rpm."""
        rpm.sign(Signer(str(self._secret).encode()))

    def has_signed(self, rpm: Package) -> bool:
        """Whether an rpm has a signature of this key, and is as it was signed."""
        try:
            rpm.verify_signature(Verifier(self.public.encode()))
        except RuntimeError:
            return False
        return True


def key() -> Key:
    """The key in the file that KEA_RUNSCRIPT_SIGNING_KEY names, else this machine's demo key."""
    named = os.environ.get(VARIABLE)
    return load(Path(named)) if named else _demo()


def load(file: Path) -> Key:
    """The secret key in `file`; raises KeyProblem for anything but RSA of 4096 bits or more."""
    wanted = f"a secret OpenPGP key without a passphrase, RSA with {BITS} bits or more"
    try:
        secret = Tsk.from_file(str(file))
        secret.signer()
    except Exception as error:  # pysequoia raises plain ones, a stack trace in their text
        raise KeyProblem(f"{file} is not {wanted}: {str(error).splitlines()[0]}") from error
    if any(size < BITS for size in _sizes(secret)):
        raise KeyProblem(f"{file} holds a key of another kind or a shorter one, not {wanted}")
    return Key(secret)


def _sizes(secret: Tsk) -> Iterator[int]:
    """The size of the key and of each subkey in bits of RSA: 0 for another kind."""
    for packet in PacketPile.from_bytes(bytes(secret)):
        if packet.tag in (Tag.SecretKey, Tag.SecretSubkey):
            # RFC 4880, 5.5.2: version, four bytes of time, algorithm, bits of the modulus.
            body = bytes(packet.body)
            yield int.from_bytes(body[6:8], "big") if body[5] == RSA else 0


def _demo() -> Key:
    """A key for trying things out; made once (that takes seconds) and kept in the cache."""
    file = CACHE / "demo-signing-key.asc"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        made = Tsk.generate(DEMO, profile=Profile.RFC4880, cipher_suite=CipherSuite.RSA4k)
        partial = file.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(str(made), encoding="utf-8")
        partial.rename(file)
    return load(file)

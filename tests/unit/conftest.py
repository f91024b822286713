"""A key for the tests of repositories."""

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from kit.signing import Key


def new_key() -> Key:
    """Smaller than what signs in earnest: made in a moment."""
    made = Tsk.generate("a key for tests", profile=Profile.RFC4880, cipher_suite=CipherSuite.RSA2k)
    return Key(made)


@pytest.fixture(scope="module")
def key() -> Key:
    return new_key()

"""The vault without its disk: the same seals under keys that the deployment's secret gives, so that a seed repeats."""

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from schemas.base import Sealed

SECRET = b"a secret of simulated deployments"


class MemoryVault:
    """Seals and opens as `cauce.runtime.doors.vault.Vault`; nobody is ever erased."""

    secret = SECRET

    def __init__(self):
        self._ciphers = {}

    def seal_unsettled(self, person_id, details):
        content = self._cipher(person_id).encrypt(details.model_dump_json().encode(), [person_id.encode()])
        return Sealed(person_id=person_id, content=content)

    def settle(self):
        """Keys are derived, so there is none to lose."""

    def open(self, sealed, model):
        opened = self._cipher(sealed.person_id).decrypt(sealed.content, [sealed.person_id.encode()])
        return model.model_validate_json(opened)

    def seal_raw(self, value):
        return self._cipher("").encrypt(value, [b"raw"])

    def _cipher(self, name):
        if name not in self._ciphers:
            self._ciphers[name] = AESSIV(hmac.digest(SECRET, name.encode(), hashlib.sha512))
        return self._ciphers[name]

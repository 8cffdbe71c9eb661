"""A software authenticator: makes passkeys and signs with them as a browser and its device do (WebAuthn, ES256, no attestation)."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text_of(raw: bytes) -> str:
    """Return bytes as WebAuthn spells them."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _again(der: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_der_private_key(der, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


class Authenticator:
    """One device with at most one passkey.

    Args:
        origin: Of the page that asks, as the browser sees it.
        flags: What it says of the person: present and verified, unless a test lies.
        more: What else the browser says of the page that asked, such as `crossOrigin`.
    """

    def __init__(self, origin: str, *, flags: int = PRESENT | VERIFIED, more: dict | None = None) -> None:
        self._origin = origin
        self.more = more or {}
        self._flags = flags
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._handle = ""
        self._count = 0
        self.id = hashlib.sha256(str(id(self)).encode()).digest()

    def __getstate__(self) -> dict:
        """Go to another process, as a device that is carried."""
        der = self._key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.__dict__ | {"_key": der}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _key=_again(state["_key"]))

    def make(self, options: dict) -> str:
        """Answer `navigator.credentials.create` as JSON."""
        self._handle = options["user"]["id"]
        point = self._key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        said = self._said("webauthn.create", options["challenge"])
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(options["rp"]["id"], ATTESTED) + credential}
        return self._answer({"clientDataJSON": said, "attestationObject": cbor2.dumps(attestation)})

    def use(self, options: dict) -> str:
        """Answer `navigator.credentials.get` as JSON."""
        self._count += 1
        said, data = self._said("webauthn.get", options["challenge"]), self._data(options["rpId"])
        signature = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": said, "authenticatorData": data, "signature": signature})

    def _said(self, what: str, challenge: str) -> bytes:
        return json.dumps({"type": what, "challenge": challenge, "origin": self._origin, **self.more}).encode()

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        name = rp_id if rp_id == urlsplit(self._origin).hostname else "another.example"
        return hashlib.sha256(name.encode()).digest() + bytes([self._flags | more]) + struct.pack(">I", self._count)

    def _answer(self, parts: dict[str, bytes]) -> str:
        response = {name: text_of(one) for name, one in parts.items()} | {"userHandle": self._handle}
        named = text_of(self.id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})

"""Certificates made when they are needed: good ones, and each sort of bad one."""

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)
_PEM = serialization.Encoding.PEM
_NAME = "an authority of the tests"
_COMMON_NAME = bytes.fromhex("0603550403")


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _hashed(text: str) -> str:
    """Give the hash that OpenSSL looks a common name up by."""
    spelled = text.encode()
    pair = _COMMON_NAME + bytes([0x0C, len(spelled)]) + spelled
    pair = bytes([0x30, len(pair)]) + pair
    canonical = bytes([0x31, len(pair)]) + pair
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return digest[3::-1].hex()


class Authority:
    """A certificate authority of our own, and the folder its files are in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(_NAME)
        certificate = self._built(self._name, self._key, issuer=self._name, signer=self._key)
        self.bundle.write_bytes(certificate.public_bytes(_PEM))

    @property
    def bundle(self) -> Path:
        """The file that whoever trusts this authority names."""
        return self.folder / "authority.pem"

    def folder_of_hashes(self) -> Path:
        """Make a folder as OpenSSL likes them: each authority in a file named by its hash."""
        folder = self.folder / "authorities"
        folder.mkdir()
        (folder / f"{_hashed(_NAME)}.0").symlink_to(self.bundle)
        return folder

    def server(
        self, *, host: str = "127.0.0.1", expired: bool = False, self_signed: bool = False
    ) -> ssl.SSLContext:
        """Make a certificate, and what a server needs to show it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _named(host)
        certificate = self._built(
            name,
            key,
            issuer=name if self_signed else self._name,
            signer=key if self_signed else self._key,
            host=host,
            days=-1 if expired else 1,
        )
        path = self.folder / "server.pem"
        private = key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(_PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _built(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        issuer: x509.Name,
        signer: ec.EllipticCurvePrivateKey,
        host: str = "",
        days: int = 1,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * _DAY)
            .not_valid_after(now + days * _DAY)
            .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
        )
        if host:
            alternatives = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(signer, hashes.SHA256())

"""Mail over TLS and with an account: used where the settings ask for it, never fallen back from."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.faults import TryLater
from tests.notifications.test_mail import LETTER, Postbox, channel, serving
from tests.notifications.town import NOW

ACCOUNT = {"user": "concord", "password": "right"}


def keeper(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
    """Lets in whoever knows the password."""
    return AuthResult(success=given.password == b"right")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=9000))
        .not_valid_after(NOW + timedelta(days=9000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "server.pem"
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_signing_in(box_with_account: Postbox) -> None:
    (answer,) = channel(box_with_account, **ACCOUNT).deliver([LETTER])
    assert isinstance(answer, str)
    (answer,) = channel(box_with_account, **{**ACCOUNT, "password": "wrong-one"}).deliver([LETTER])
    assert isinstance(answer, TryLater)
    assert "wrong-one" not in answer.reason
    assert len(box_with_account.mails) == 1


@pytest.fixture
def box_with_account() -> Any:
    """A server that offers to sign in."""
    with serving(Postbox(), authenticator=keeper, auth_require_tls=False) as box:
        yield box


def test_tls_is_used_and_the_certificate_is_checked(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serving(Postbox(), tls_context=tls, require_starttls=True, authenticator=keeper) as box:
        safe = channel(box, host="localhost", starttls=True, patience=2, **ACCOUNT)
        (answer,) = safe.deliver([LETTER])
        assert isinstance(answer, TryLater), "nobody vouches for this certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        (answer,) = safe.deliver([LETTER])
        assert isinstance(answer, str), answer
    assert len(box.mails) == 1

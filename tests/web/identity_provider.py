"""A small OpenID provider on this machine: real http, real keys, real signatures, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "concord-test", "a client secret"


@dataclass
class IdentityProvider:
    """Says who somebody is; `claims` and `key` may be set to what a fault or an attacker would say."""

    now: Any
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signs_with: RSAKey | None = None
    algorithm: str = "RS256"
    #: what is said otherwise than it should be
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    issued: dict[str, dict[str, str]] = field(default_factory=dict)
    down: bool = False

    def __post_init__(self) -> None:
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(provider.get(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                sent = {name: values[0] for name, values in parse_qs(body).items()}
                self.answer(provider.token(sent, self.headers.get("authorization", "")))

            def answer(self, told: dict[str, Any] | None) -> None:
                self.send_response(503 if provider.down else 200 if told is not None else 400)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(told or {"error": "invalid_grant"}).encode())

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self.server.shutdown()
        self.server.server_close()

    def get(self, path: str) -> dict[str, Any] | None:
        """The description, and the keys."""
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}, **self.told}

    def consent(self, address: str, subject: str, **claims: Any) -> tuple[str, str]:
        """The person signs in at the provider: (state, code) with which he is sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = hashlib.sha256(f"{subject}{len(self.issued)}".encode()).hexdigest()
        self.issued[code] = {**asked, "sub": subject, "claims": json.dumps(claims)}
        return asked["state"], code

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The ID token for a code, once; the client and the verifier must fit."""
        asked = self.issued.pop(sent.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if asked is None or authorization != f"Basic {expected}" or challenge.decode() != asked["code_challenge"]:
            return None
        if sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        at = int(self.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": asked["sub"], "iat": at, "exp": at + 300, "nonce": asked["nonce"],
                  **json.loads(asked["claims"]), **self.claims}  # fmt: skip
        header = {"alg": self.algorithm, "kid": "one"}
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode(header, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return {"id_token": signed, "access_token": "unused", "token_type": "Bearer"}

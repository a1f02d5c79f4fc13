"""Single sign-on by OpenID Connect: the authorisation code flow with PKCE against one provider (`CONCORD_OIDC_…`).

The provider says who somebody is, never what he may do: positions are ours. A person is known by his subject there; at the
first time by a verified e-mail address that exactly one person of ours bears. Needs `requirements/oidc.txt` (authlib).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import httpx
from sqlalchemy import Connection, func, or_, select, update

from config.settings import Settings
from flows.accounts.authority import unit_of
from flows.office import Office
from flows.office_journal import Deed, record
from models.base import AnyRow
from models.people import Person
from states.errors import Refusal, refuse
from states.labels import Label

#: seconds the provider has for an answer, and by which clocks may differ
PATIENCE, DRIFT = 5.0, 60
#: how the provider may sign; "none" and shared secrets are no signature
SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA")


class SignOnRefused(Refusal):
    """Nobody is signed in by this answer of the provider."""

    code: ClassVar[str] = "sign_on_refused"


@dataclass(frozen=True)
class Ticket:
    """What this browser must bring back: made when it leaves for the provider, good once."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Provider:
    """Where the provider is to be asked, from its own description."""

    issuer: str
    authorize: str
    token: str
    keys: str
    person: str


def is_offered(settings: Settings) -> bool:
    """Whether this office has single sign-on."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def depart(settings: Settings, back: str) -> tuple[str, Ticket]:
    """The address at the provider to go to, and the ticket to keep. Raises `SignOnRefused`."""
    _library()
    ticket = Ticket(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(ticket.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.oidc_client_id, "redirect_uri": back, "scope": "openid email profile",
        "state": ticket.state, "nonce": ticket.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    where = _provider(settings.oidc_issuer).authorize
    return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", ticket


def arrive(settings: Settings, back: str, ticket: Ticket, state: str, code: str, now: datetime) -> dict[str, Any]:
    """What the provider says of the person who came back. Raises `SignOnRefused` for everything that does not fit."""
    if not code or not hmac.compare_digest(state.encode(), ticket.state.encode()):
        raise _not_ours()
    provider = _provider(settings.oidc_issuer)
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": ticket.verifier}
    with _caller() as caller:
        answer = _asked(caller.post, provider.token, data=sent, auth=(settings.oidc_client_id, settings.oidc_client_secret))
        claims = _verified(answer.get("id_token"), _asked(caller.get, provider.keys), settings, provider, ticket.nonce, now)
        if "email" not in claims and provider.person and isinstance(answer.get("access_token"), str):
            headers = {"authorization": f"Bearer {answer['access_token']}"}
            told = _asked(caller.get, provider.person, headers=headers)
            if told.get("sub") == claims["sub"]:
                claims = {**told, **claims}
    return claims


def _library() -> Any:
    try:
        from authlib.oidc.core import CodeIDToken
    except ImportError:
        raise refuse(
            SignOnRefused,
            "library_missing",
            Label("本机未安装统一身份认证所需的组件", "this machine lacks what single sign-on needs"),
            Label("管理员请执行:pip install -r requirements/oidc.txt", "administrator: pip install -r requirements/oidc.txt"),
        ) from None
    return CodeIDToken


@lru_cache(maxsize=4)
def _provider(issuer: str) -> Provider:
    """The provider's own description of itself, asked once a process; a failure is not remembered."""
    with _caller() as caller:
        told = _asked(caller.get, issuer.rstrip("/") + "/.well-known/openid-configuration")
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    found = Provider(*(str(told.get(name) or "") for name in names))
    safe = all(_is_safe(one) for one in (found.authorize, found.token, found.keys, *filter(None, [found.person])))
    if found.issuer.rstrip("/") != issuer.rstrip("/") or not safe:
        raise _unreachable()
    return found


def _is_safe(address: str) -> bool:
    """https; plain http on this machine only."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))


def _caller() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE, follow_redirects=False)


def _asked(call: Any, address: str, **rest: Any) -> dict[str, Any]:
    try:
        answer = call(address, **rest)
        answer.raise_for_status()
        told = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise _unreachable() from None
    if not isinstance(told, dict):
        raise _unreachable()
    return told


def _verified(token: Any, keys: Any, settings: Settings, provider: Provider, nonce: str,
              now: datetime) -> dict[str, Any]:  # fmt: skip
    """The claims of the ID token: signed by the provider, for us, for this departure, not over."""
    judge = _library()
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    ours = settings.oidc_client_id
    wanted = {"iss": {"essential": True, "value": provider.issuer}, "aud": {"essential": True, "value": ours}}
    try:
        read = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=list(SIGNATURES))
        claims = judge(read.claims, read.header, wanted, {"nonce": nonce, "client_id": ours})
        claims.validate(now=int(now.timestamp()), leeway=DRIFT)
    except (JoseError, ValueError, TypeError, KeyError):
        raise _not_ours() from None
    found = dict(read.claims)
    if not isinstance(found.get("sub"), str) or not found["sub"]:
        raise _not_ours()
    return found


def person_for(office: Office, claims: dict[str, Any]) -> int:
    """The person the provider speaks of; his subject is kept the first time. Raises `SignOnRefused` when there is none."""
    known = subject_of(str(claims.get("iss", "")), str(claims["sub"]))
    with office.store.write() as connection:
        found = connection.execute(_here(office).where(Person.subject == known)).first()
        if found is None:
            found = _by_address(connection, office, claims)
            connection.execute(update(Person).where(Person.id == found.id).values(subject=known))
            unit_id = unit_of(connection, found.id, office.today())
            record(connection, office.now(), Deed.SIGN_ON_LINKED, actor_id=found.id, person_id=found.id, unit_id=unit_id)
    return int(found.id)


def subject_of(issuer: str, subject: str) -> str:
    """What is kept of a person's subject: it means something only together with who says it."""
    return hashlib.sha256(f"{issuer.rstrip('/')}\0{subject}".encode()).hexdigest()


def _here(office: Office) -> Any:
    return select(Person.id).where(or_(Person.left_on.is_(None), Person.left_on > office.today()))


def _by_address(connection: Connection, office: Office, claims: dict[str, Any]) -> AnyRow:
    """Exactly one person of ours with that verified address, who is not bound to another account there."""
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str) or not address.strip():
        raise _unknown()
    same = _here(office).where(func.lower(Person.email) == address.strip().lower())
    found: list[AnyRow] = list(connection.execute(same.add_columns(Person.subject).limit(2)).all())
    if len(found) != 1 or found[0].subject is not None:
        raise _unknown()
    return found[0]


def _unknown() -> Refusal:
    return refuse(
        SignOnRefused,
        "person_unknown",
        Label("统一身份认证已通过,但本办公室没有与之对应的人员", "you are known there, but nobody here is known by it"),
        Label("请本单位系统管理员核对您登记的电子邮箱", "ask your administrator to check the e-mail address kept of you"),
    )


def _not_ours() -> Refusal:
    return refuse(
        SignOnRefused,
        "answer_does_not_fit",
        Label("统一身份认证的答复与本次登录不符或已过期", "the answer does not belong to this sign-in, or is over"),
        Label("请重新登录", "sign in again"),
    )


def _unreachable() -> Refusal:
    return refuse(
        SignOnRefused,
        "provider_unreachable",
        Label("统一身份认证未能答复", "the identity provider gave no usable answer"),
        Label("请稍后再试,或用口令登录", "try again later, or sign in with your password"),
    )

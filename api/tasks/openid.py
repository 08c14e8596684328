"""Log-in at an OpenID provider: authorization code with PKCE (RFC 7636), ID token checked.

After OpenID Connect Core 1.0, 3.1. Whoever comes back must have been made a user here, with
the provider's ``sub`` as their subject: nobody becomes a user by logging in.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
import jwt

from api.tasks.accounts import SESSION_H, issue
from api.tasks.work import Form, Work
from geo import store
from geo.errors import Unavailable, Unidentified

PATIENCE_S = 10.0
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser goes to log in, and the word by which we know it when it comes back."""

    url: str
    state: str


class Depart(Form):
    """Send a browser to the provider; `back` is our address that it returns to."""

    back: str
    target: str = "/"

    def run(self, work: Work) -> Departure:
        """Note what it must come back with, and give the address."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        where = _discovered(work)["authorization_endpoint"]
        with work.db.session() as session:
            pending = store.users.Pending(nonce, verifier, self.target)
            store.users.begin(session, state, pending)
        asked = {
            "response_type": "code", "client_id": work.settings.oidc_client,
            "redirect_uri": self.back, "scope": "openid", "state": state, "nonce": nonce,
            "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return Departure(f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", state)


class Arrive(Form):
    """Take back a browser that the provider sends: `code` for the token, `state` as given."""

    back: str
    code: str
    state: str

    def run(self, work: Work) -> dict[str, Any]:
        """Change the code for an ID token, check it, and give a token of ours and the target.

        Raises
        ------
        Unidentified
            When the log-in was not begun here, took too long or came twice; when the ID token
            is not good; when nobody here has its subject.
        """
        with work.db.session() as session:
            pending = store.users.finish(session, self.state)
        if pending is None:
            raise Unidentified(
                "this log-in was not begun here, or took too long", zh="登录已超时，请重新登录"
            )
        claims = _claims(work, _exchanged(work, self, pending.verifier), pending.nonce)
        with work.db.session() as session:
            user = store.users.of_subject(session, str(claims["sub"]))
            if user is None:
                raise Unidentified(
                    f"nobody here is {claims['sub']} at the provider",
                    zh=f"统一认证账号 {claims['sub']} 尚未在本系统开通",
                    hint="wangge users add NAME --subject …",
                    hint_zh="请联系管理员开通",
                )
            made = issue(session, user, hours=SESSION_H, label="openid", who=user.name)
        return made | {"target": pending.target}


def _discovered(work: Work) -> dict[str, Any]:
    issuer = work.settings.oidc_issuer.rstrip("/")
    found = _json("GET", f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise Unavailable(
            f"{issuer} says it is {found.get('issuer')}", zh=f"统一认证地址 {issuer} 与其声明不符"
        )
    return found


def _exchanged(work: Work, arrived: Arrive, verifier: str) -> str:
    chosen = work.settings
    secret = chosen.oidc_secret.get_secret_value()
    told = {
        "grant_type": "authorization_code", "code": arrived.code, "redirect_uri": arrived.back,
        "client_id": chosen.oidc_client, "client_secret": secret, "code_verifier": verifier,
    }  # fmt: skip
    answer = _json("POST", _discovered(work)["token_endpoint"], data=told)
    if "id_token" not in answer:
        raise Unidentified("the provider gave no ID token", zh="统一认证没有返回身份信息")
    return str(answer["id_token"])


def _claims(work: Work, id_token: str, nonce: str) -> dict[str, Any]:
    """Give what a good ID token claims (OpenID Connect Core 1.0, 3.1.3.7)."""
    found = _discovered(work)
    keys = jwt.PyJWKSet.from_dict(_json("GET", found["jwks_uri"]))
    try:
        kid = jwt.get_unverified_header(id_token).get("kid")
        key = next(k for k in keys.keys if kid is None or k.key_id == kid)
        claims: dict[str, Any] = jwt.decode(
            id_token, key, algorithms=ALGORITHMS, audience=work.settings.oidc_client,
            issuer=found["issuer"], leeway=60,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )  # fmt: skip
    except (jwt.PyJWTError, StopIteration) as fault:
        raise Unidentified(f"the ID token is not good: {fault}", zh="统一认证的令牌无效") from fault
    if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
        raise Unidentified("the ID token is of another log-in", zh="统一认证的令牌不属于本次登录")
    return claims


def _json(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        answer = httpx2.request(method, url, timeout=PATIENCE_S, **more)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx2.HTTPError, ValueError) as fault:
        raise Unavailable(
            f"the OpenID provider does not answer at {url}: {fault}",
            zh=f"统一认证 {url} 无法访问",
            hint="log in with a password meanwhile",
            hint_zh="请暂用密码登录",
        ) from fault
    return found


def _challenge(verifier: str) -> str:
    summed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(summed).rstrip(b"=").decode()

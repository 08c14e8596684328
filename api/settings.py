"""Settings: read once from the environment (``WANGGE_…``) and handed inwards."""

import os
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.1.0"


def data_folder() -> Path:
    """Give the user's data folder; root's own home is closed to the server's user."""
    if os.geteuid() == 0:
        return Path("/var/lib/wangge")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wangge"


class Settings(BaseSettings):
    """What a deployment decides.

    `database_url` empty means the private PostGIS under `home`.
    `map_approval_no` (审图号) stands on every public map.
    `duty_phone` is told when no station is near or open.
    `base_url` is where the public reaches this service; codes on printed cards lead there.
    `second_approval`: a scenario is published only when somebody else has approved it.
    `access_log`: a line of JSON for every answer, on standard error; it names no person.
    `oidc_issuer`, `oidc_client`, `oidc_secret`: the OpenID provider whose log-in is taken too.
    `embed_origins` are the origins of pages that may embed us (``https://www.example.cn``), or
    ``*`` for all; only what is public.
    `holidays` are dates (YYYY-MM-DD) on which opening hours follow their ``PH`` rule.
    """

    model_config = SettingsConfigDict(env_prefix="WANGGE_", frozen=True)

    database_url: str = ""
    home: Path = Field(default_factory=data_folder)
    map_approval_no: str = ""
    duty_phone: str = "12345"
    base_url: str = ""
    embed_origins: frozenset[str] = frozenset()
    holidays: frozenset[str] = frozenset()
    second_approval: bool = False
    access_log: bool = False
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: SecretStr = SecretStr("")


@cache
def settings() -> Settings:
    """Give the settings of this process."""
    return Settings()

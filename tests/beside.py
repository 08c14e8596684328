"""A client on the machine itself: it may do everything as long as there are no users."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

HERE = "http://127.0.0.1"


def beside(app: FastAPI, *, name: str = HERE, address: str = "127.0.0.1") -> TestClient:
    """Give a client that asks for us by a name, from an address; errors come as answers."""
    return TestClient(
        app, base_url=name, client=(address, 50_000), raise_server_exceptions=False,
        follow_redirects=False,
    )  # fmt: skip

"""``wangge solve site`` as a person would use it: tables in, open sites out, faults named."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.errors import SchemaError

RUN = CliRunner()


@pytest.fixture
def road(tmp_path: Path) -> Path:
    """Four hamlets along a road, every one a candidate, as points and as costs."""
    x = [0, 300, 900, 1200]
    frame = pd.DataFrame({"id": ["a", "b", "c", "d"], "x": x, "y": 0, "weight": [10, 30, 20, 5]})
    frame.to_csv(tmp_path / "demand.csv", index=False)
    frame[["id", "x", "y"]].assign(fixed=["", "", "", "open"]).to_csv(
        tmp_path / "sites.csv", index=False
    )
    rows = [
        (i, j, abs(p - q))
        for i, p in zip("abcd", x, strict=True)
        for j, q in zip("abcd", x, strict=True)
    ]
    pd.DataFrame(rows, columns=["demand", "site", "cost"]).to_csv(
        tmp_path / "costs.csv", index=False
    )
    return tmp_path


def solved(*words: object) -> tuple[int, dict]:
    """Run the command with ``--json``."""
    done = RUN.invoke(app, ["solve", "site", *map(str, words), "--json"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_costs_in_open_sites_out(road: Path) -> None:
    code, body = solved(
        road / "costs.csv", "--objective", "median", "-p", 2, "--out", road / "o.csv"
    )
    assert (code, body["status"], body["objective"], body["gap"]) == (0, "optimal", 600.0, 0.0)
    assert (road / "o.csv").read_text().split() == ["site", *body["open"]]


def test_a_station_that_is_open_stays_open(road: Path) -> None:
    tables = (road / "demand.csv", road / "sites.csv")
    _, counted = solved(*tables, "--objective", "median", "-p", 2)
    _, new = solved(*tables, "--objective", "median", "--new", 1)
    assert counted["open"] == new["open"] == ["b", "d"]


def test_what_cannot_be_is_exit_7(road: Path) -> None:
    code, body = solved(road / "costs.csv", "--objective", "all", "--reach", 100, "-p", 3)
    assert (code, body["status"], body["objective"]) == (7, "infeasible", None)


def test_a_fault_names_file_row_and_column(road: Path) -> None:
    (road / "bad.csv").write_text("demand,site,cost\na,b,far\na,c,-1\n")
    with pytest.raises(SchemaError) as caught:
        solved(road / "bad.csv", "--objective", "median", "-p", 1)
    assert "bad.csv" in caught.value.message
    assert "row 2, cost 'far'" in caught.value.message
    assert "第 3 行" in caught.value.zh

"""``wangge solve site`` as a person would use it: tables in, open sites out, faults named."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.errors import BadInput, SchemaError
from geo.siting.solve import compiled as siting_is_compiled

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
    assert body["unreachable"] == []


def test_who_is_out_of_every_reach_is_named(road: Path) -> None:
    far = pd.DataFrame({"id": ["far"], "x": [9000], "y": 0, "weight": [7]})
    demand = pd.concat([pd.read_csv(road / "demand.csv"), far])
    demand.to_csv(road / "more.csv", index=False)
    tables = (road / "more.csv", road / "sites.csv", "--reach", 400)
    code, body = solved(*tables, "--objective", "all")
    assert (code, body["status"], body["unreachable"]) == (7, "infeasible", ["far"])
    assert "far" in body["message"]
    code, body = solved(*tables, "--objective", "cover", "-p", 4)
    assert (code, body["unserved_points"], body["unserved_weight"]) == (0, 1, 7.0)


def test_capacity_from_the_table_of_sites(road: Path) -> None:
    sites = pd.read_csv(road / "sites.csv").assign(capacity=[40, 40, 40, 25])
    sites.to_csv(road / "sites.csv", index=False)
    code, body = solved(
        road / "demand.csv", road / "sites.csv", "--objective", "median", "-p", 2,
        "--assign", road / "who.csv",
    )  # fmt: skip
    assert (code, body["status"], body["open"]) == (0, "optimal", ["b", "d"])
    assert pd.read_csv(road / "who.csv")["site"].tolist() == ["b", "b", "d", "d"]


def interrupt_once_it_searches(main: int) -> None:
    """Send this process a real SIGINT as soon as its main thread is inside the search."""
    for _ in range(6000):
        frame = sys._current_frames().get(main)
        while frame is not None:
            if frame.f_code.co_name == "play":
                os.kill(os.getpid(), signal.SIGINT)
                return
            frame = frame.f_back
        time.sleep(0.01)


def test_ctrl_c_gives_the_best_so_far(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    town = pd.DataFrame(rng.random((1200, 2)) * 10_000, columns=["x", "y"]).assign(weight=1)
    town.insert(0, "id", [f"n{i}" for i in range(1200)])
    town.to_csv(tmp_path / "town.csv", index=False)
    main = threading.get_ident()
    hand = threading.Thread(target=interrupt_once_it_searches, args=(main,))
    siting_is_compiled()
    hand.start()
    code, body = solved(
        tmp_path / "town.csv", tmp_path / "town.csv", "--objective", "median", "-p", 12,
        "--time-limit", 500, "--out", tmp_path / "open.csv",
    )  # fmt: skip
    hand.join()
    assert (code, body["status"], len(body["open"])) == (0, "feasible", 12)
    assert body["seconds"] < 100
    assert len(pd.read_csv(tmp_path / "open.csv")) == 12


@pytest.mark.parametrize(
    ("demand", "fault"),
    [
        ("id,x,y\na,0,0\n", "no column weight"),
        ("id,x,y,weight\na,0,0,\n", "weight"),
        ("id,x,y,weight\na,0,,1\n", "row 2, y"),
        ("id,x,y,weight\na,0,0,-1\n", "is below 0"),
        ("id,x,y,weight\na,0,0,1\na,1,1,1\n", "stands there twice"),
        ("id,x,y,weight\na,inf,0,1\n", "row 2, x"),
        ("id,x,y,weight\n", "no demand points"),
    ],
)
def test_wrong_tables_are_refused_with_their_fault(road: Path, demand: str, fault: str) -> None:
    (road / "wrong.csv").write_text(demand)
    with pytest.raises(BadInput) as caught:
        solved(road / "wrong.csv", road / "sites.csv", "--objective", "median", "-p", 1)
    assert fault in caught.value.message
    assert caught.value.zh


def test_a_pair_that_stands_there_twice_or_a_start_that_is_no_site(road: Path) -> None:
    (road / "twice.csv").write_text("demand,site,cost\na,b,1\na,b,2\n")
    with pytest.raises(SchemaError, match="twice"):
        solved(road / "twice.csv", "--objective", "median", "-p", 1)
    (road / "start.csv").write_text("site\nnowhere\n")
    with pytest.raises(SchemaError, match="is no site"):
        solved(
            road / "costs.csv", "--objective", "median", "-p", 1,
            "--warm-start", road / "start.csv",
        )  # fmt: skip


def test_a_fault_names_file_row_and_column(road: Path) -> None:
    (road / "bad.csv").write_text("demand,site,cost\na,b,far\na,c,-1\n")
    with pytest.raises(SchemaError) as caught:
        solved(road / "bad.csv", "--objective", "median", "-p", 1)
    assert "bad.csv" in caught.value.message
    assert "row 2, cost 'far'" in caught.value.message
    assert "第 3 行" in caught.value.zh

"""``wangge solve group`` as a person would use it: tables in, labels out, faults named."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.errors import BadInput, GeoError, NotFound, SchemaError

RUN = CliRunner()


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Six hamlets along a street, 100 m apart; the first and the last can lead."""
    units = pd.DataFrame(
        {
            "id": [f"{i:03}" for i in range(6)], "x": [100 * i for i in range(6)], "y": 0,
            "weight": 10, "lead": [1, 0, 0, 0, 0, 1], "capacity": [40, 0, 0, 0, 0, 20],
            "elders": [1, 2, 3, 3, 2, 1], "nurse": ["yes", "", "", "", "", "yes"],
            "need": [1, 1, 0, 0, 0, 0], "offer": [0, 0, 2, 0, 0, 0], "town": list("AABBBB"),
            "kin": ["", "x", "", "", "x", ""], "fixed": ["", "", "", "2", "", "1"],
        }
    )  # fmt: skip
    units.to_csv(tmp_path / "units.csv", index=False)
    edges = pd.DataFrame({"a": units["id"][:-1].to_numpy(), "b": units["id"][1:].to_numpy()})
    edges.to_csv(tmp_path / "edges.csv", index=False)
    return tmp_path


def solved(street: Path, *words: object) -> tuple[int, dict[str, Any]]:
    """Run the command with ``--json``; raise what it refuses."""
    tables = [street / "units.csv", street / "edges.csv"]
    done = RUN.invoke(app, ["solve", "group", *map(str, tables), *map(str, words), "--json"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def groups(street: Path, *words: object) -> list[int]:
    """Solve and read the labels back."""
    code, _ = solved(street, *words, "--out", street / "labels.csv")
    assert code == 0
    frame = pd.read_csv(street / "labels.csv", dtype={"id": str, "centre": str})
    assert frame["id"].tolist() == [f"{i:03}" for i in range(6)]
    assert frame["centre"].isin(frame["id"]).all()
    return frame["group"].tolist()


def test_tables_in_labels_out(street: Path) -> None:
    code, body = solved(street, "--groups", 2, "--tolerance", 0.1)
    assert (code, body["status"], body["objective"], body["gap"]) == (0, "optimal", 400_000, 0)
    assert groups(street, "--groups", 2, "--tolerance", 0.1) == [1, 1, 1, 2, 2, 2]


def test_leads_as_centres_within_their_capacity(street: Path) -> None:
    words = ("--capacity", "capacity", "--leads", "lead", "--leads-are", "centres")
    assert groups(street, "--groups", 2, *words) == [1, 1, 1, 1, 2, 2]


def test_costs_replace_the_geometry_and_absent_pairs_are_forbidden(street: Path) -> None:
    rows = [(f"{i:03}", "000", 1.0) for i in range(5)] + [("005", "005", 0.0), ("004", "005", 9.0)]
    pd.DataFrame(rows, columns=["unit", "centre", "cost"]).to_csv(street / "c.csv", index=False)
    code, body = solved(street, "--groups", 2, "--costs", street / "c.csv")
    assert (code, body["status"], body["objective"]) == (0, "optimal", 5.0)


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (["--lines", "town"], [1, 1, 2, 2, 2, 2]),
        (["--resources", "nurse", "--tolerance", "0.1"], [1, 1, 1, 2, 2, 2]),
        (["--loads", "elders:0.1"], [1, 1, 1, 2, 2, 2]),
        (["--met", "need:offer", "--upper", "40"], [1, 1, 1, 2, 2, 2]),
        (["--apart", "kin", "--tolerance", "0.1"], [1, 1, 1, 2, 2, 2]),
        (["--locked", "fixed", "--lower", "20"], [2, 2, 2, 2, 1, 1]),
    ],
)
def test_every_rule_has_its_option(street: Path, words: list[str], labels: list[int]) -> None:
    assert groups(street, "--groups", 2, *words) == labels


def test_groups_of_before_are_kept_as_far_as_asked(street: Path) -> None:
    before = pd.DataFrame({"id": [f"{i:03}" for i in range(6)], "group": [2, 2, 1, 1, 1, 1]})
    before.to_csv(street / "before.csv", index=False)
    words = ("--groups", 2, "--previous", street / "before.csv")
    assert groups(street, *words, "--moved-max", 0) == [2, 2, 1, 1, 1, 1]
    assert groups(street, *words, "--moved-max", 1) == [2, 2, 2, 1, 1, 1]


def test_a_barrier_parts_and_a_bridge_joins(street: Path) -> None:
    edges = pd.read_csv(street / "edges.csv", dtype=str)
    edges["barrier"] = ["", "", "北河", "", ""]
    edges.to_csv(street / "edges.csv", index=False)
    code, body = solved(street, "--groups", 1)
    assert (code, body["status"]) == (7, "infeasible")
    assert body["zh"]
    edges.assign(bridge=["", "", 1, "", ""]).to_csv(street / "edges.csv", index=False)
    assert solved(street, "--groups", 1)[1]["status"] == "optimal"


def test_a_range_of_groups_tells_what_was_tried(street: Path) -> None:
    _, body = solved(street, "--groups", "2:3", "--objective", "cut", "--tolerance", 0.1)
    assert [row["groups"] for row in body["tried"]] == [2, 3]
    assert (body["objective"], body["status"]) == (1.0, "optimal")


def test_degrees_are_measured_on_the_ellipsoid(street: Path) -> None:
    units = pd.read_csv(street / "units.csv", dtype={"id": str})
    units.assign(x=119.45 + units["x"] / 1e5, y=32.2).to_csv(street / "units.csv", index=False)
    _, body = solved(street, "--groups", 1, "--objective", "walk", "--lonlat")
    assert body["objective"] == pytest.approx(10 * (2 + 1 + 0 + 1 + 2 + 3) * 94.29, rel=1e-3)


def test_a_warm_start_is_taken(street: Path) -> None:
    assert groups(street, "--groups", 2, "--tolerance", 0.1) == [1, 1, 1, 2, 2, 2]
    code, body = solved(
        street, "--groups", 2, "--tolerance", 0.1, "--warm-start", street / "labels.csv"
    )
    assert (code, body["objective"]) == (0, 400_000)


def test_what_cannot_be_is_exit_7_with_its_reason(street: Path) -> None:
    code, body = solved(street, "--groups", 2, "--tolerance", 0.1, "--leads", "lead",
                        "--min-leads", 2)  # fmt: skip
    assert (code, body["status"], body["objective"], body["bound"]) == (7, "infeasible", None, None)
    assert body["where"] == ["lead"]


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (["--groups", "two"], BadInput, "--groups two"),
        (["--groups", "3:2"], BadInput, "--groups 3:2"),
        (["--groups", "9"], SchemaError, "9 groups of 6 units"),
        (["--groups", "2", "--leads", "boss"], SchemaError, "no column boss"),
        (["--groups", "2", "--loads", "elders"], BadInput, "--loads elders"),
        (["--groups", "2", "--loads", "elders:much"], BadInput, "no share"),
        (["--groups", "2", "--tolerance", "5"], SchemaError, "0.05 is"),
        (["--groups", "2", "--tolerance", "0.1", "--upper", "5"], SchemaError, "not both"),
        (["--groups", "2", "--lower", "9", "--upper", "5"], SchemaError, "above upper"),
        (["--groups", "2", "--moved-max", "1"], SchemaError, "previous groups"),
        (["--groups", "2", "--locked", "id"], BadInput, "no group 1 … 2"),
        (["--groups", "3", "--capacity", "capacity"], SchemaError, "2 centres are given"),
        (["--groups", "2", "--costs", "none.csv"], NotFound, "none.csv"),
    ],
)
def test_bad_input_is_named(
    street: Path, words: list[str], kind: type[GeoError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        solved(street, *words)
    assert said in caught.value.message
    assert caught.value.zh


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("units.csv", "id,x,y,weight\na,0,0,1\na,1,0,1\n", "stands there twice"),
        ("units.csv", "id,x,y,weight\na,0,0,-1\n", "is below 0"),
        ("units.csv", "id,x,y,weight\na,0,zero,1\n", "is no number"),
        ("units.csv", "id,x,y\na,0,0\n", "no column weight"),
        ("units.csv", "id,x,y,weight\n", "there are no units"),
        ("edges.csv", "a,b\n000,nobody\n", "is no unit"),
        ("edges.csv", "a,b,length\n000,001,-3\n", "is below 0"),
    ],
)
def test_a_fault_names_file_row_and_column(street: Path, table: str, text: str, said: str) -> None:
    (street / table).write_text(text)
    with pytest.raises(SchemaError) as caught:
        solved(street, "--groups", 1)
    assert table in caught.value.message
    assert said in caught.value.message

"""The private cluster: made once, found by all, alive after every violence."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from databases import private_home
from sqlalchemy import text

from geo.errors import Unavailable
from geo.store import cluster, connect
from geo.store.cluster import folders

pytestmark = pytest.mark.store

PROGRAM = """
import sys
from pathlib import Path
from sqlalchemy import create_engine, text
from geo.store import cluster
home = Path(sys.argv[1])
engine = create_engine(cluster.ensure(home))
with engine.connect() as connection:
    print(connection.scalar(text("select 'answered'")), cluster.status(home).pid, flush=True)
engine.dispose()
sys.stdin.read()
"""


@pytest.fixture
def fresh() -> Iterator[Path]:
    """Give a home in which nothing is."""
    with private_home() as home:
        yield home


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Give a home whose cluster was made once, for the tests that only start and stop it."""
    with private_home() as made:
        cluster.ensure(made)
        cluster.release(made)
        yield made


def program(home: Path) -> subprocess.Popen[str]:
    """Start a program that uses the cluster until its input ends."""
    command = [sys.executable, "-c", PROGRAM, str(home)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def answer(program: subprocess.Popen[str]) -> list[str]:
    """Wait until a program has asked the server: ``answered`` and the server's number."""
    assert program.stdout is not None
    return program.stdout.readline().split()


def ask(home: Path, query: str) -> object:
    with connected(home) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def connected(home: Path) -> psycopg.Connection:
    return psycopg.connect(cluster.ensure(home).replace("+psycopg", ""), autocommit=True)


def server_pid(home: Path) -> int:
    pid = cluster.status(home).pid
    assert pid is not None
    return pid


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_home_without_a_cluster_is_left_as_it_is(tmp_path: Path) -> None:
    assert not cluster.status(tmp_path / "home").running
    assert not cluster.stop(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_it_speaks_utf8_sorts_by_code_point_and_listens_to_nobody(home: Path) -> None:
    assert ask(home, "show server_encoding") == "UTF8"
    assert ask(home, "show lc_collate") == "C.UTF-8"
    assert ask(home, "show listen_addresses") == ""
    assert ask(home, "show fsync") == "on"
    assert ask(home, "select lower('É网格')") == "é网格"
    cluster.release(home)


def test_nothing_listens_on_tcp(home: Path) -> None:
    cluster.ensure(home)
    fds = Path(f"/proc/{server_pid(home)}/fd")
    sockets = {str(fd.readlink()).removeprefix("socket:[").rstrip("]") for fd in fds.iterdir()}
    tcp = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    assert not [row for row in tcp if row[9] in sockets]
    cluster.release(home)


def test_the_server_is_never_root_and_its_folder_is_closed(home: Path) -> None:
    cluster.ensure(home)
    data = cluster.status(home).data
    assert data is not None
    assert data.stat().st_uid != 0
    assert data.stat().st_mode & 0o077 == 0
    assert data.parent.stat().st_mode & 0o077 == 0
    socket = Path(str(ask(home, "show unix_socket_directories")))
    assert socket.stat().st_mode & 0o077 == 0
    cluster.release(home)


def test_status_tells_and_stop_stops(home: Path) -> None:
    url = cluster.ensure(home)
    told = cluster.status(home)
    assert (told.running, told.kept, told.url) == (True, False, url)
    assert cluster.stop(home)
    assert not cluster.status(home).running
    assert not cluster.stop(home)
    assert ask(home, "select 1") == 1  # and it comes back
    cluster.release(home)


def test_the_last_one_out_stops_it(home: Path) -> None:
    cluster.ensure(home)
    other = program(home)
    assert answer(other) == ["answered", str(server_pid(home))]
    other.communicate()
    assert cluster.status(home).running  # the other one left; we are still inside
    cluster.release(home)
    assert not cluster.status(home).running
    cluster.release(home)  # twice does no harm


def test_a_forked_child_that_leaves_takes_nothing_with_it(home: Path) -> None:
    cluster.ensure(home)
    child = os.fork()
    if child == 0:
        cluster.release(home)
        os._exit(0)
    os.waitpid(child, 0)
    assert cluster.status(home).running
    cluster.release(home)
    assert not cluster.status(home).running


def test_a_kept_server_stays_until_it_is_stopped(home: Path) -> None:
    cluster.ensure(home, keep=True)
    cluster.release(home)
    assert cluster.status(home).running
    assert cluster.status(home).kept
    assert program(home).communicate()[0].startswith("answered")
    assert cluster.stop(home)
    assert not cluster.status(home).kept


def test_a_killed_server_is_started_again_with_all_that_was_committed(home: Path) -> None:
    with connected(home) as busy:
        busy.execute("create table if not exists kept as select 42 as answer")
        pid = server_pid(home)
        os.kill(pid, signal.SIGKILL)  # its child, this connection's, is still there
        assert ask(home, "select answer from kept") == 42
        assert server_pid(home) != pid
    cluster.release(home)


def test_who_works_on_finds_a_killed_server_alive_again(home: Path) -> None:
    db = connect(cluster.ensure(home), revive=partial(cluster.revive, home))
    with db.read() as session:
        first, child = session.execute(
            text("select pg_postmaster_start_time(), pg_backend_pid()")
        ).one()
    os.kill(server_pid(home), signal.SIGKILL)
    until(lambda: not Path(f"/proc/{child}").exists())
    with db.read() as session:
        assert session.scalar(text("select pg_postmaster_start_time()")) > first
    db.close()


def test_without_a_server_the_store_is_unavailable_and_later_there_again(home: Path) -> None:
    db = connect(cluster.ensure(home))
    with db.read() as session:
        child = session.scalar(text("select pg_backend_pid()"))
    os.kill(server_pid(home), signal.SIGKILL)
    until(lambda: not Path(f"/proc/{child}").exists())
    with pytest.raises(Unavailable, match="does not answer") as told, db.read():
        pass
    assert told.value.zh
    assert told.value.hint
    cluster.ensure(home)
    with db.read() as session:
        assert session.scalar(text("select 1")) == 1
    db.close()


def test_a_killed_server_whose_child_still_works_is_started_again(home: Path) -> None:
    connection = connected(home)
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import psycopg; psycopg.connect({connection.info.dsn!r}).execute("
            "'select count(*) from generate_series(1, 1e12)')",
        ],
        stderr=subprocess.DEVNULL,
    )
    busy = "select count(*) from pg_stat_activity where query like '%generate%1e12%'"
    until(lambda: (row := connection.execute(busy).fetchone()) and row[0] == 2)
    os.kill(server_pid(home), signal.SIGKILL)
    connection.close()
    assert ask(home, "select 1") == 1
    asking.wait(timeout=30)
    cluster.release(home)


def test_a_number_used_again_is_not_taken_for_the_server(home: Path) -> None:
    cluster.ensure(home)
    data = cluster.status(home).data
    assert data is not None
    left = (data / "postmaster.pid").read_text()
    owner = data.stat().st_uid
    cluster.stop(home)
    innocent = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    lines = left.splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
    assert not cluster.status(home).running
    assert ask(home, "select 1") == 1
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()
    cluster.release(home)


def test_a_folder_that_a_hidden_server_uses_is_left_alone(home: Path) -> None:
    cluster.ensure(home)
    data = cluster.status(home).data
    assert data is not None
    name = (data / "postmaster.pid").read_text().splitlines()[4] + "/.s.PGSQL.5432"
    left = (data / "postmaster.pid").read_text()
    cluster.stop(home)
    (data / "postmaster.pid").write_text(left)  # of a number that is nobody's here
    with socket.socket(socket.AF_UNIX) as hidden:
        hidden.bind(name)
        hidden.listen()
        with pytest.raises(Unavailable, match="runs elsewhere"):
            cluster.ensure(home)
    assert (data / "postmaster.pid").read_text() == left
    assert ask(home, "select 1") == 1
    cluster.release(home)


def test_a_server_that_outlived_its_killed_program_is_adopted(home: Path) -> None:
    first = program(home)
    pid = int(answer(first)[1])
    first.kill()
    first.communicate()
    assert server_pid(home) == pid
    cluster.ensure(home)
    assert server_pid(home) == pid
    cluster.release(home)
    assert not cluster.status(home).running


def test_a_swept_away_socket_is_made_again(home: Path) -> None:
    folder = Path(str(ask(home, "show unix_socket_directories")))
    for entry in folder.iterdir():
        entry.unlink()
    assert ask(home, "select 1") == 1
    cluster.release(home)


def test_programs_that_start_at_once_share_one_new_cluster(fresh: Path) -> None:
    programs = [program(fresh) for _ in range(2)]
    answers = [answer(p) for p in programs]
    for p in programs:
        p.communicate()
    assert [words[0] for words in answers] == ["answered"] * 2
    assert answers[0] == answers[1]
    assert not cluster.status(fresh).running
    assert sorted(p.name for p in (fresh / "postgres").iterdir()) == [
        "data",
        "server.log",
        "socket",
    ]


def test_a_half_made_cluster_is_made_again(fresh: Path) -> None:
    cut_off = program(fresh)
    until(lambda: list(fresh.glob("postgres/making-*/base")))
    cut_off.kill()
    cut_off.communicate()
    assert not (fresh / "postgres" / "data").exists()
    assert ask(fresh, "select 1") == 1
    assert not list(fresh.glob("postgres/making-*"))


def test_what_is_no_cluster_is_refused_and_not_destroyed(fresh: Path) -> None:
    data = fresh / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "letters.txt").write_text("dear")
    with pytest.raises(Unavailable, match="no database folder"):
        cluster.ensure(fresh)
    assert (data / "letters.txt").read_text() == "dear"


def test_a_deep_home_with_an_awkward_name_works(fresh: Path) -> None:
    deep = fresh / "网格, 'quoted' \"$HOME\"" / ("deep" * 30) / ("er" * 60)
    url = cluster.ensure(deep)
    folder = Path(str(ask(deep, "show unix_socket_directories")))
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= 100
    assert url == cluster.status(deep).url
    cluster.release(deep)
    folder.rmdir()  # empty: no socket is left


def test_a_home_that_only_its_owner_may_pass_works(fresh: Path) -> None:
    closed = fresh / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    assert ask(closed / "home", "select 1") == 1
    assert closed.stat().st_mode & 0o077 == 0
    cluster.release(closed / "home")
    shutil.rmtree((closed / "home" / "postgres").resolve())


def test_a_socket_folder_of_somebody_else_is_refused(fresh: Path) -> None:
    deep = fresh / ("deep" * 30)
    place = folders.place(deep)
    folder = folders.socket_folder(place)
    folder.chmod(0o755)
    with pytest.raises(Unavailable, match="somebody else"):
        folders.socket_folder(place)
    folder.rmdir()


def test_a_home_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        cluster.ensure(tmp_path / "file" / "home")


def test_missing_programs_are_named_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        cluster.find_binaries([tmp_path])
    assert "apt-get install" in caught.value.hint
    assert caught.value.zh
    with pytest.raises(Unavailable, match="PostgreSQL 99 with PostGIS"):
        cluster.find_binaries(major=99)


def test_folders_without_programs_that_may_be_run_are_passed_over(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).touch(mode=0o644)
    with pytest.raises(Unavailable):
        cluster.find_binaries([tmp_path, tmp_path / "absent"])


def test_the_newest_programs_are_found() -> None:
    found = cluster.find_binaries()
    assert found.version >= (15, 0)
    assert found.postgis >= (3, 3)
    assert Path(found.program("initdb")).is_file()

"""The cache of reads: what is young and not written over is given, and nothing ever fails."""

import os
import random
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from descope_state.store.cache import LIFETIME, Cache


class Wall:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def cache(tmp_path: Path, wall: Wall) -> Cache:
    return Cache(tmp_path / "cache", wall=wall)


def kept(cache: Cache, key: str = "k", *, scope: str = "s", body: bytes = b"body") -> bool:
    return cache.keep(key, body, scope=scope, token=cache.token(scope), lag=0)


def given(cache: Cache, key: str = "k", *, scope: str = "s") -> bytes | None:
    found = cache.find(key, scope=scope)
    return None if found is None else found.body


def test_an_answer_is_given_for_five_minutes(cache: Cache, wall: Wall) -> None:
    assert given(cache) is None
    assert kept(cache)
    wall.now += LIFETIME - 1
    found = cache.find("k", scope="s")
    assert found is not None
    assert (found.body, found.age) == (b"body", LIFETIME - 1)
    wall.now += 1
    assert given(cache) is None


def test_an_answer_of_the_future_is_as_good_as_none(cache: Cache, wall: Wall) -> None:
    kept(cache)
    wall.now -= 1
    assert given(cache) is None


def test_another_scope_never_sees_it(cache: Cache) -> None:
    kept(cache)
    cache.token("other")
    assert given(cache, scope="other") is None
    assert given(cache, "other") is None


def test_what_is_written_over_is_not_given_any_more(cache: Cache) -> None:
    kept(cache)
    kept(cache, scope="t", key="l")
    cache.written("s", lasting=False)
    assert given(cache) is None
    assert given(cache, "l", scope="t") == b"body"


def test_an_answer_from_before_a_write_is_not_kept(cache: Cache) -> None:
    token = cache.token("s")
    cache.written("s", lasting=False)
    assert not cache.keep("k", b"old", scope="s", token=token, lag=0)
    assert given(cache) is None


def test_an_answer_from_before_a_clearing_is_not_kept(cache: Cache) -> None:
    token = cache.token("s")
    kept(cache)
    assert cache.clear() == 1
    assert not cache.keep("k", b"old", scope="s", token=token, lag=0)


def test_an_answer_that_may_lag_behind_a_write_is_not_kept(cache: Cache, wall: Wall) -> None:
    cache.written("s", lasting=True)
    wall.now += 9.9
    token = cache.token("s")
    assert not cache.keep("k", b"stale", scope="s", token=token, lag=10)
    wall.now += 0.2
    assert cache.keep("k", b"new", scope="s", token=token, lag=10)


def test_a_write_where_nothing_is_remembered_makes_no_file(cache: Cache) -> None:
    cache.written("s", lasting=False)
    cache.forget("k")
    assert cache.clear() == 0
    assert cache.contents().answers == 0
    assert not cache.path.parent.exists()


def test_a_forgotten_answer_is_gone(cache: Cache) -> None:
    kept(cache)
    kept(cache, "l", scope="t")
    cache.forget("s")
    assert given(cache) is None
    assert given(cache, "l", scope="t") == b"body"


def test_a_key_that_says_it_all_needs_no_scope(cache: Cache) -> None:
    kept(cache)
    found = cache.find("k")
    assert found is not None
    assert found.body == b"body"
    cache.written("s", lasting=False)
    assert cache.find("k") is None


def test_an_answer_that_rests_on_older_ones_ends_with_them(cache: Cache, wall: Wall) -> None:
    cache.keep("k", b"body", scope="s", token=cache.token("s"), lag=0, age=LIFETIME - 10)
    wall.now += 9
    found = cache.find("k", scope="s")
    assert found is not None
    assert found.age == LIFETIME - 1
    wall.now += 1
    assert given(cache) is None


def test_the_database_is_private_whatever_the_umask(cache: Cache) -> None:
    before = os.umask(0)
    try:
        kept(cache)
        with sqlite3.connect(cache.path) as base:
            assert base.execute("select count(*) from answers").fetchone() == (1,)
            files = list(cache.path.parent.iterdir())
            assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        base.close()
        assert stat.S_IMODE(cache.path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_the_longest_unused_go_first(tmp_path: Path, wall: Wall) -> None:
    cache = Cache(tmp_path, wall=wall, most_answers=3)
    for number in range(3):
        kept(cache, f"k{number}")
        wall.now += 1
    assert given(cache, "k0") == b"body"
    wall.now += 1
    kept(cache, "k3")
    assert [given(cache, f"k{number}") is not None for number in range(4)] == [
        *(True, False, True, True)
    ]


def test_there_is_a_bound_to_all_together(tmp_path: Path, wall: Wall) -> None:
    cache = Cache(tmp_path, wall=wall, most_bytes=1_000)
    for number in range(20):
        kept(cache, f"k{number}", body=b"x" * 300)
        wall.now += 1
        assert cache.contents().size <= 1_000
    assert [number for number in range(20) if given(cache, f"k{number}")] == [17, 18, 19]
    kept(cache, "huge", body=b"x" * 2_000)
    assert cache.contents().size <= 1_000


def test_it_says_what_it_holds(cache: Cache, wall: Wall) -> None:
    kept(cache)
    wall.now += 5
    kept(cache, "l", scope="t", body=b"more")
    found = cache.contents()
    assert (found.answers, found.projects, found.size, found.oldest) == (2, 2, 8, 5.0)


def test_a_damaged_database_is_an_empty_one(cache: Cache) -> None:
    generator = random.Random(7)
    for round_ in range(24):
        for number in range(12):
            kept(cache, f"k{number}", body=b"body" * 500)
        data = bytearray(cache.path.read_bytes())
        match round_ % 4:
            case 0:
                data = data[: generator.randrange(len(data))]
            case 1:
                data = bytearray(generator.randbytes(generator.randrange(1, 5_000)))
            case _:
                for _ in range(generator.randrange(1, 60)):
                    data[generator.randrange(len(data))] = generator.randrange(256)
        cache.path.write_bytes(data)
        for number in range(12):
            assert given(cache, f"k{number}") in (None, b"body" * 500)
        cache.written("s", lasting=False)
        assert all(given(cache, f"k{number}") is None for number in range(12))
        cache.contents()
        cache.clear()
        cache.path.unlink(missing_ok=True)
    assert kept(cache)


@pytest.mark.parametrize("table", ["scopes", "answers"])
def test_a_database_of_another_shape_is_no_cache(cache: Cache, table: str) -> None:
    kept(cache)
    with sqlite3.connect(cache.path) as base:
        base.executescript(f"drop table {table}; create table {table} (x)")
    base.close()
    assert given(cache) is None
    cache.written("s", lasting=True)
    assert given(cache) is None
    assert kept(cache)


def test_a_link_in_its_place_is_not_followed(cache: Cache, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"precious")
    cache.path.parent.mkdir(mode=0o700)
    cache.path.symlink_to(other)
    assert not kept(cache)
    assert given(cache) is None
    assert other.read_bytes() == b"precious"


def test_one_that_others_can_read_is_not_used(cache: Cache) -> None:
    kept(cache)
    cache.path.chmod(0o644)
    assert given(cache) is None
    assert not kept(cache)


def test_where_a_write_cannot_be_noted_the_database_goes(cache: Cache) -> None:
    kept(cache)
    cache.path.chmod(0o644)
    cache.written("s", lasting=False)
    assert not cache.path.exists()


def test_another_process_makes_this_one_forget(cache: Cache) -> None:
    kept(cache)
    code = (
        "import sys, time; from pathlib import Path; from descope_state.store.cache import Cache;"
        "Cache(Path(sys.argv[1]), wall=time.time).written('s', lasting=False)"
    )
    subprocess.run([sys.executable, "-c", code, str(cache.path.parent)], check=True)
    assert given(cache) is None

"""The doorbell rings at most twice, never raises and never makes a request wait."""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from pathlib import Path

import pytest
import redis
from rq.job import Job
from rq.serializers import JSONSerializer

from web import queue
from web.queue import Doorbell


def waiting(url: str) -> int:
    return queue.queue(queue.client(url)).count


def test_a_ring_waits_in_redis_as_json(redis_url: str) -> None:
    assert Doorbell(redis_url).ring()
    with redis.Redis.from_url(redis_url) as client:
        [name] = queue.queue(client).job_ids
        job = Job.fetch(name, connection=client, serializer=JSONSerializer)
        assert (job.func_name, job.args, job.kwargs) == ("web.jobs.drain", [], {})
        assert json.loads(zlib.decompress(client.hget(f"rq:job:{name}", "data")))[0] == "web.jobs.drain"


def test_many_who_ring_at_once_leave_at_most_two_rings(redis_url: str) -> None:
    bells = [Doorbell(redis_url) for _ in range(24)]
    heard: list[bool] = []

    def ring(bell: Doorbell) -> None:
        heard.extend(bell.ring() for _ in range(5))

    threads = [threading.Thread(target=ring, args=(bell,)) for bell in bells]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 120
    assert any(heard)
    assert 1 <= waiting(redis_url) <= queue.WAITING_RINGS


def test_without_redis_nothing_happens() -> None:
    assert Doorbell(None).ring() is False


def test_a_dead_redis_costs_a_request_almost_nothing(tmp_path: Path) -> None:
    bell = Doorbell(f"unix://{tmp_path / 'nobody.sock'}")
    started = time.process_time()
    assert [bell.ring() for _ in range(100)] == [False] * 100
    assert time.process_time() - started < 1.0


def test_a_redis_that_does_not_answer_is_given_up_and_left_in_peace() -> None:
    """A server that takes the line and says nothing: the first ring gives it up, the next ones do not ask it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.1)
        bell = Doorbell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert bell.ring() is False
        with silent.accept()[0]:
            assert [bell.ring() for _ in range(10)] == [False] * 10
            with pytest.raises(TimeoutError):
                silent.accept()


def test_after_its_rest_it_rings_again(redis_url: str, tmp_path: Path) -> None:
    link = tmp_path / "redis.sock"
    path, number = redis_url.removeprefix("unix://").split("?")
    bell = Doorbell(f"unix://{link}?{number}")
    assert bell.ring() is False
    link.symlink_to(path)
    assert bell.ring() is False
    bell._rest_until = 0.0
    assert bell.ring() is True
    assert waiting(redis_url) == 1


def test_nobody_works_where_no_worker_is(redis_url: str, tmp_path: Path) -> None:
    assert queue.answers(redis_url)
    assert queue.workers(redis_url) == []
    assert not queue.answers(f"unix://{tmp_path / 'nobody.sock'}")
    assert queue.workers(f"unix://{tmp_path / 'nobody.sock'}") == []

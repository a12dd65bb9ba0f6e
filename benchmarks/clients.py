"""Clients: processes of threads that each do one thing again and again for a while."""

import contextlib
import importlib
import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import Any

Operation = Callable[[], object]
# Makes one client's operation, in the client's own thread; `place` counts the clients from 0.
Maker = Callable[[Any, int], "Operation | Paced"]
START_SECONDS = 60
WARM_UP_SECONDS = 0.6


@dataclass(frozen=True)
class Paced:
    """An operation at a rate of its own, each `every` seconds. Its latency counts from when it was due: who is late
    because the one before was slow has waited too."""

    work: Operation
    every: float


@dataclass(frozen=True)
class Burst:
    """What all clients did together."""

    operations: int
    seconds: float
    latencies_ms: list[float] = field(repr=False, default_factory=list)

    @property
    def per_second(self) -> float:
        """Operations a second, all clients together."""
        return self.operations / self.seconds if self.seconds else 0.0

    def percentile_ms(self, percent: int) -> float:
        """The latency that `percent` of the operations stayed within, in milliseconds."""
        if len(self.latencies_ms) < 2:
            return self.latencies_ms[0] if self.latencies_ms else 0.0
        return quantiles(self.latencies_ms, n=100, method="inclusive")[percent - 1]


class ClientFailed(Exception):
    """A client's operation raised: a figure without it would be a lie."""


class Fleet:
    """Processes that wait for the word, so that rounds of different fleets can follow each other closely."""

    def __init__(self, maker: str, world: Any, *, processes: int = 4, threads: int = 4) -> None:
        context = multiprocessing.get_context("spawn")
        self.clients = processes * threads
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_process, args=(theirs, maker, world, number * threads, threads))
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            self._hear(pipe, START_SECONDS)
        self.run(WARM_UP_SECONDS)

    def run(self, seconds: float) -> Burst:
        """Let every client work for `seconds`. Raises ClientFailed."""
        for pipe in self._pipes:
            pipe.send(seconds)
        told = [self._hear(pipe, seconds + START_SECONDS) for pipe in self._pipes]
        latencies = [each * 1000 for took, _ in told for each in took]
        return Burst(len(latencies), max(lasted for _, lasted in told), latencies)

    def close(self) -> None:
        """Let the processes end."""
        for pipe in self._pipes:
            with contextlib.suppress(BrokenPipeError):  # its process has failed, and said so
                pipe.send(None)
        for process in self._processes:
            process.join(timeout=10)
            if process.is_alive():
                process.terminate()

    @staticmethod
    def _hear(pipe: Connection, seconds: float) -> Any:
        if not pipe.poll(seconds):
            raise ClientFailed("a client does not answer")
        answer = pipe.recv()
        if isinstance(answer, str):
            raise ClientFailed(answer)
        return answer


def _process(pipe: Connection, maker: str, world: Any, first: int, threads: int) -> None:
    try:
        module, _, name = maker.partition(":")
        make: Maker = getattr(importlib.import_module(module), name)
        crew = [_Client(make, world, first + number) for number in range(threads)]
        for client in crew:
            client.ready()
        pipe.send(True)
        while (seconds := pipe.recv()) is not None:
            started = time.perf_counter()
            for client in crew:
                client.go(started + seconds)
            latencies = [each for client in crew for each in client.done()]
            pipe.send((latencies, time.perf_counter() - started))
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


class _Client:
    """One thread with one operation, made in that thread: database connections belong to threads."""

    def __init__(self, make: Maker, world: Any, place: int) -> None:
        self._word, self._over = threading.Semaphore(0), threading.Semaphore(0)
        self._until = 0.0
        self._latencies: list[float] = []
        self._failure: Exception | None = None
        threading.Thread(target=self._live, args=(make, world, place), daemon=True).start()

    def ready(self) -> None:
        self._over.acquire()
        self._raise()

    def go(self, until: float) -> None:
        self._until, self._latencies = until, []
        self._word.release()

    def done(self) -> list[float]:
        self._over.acquire()
        self._raise()
        return self._latencies

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _live(self, make: Maker, world: Any, place: int) -> None:
        try:
            operation = make(world, place)
            self._over.release()
            while True:
                self._word.acquire()
                self._work(operation)
                self._over.release()
        except Exception as error:
            self._failure = error
            self._over.release()

    def _work(self, operation: Operation | Paced) -> None:
        clock, until, latencies = time.perf_counter, self._until, self._latencies
        if isinstance(operation, Paced):
            due = clock() + random.random() * operation.every  # clients that start together would come in waves
            while due < until:
                time.sleep(max(0.0, due - clock()))
                operation.work()
                latencies.append(clock() - due)
                due += operation.every
            return
        before = clock()
        while before < until:
            operation()
            after = clock()
            latencies.append(after - before)
            before = after

"""What the processes of one server know of one another: memory that all of them see, made before the first one begins.

Each has a place in it, which outlives it: whoever comes after it there finds what it said last. Knows nothing of what
is said.
"""

import mmap
import struct
import zlib

_TEXT_BYTES = 1 << 20  # taken from the machine only as far as they are written
_PLACE_BYTES = 2 * _TEXT_BYTES
_HEAD = struct.Struct("<qq")  # connections, and which half holds what was said last
_SAID = struct.Struct("<II")  # bytes, their sum
_NOBODY = -1
_TRIES = 3


class Place:
    """The place of one process; `number` begins with 1. For one process at a time, which may look at all others."""

    def __init__(self, memory: mmap.mmap, number: int, processes: int) -> None:
        self._memory = memory
        self.number = number
        self.processes = processes

    def accepts(self, connections: int) -> None:
        """This process answers, with so many connections."""
        self._write_head(connections, self._half(self.number))

    def leave(self) -> None:
        """Nobody here answers."""
        self._write_head(_NOBODY, self._half(self.number))

    def answers(self) -> bool:
        """Whether the process here does."""
        return self._head(self.number)[0] != _NOBODY

    def fewest_elsewhere(self) -> int | None:
        """How many connections that other process has that has the fewest; None where no other one answers."""
        found = (self._head(number)[0] for number in self._others())
        return min((each for each in found if each != _NOBODY), default=None)

    def say(self, text: bytes) -> bool:
        """Let the others read this, in the place of what was said before; False where it is too long."""
        if len(text) > _TEXT_BYTES - _SAID.size:
            return False
        half = 1 - self._half(self.number)
        start = self._start(self.number, half)
        self._memory[start + _SAID.size : start + _SAID.size + len(text)] = text
        _SAID.pack_into(self._memory, start, len(text), zlib.crc32(text))
        self._write_head(self._head(self.number)[0], half)
        return True

    def said_here(self) -> bytes:
        """What was said last here, by this process or the one before it; nothing at first."""
        return self._said(self.number)

    def said_elsewhere(self) -> list[bytes]:
        """What was said last at each of the other places, also where nobody is any more."""
        return [self._said(number) for number in self._others()]

    def _others(self) -> list[int]:
        return [number for number in range(1, self.processes + 1) if number != self.number]

    def _said(self, number: int) -> bytes:
        for _ in range(_TRIES):  # it is being written for the second time since we began to read
            start = self._start(number, self._half(number))
            length, sum_ = _SAID.unpack_from(self._memory, start)
            text = self._memory[start + _SAID.size : start + _SAID.size + min(length, _TEXT_BYTES)]
            if zlib.crc32(text) == sum_:
                return text
        return b""

    def _head(self, number: int) -> tuple[int, int]:
        connections, half = _HEAD.unpack_from(self._memory, _begin(number, self.processes))
        return int(connections), int(half)

    def _half(self, number: int) -> int:
        return self._head(number)[1]

    def _write_head(self, connections: int, half: int) -> None:
        _HEAD.pack_into(self._memory, _begin(self.number, self.processes), connections, half)

    def _start(self, number: int, half: int) -> int:
        return self.processes * _HEAD.size + (number - 1) * _PLACE_BYTES + half * _TEXT_BYTES


def places_for(processes: int) -> list[Place]:
    """A place for each of so many processes, which are forked from this one."""
    memory = mmap.mmap(-1, processes * (_HEAD.size + _PLACE_BYTES))
    places = [Place(memory, number, processes) for number in range(1, processes + 1)]
    for place in places:
        place.leave()
    return places


def _begin(number: int, processes: int) -> int:
    assert 1 <= number <= processes
    return (number - 1) * _HEAD.size

"""A client of its own that opens many connections at once and tells what became of them (run as a process)."""

import json
import resource
import selectors
import socket
import sys

GIVE_UP_SECONDS = 10.0
LINE = b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n"


def flood(port: int, count: int, refusals: int) -> dict[str, int]:
    """Open `count` connections and ask on each for half of something, until `refusals` of them were answered."""
    poll = selectors.DefaultSelector()
    waiting: set[socket.socket] = set()
    told = {"refused": 0, "lost": 0, "open": 0}
    for _ in range(count):
        made = socket.socket()
        made.setblocking(False)
        made.connect_ex(("127.0.0.1", port))
        poll.register(made, selectors.EVENT_WRITE | selectors.EVENT_READ)
        waiting.add(made)
    for made in settle(poll, waiting, refusals):
        told[outcome(made)] += 1
    return told


def settle(poll: selectors.BaseSelector, waiting: set[socket.socket], refusals: int) -> set[socket.socket]:
    """Send on each what is connected, and leave the answers where they are; give up when nothing comes."""
    all_of_them = set(waiting)
    answered = 0
    while answered < refusals and (events := poll.select(timeout=GIVE_UP_SECONDS)):
        for key, mask in events:
            made = key.fileobj
            assert isinstance(made, socket.socket)
            poll.unregister(made)
            if mask & selectors.EVENT_READ:
                answered += 1
                continue
            waiting.discard(made)
            try_to_send(made)
            poll.register(made, selectors.EVENT_READ)
    return all_of_them


def try_to_send(made: socket.socket) -> None:
    try:
        made.send(LINE)
    except OSError:
        return


def outcome(made: socket.socket) -> str:
    try:
        data = made.recv(4_096)
    except BlockingIOError:
        return "open"
    except OSError:
        return "lost"
    return "refused" if data.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in data else "lost"


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(flood(*map(int, sys.argv[1:]))), flush=True)
    # the connections stay open until the test has looked
    sys.stdin.read()


if __name__ == "__main__":
    main()

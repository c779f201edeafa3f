"""`python -m ma_platform.demo_site --port 8001 --host 127.0.0.1`; stops on SIGINT and SIGTERM."""

import argparse
import signal
import sys

from ma_platform.demo_site.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="ma_platform.demo_site")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        serve(host=given.host, port=given.port)
    except KeyboardInterrupt:
        return 0
    except OSError as problem:
        sys.stderr.write(f"demo site: cannot listen on {given.host}:{given.port}: {problem.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`backprop-explorer`: the page, served by Panel's own server, from any folder."""

import argparse
import sys
from collections.abc import Sequence

from explorer import assets


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the explorer until it is interrupted.

    `arguments` are the command line's own when left out. What this command does not know it passes
    to `panel serve`, so a class can be served with, say, `--address 0.0.0.0
    --allow-websocket-origin=192.168.0.7:5006 --num-threads 8`.
    """
    parser = argparse.ArgumentParser(
        prog="backprop-explorer",
        description="Serve the Backprop Explorer. Further options go to 'panel serve'.",
    )
    parser.add_argument("--port", type=int, default=5006, help="port to listen on, 0 for a free one (5006)")
    parser.add_argument("--address", default="localhost", help="address to listen on (localhost)")
    parser.add_argument("--show", action="store_true", help="open the page in the browser")
    known, further = parser.parse_known_args(arguments)

    from panel.command import main as panel  # here, so that --help needs no second of imports

    # Warm: what the first visitor would wait for a second for is done before anybody comes.
    served = ["serve", str(assets.application()), "--warm", "--port", str(known.port), "--address", known.address]
    # Panel's entry point reads the process's own command line.
    sys.argv = ["panel", *served, *(["--show"] if known.show else []), *further]
    panel()

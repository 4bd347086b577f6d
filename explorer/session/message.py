"""A reply as one run of bytes: JSON, and after it the arrays that it names, which the browser reads where they lie.

    | 4 bytes: length of the JSON text, little endian | the JSON text, UTF-8, up to a multiple of 8 | the arrays |

In the text an array is {"$array": [kind, offset, count]}: its NumPy kind ("f8", "u2"), its first byte after the text,
how many numbers. Large films go as columns (`explorer.film.columns`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.film.columns import columns

ALIGNED = 8
RECORDS = ("nodes", "edges", "steps")  # of a film
MANY = 64  # nodes of a film from which on columns are worth their while


def encode(reply: Mapping[str, Any]) -> np.ndarray:
    """The bytes (n,) uint8 of a reply. Raises: ValueError for a number that is not finite outside an array."""
    arrays: list[bytes] = []
    length = 0

    def named(value: Any) -> Any:
        nonlocal length
        if not isinstance(value, np.ndarray):
            raise TypeError(f"message: {type(value).__name__} {value!r} does not travel. Expected JSON and arrays.")
        start, content = length, value.astype(value.dtype.newbyteorder("<")).tobytes()
        arrays.append(_padded(content, b"\0"))
        length += len(arrays[-1])
        return {"$array": [value.dtype.str[1:], start, value.size]}

    if "film" in reply and len(reply["film"]["nodes"]) >= MANY:
        film = dict(reply["film"])
        tables = {key: film.pop(key) for key in RECORDS}
        reply = {**reply, "film": film, "columns": columns(tables)}
    # What is told holds no circles, and looking for them takes a quarter of the time.
    text = json.dumps(
        reply, default=named, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
    ).encode()
    head = len(text).to_bytes(4, "little")
    whole = b"".join([_padded(head + text, b" "), *arrays])
    return np.frombuffer(whole, dtype=np.uint8)


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % ALIGNED)

"""The page, and at `?count` what its process still holds: what tests and benchmarks of many sessions serve."""

import gc
import json
from weakref import WeakSet

import panel as pn
from bokeh.document import Document
from bokeh.io.state import curstate
from panel.models.esm import ReactiveESM

from explorer.session.conversation import Conversation
from explorer.views.explorer import Explorer
from explorer.views.page import serve_page

KINDS = (Explorer, Conversation, Document, ReactiveESM)


def held(others: WeakSet[Document]) -> dict[str, int]:
    """How many objects of each kind are alive, by its name; documents that were made to count are left out."""
    gc.collect()
    alive = [thing for thing in gc.get_objects() if isinstance(thing, KINDS) and thing not in others]
    return {kind.__name__: sum(isinstance(thing, kind) for thing in alive) for kind in KINDS}


if "count" in pn.state.session_args:
    counting = pn.state.cache.setdefault("counting", WeakSet())
    counting.update({pn.state.curdoc, curstate().document})  # the latter is every Python process's own
    pn.Spacer().servable(title=json.dumps(held(counting)), location=False)
else:
    serve_page()

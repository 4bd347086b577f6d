"""The explorer as a notebook has it: nothing is served, so that everything comes by messages."""

from explorer import Explorer

Explorer(script="").servable()

"""The page with timings of a few milliseconds, or, at `?endless`, of hours: what tests of the dialog serve."""

import panel as pn

from explorer.timing.messages import Limits
from explorer.views.page import serve_page

QUICK = Limits(sizes=(1, 10, 100), rounds=3, batch_seconds=0.05, slice_seconds=0.001)
ENDLESS = Limits(sizes=(1, 10), batch_seconds=3600.0, total_seconds=36000.0)

serve_page(limits=ENDLESS if "endless" in pn.state.session_args else QUICK)

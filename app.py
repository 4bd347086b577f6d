"""The page: `panel serve app.py`."""

from explorer.views.page import serve_page

serve_page()

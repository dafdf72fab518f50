"""The page: a scene as one file of HTML that plays in a browser, with nothing from elsewhere."""

from optviz.page.document import page_of, write_page

__all__ = ["page_of", "write_page"]

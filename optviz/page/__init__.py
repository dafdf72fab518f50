"""The page: a scene as one file of HTML that plays in a browser, with nothing from elsewhere."""

from optviz.page.document import framed, page_of, write_page

__all__ = ["framed", "page_of", "write_page"]

"""Sphinx's configuration of the documentation site."""

from importlib.metadata import version as version_of

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

project = "Furlong"
author = "The authors of Furlong"
copyright = "the authors of Furlong"  # noqa: A001 - Sphinx's name
release = version = version_of("furlong")
extensions = ["myst_parser", "tools.documentation.navigation_cache", "tools.documentation.accessibility"]
myst_enable_extensions = ["deflist", "html_image"]
myst_heading_anchors = 5
html_theme = "furo"
html_title = "Furlong"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["copy.js", "search.js", "tabs.js"]
html_additional_pages = {"404": "404.html", "search": "search.html"}
html_favicon = "static/icon.svg"
html_sidebars = {
    "**": [
        *("sidebar/brand.html", "sidebar/version.html", "sidebar/search.html"),
        *("sidebar/scroll-start.html", "sidebar/navigation.html", "sidebar/scroll-end.html"),
    ]
}
html_copy_source = False
html_use_index = False
html_show_copyright = False
templates_path = ["templates"]
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
suppress_warnings = ["misc.highlighting_failure"]  # such code is shown all the same, with fewer colours


def setup(app: Sphinx) -> None:
    """Let Sphinx write no index of its own: the site's search has another (`search_index.py`)."""

    def without_index(app: Sphinx) -> None:
        if isinstance(app.builder, StandaloneHTMLBuilder):
            app.builder.search = False

    app.connect("builder-inited", without_index)

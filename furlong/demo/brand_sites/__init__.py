"""Sites of brands that show the demo's club in pages of their own, at origins of their own.

The page is as docs/embedding.md tells brands to write it; the server of a site requests sessions for its
customers. A page that has no server of its own gets them from the demo.
"""

from furlong.demo.brand_sites.running import BrandSites, demo_embedding, running_brand_sites
from furlong.demo.brand_sites.site import BrandSite, site_app
from furlong.demo.brand_sites.tokens import DemoTokens

__all__ = ["BrandSite", "BrandSites", "DemoTokens", "demo_embedding", "running_brand_sites", "site_app"]

"""Sites of brands that show the demo's club in pages of their own, at origins of their own."""

from furlong.demo.brand_sites.running import BrandSites, demo_embedding, running_brand_sites
from furlong.demo.brand_sites.site import BrandSite, site_app

__all__ = ["BrandSite", "BrandSites", "demo_embedding", "running_brand_sites", "site_app"]

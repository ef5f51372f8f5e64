"""The bet-slip in the pages of brands' sites: who may show it, and sessions that their servers request."""

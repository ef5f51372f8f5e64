"""List an exchange's names by betfairlightweight: `list_names.py API-URL CERTIFICATE SESSION RESULTS`.

It runs in the environment that `tools/install-services.sh` makes, and writes as JSON the names of each
market, or what the exchange says against it.
"""

import json
import sys
from typing import Any

import requests
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

PROJECTIONS = ["COMPETITION", "EVENT", "EVENT_TYPE", "MARKET_DESCRIPTION", "MARKET_START_TIME"]


def main(url: str, certificate: str, session: str, results: str) -> None:
    """Ask for the markets of three sports."""
    made = APIClient("user", "password", app_key="simulated-key", session=requests.Session())
    made.api_uri, made.session.verify = url, certificate
    made.session.trust_env = False  # variables would come before the certificate
    made.set_session_token(session)
    try:
        found = made.betting.list_market_catalogue(
            filter=filters.market_filter(event_type_ids=["1", "2", "7"]),
            market_projection=[*PROJECTIONS, "RUNNER_DESCRIPTION"],
            max_results=int(results),
        )
    except APIError as error:
        print(json.dumps({"error": str(error)}))
    else:
        print(json.dumps({market.market_id: shown(market) for market in found}))


def shown(market: Any) -> dict[str, Any]:
    """Return the names of a market."""
    return {
        "market": market.market_name,
        "type": market.description.market_type,
        "event": [market.event.id, market.event.name, market.event.venue],
        "competition": market.competition and market.competition.name,
        "sport": market.event_type.id,
        "starts": market.market_start_time.isoformat(),
        "runners": {str(runner.selection_id): runner.runner_name for runner in market.runners},
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

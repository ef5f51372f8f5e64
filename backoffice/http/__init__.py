"""The back office over HTTP: sign-in, the graph, the screens, and what keeps them safe.

`app` puts the routes together and serves the screens, `session_routes` signs people in, `graph_endpoint`
guards the graph, `requests` reads requests strictly, `security` has headers and cookies.
"""

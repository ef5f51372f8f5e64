# Varnish in front of `furlong serve`: it caches public responses, and never others.
# docs/gateway/cdn.md explains it. Varnish 6.0 or later.
vcl 4.1;

backend furlong {
    .host = "127.0.0.1";
    .port = "8000";
    .first_byte_timeout = 30s;
}

# Who may remove what was published.
acl publishers {
    "localhost";
}

sub vcl_recv {
    # Varnish has added the client's address to X-Forwarded-For; nothing else that names an address is believed.
    unset req.http.forwarded;
    if (req.method == "BAN") {
        if (client.ip !~ publishers) {
            return (synth(403, "not a publisher"));
        }
        # Everything whose address contains a text, such as a brand or the id of a document.
        if (!req.http.x-contains || req.http.x-contains !~ "^[A-Za-z0-9_.:%/-]+$") {
            return (synth(400, "x-contains is missing or has other characters than A-Z a-z 0-9 _.:%/-"));
        }
        ban("obj.http.x-address ~ " + req.http.x-contains);
        return (synth(200, "removed"));
    }
    # Live updates.
    if (req.http.upgrade) {
        return (pipe);
    }
    # One customer's: neither read from the cache nor put into it.
    if (req.http.authorization || req.http.cookie || req.http.graphql-client-key) {
        return (pass);
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.accept ~ "text/event-stream|multipart/mixed") {
        return (pass);
    }
    return (hash);
}

sub vcl_pipe {
    set bereq.http.upgrade = req.http.upgrade;
    set bereq.http.connection = req.http.connection;
}

sub vcl_backend_response {
    set beresp.http.x-address = bereq.url;
    # Only responses marked as public: requests for others are neither coalesced nor cached.
    if (beresp.http.set-cookie || beresp.http.cache-control !~ "(?i)\bpublic\b") {
        set beresp.uncacheable = true;
        set beresp.ttl = 60s;
        return (deliver);
    }
    # Serve a response that has just expired while it is fetched again.
    set beresp.grace = 10s;
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.x-address;
    if (obj.hits > 0) {
        set resp.http.x-cache = "hit";
    } else {
        set resp.http.x-cache = "miss";
    }
}

"""Our own features, one line each: to remove one is to delete its folder and its line."""

from __future__ import annotations

from typing import Final

from gateway.settings.feature_settings import Entry

FEATURES: Final[tuple[Entry, ...]] = (
    Entry(
        "sessions",
        settings="gateway.features.sessions.settings:SessionSettings",
        feature="gateway.features.sessions.feature:TokenSessions",
    ),
    Entry(
        "observation",
        settings="gateway.features.observation.settings:ObservationSettings",
        feature="gateway.features.observation.feature:Observations",
    ),
    Entry(
        "signatures",
        settings="gateway.features.signatures.settings:SignatureSettings",
        feature="gateway.features.signatures.feature:Signatures",
        commands="gateway.features.signatures.command:add_to",
        instructions=1449,
    ),
    Entry(
        "cors",
        settings="gateway.features.cors.settings:CorsSettings",
        feature="gateway.features.cors.feature:Cors",
        instructions=140,
    ),
    Entry(
        "compression",
        settings="gateway.features.compression.settings:CompressionSettings",
        feature="gateway.features.compression.feature:Compression",
        instructions=186,
    ),
    Entry(
        "usage",
        settings="gateway.features.usage.settings:UsageSettings",
        feature="gateway.features.usage.feature:Usage",
        commands="gateway.features.usage.command:add_to",
        instructions=31,
    ),
    Entry(
        "documents",
        settings="gateway.features.documents.settings:KnownDocumentSettings",
        feature="gateway.features.documents.feature:KnownDocuments",
    ),
    Entry(
        "incremental",
        settings="gateway.features.incremental.settings:IncrementalSettings",
        feature="gateway.features.incremental.feature:IncrementalDelivery",
    ),
    Entry(
        "batches",
        settings="gateway.features.batches.settings:BatchSettings",
        feature="gateway.features.batches.feature:Batches",
    ),
    Entry(
        "cost",
        settings="gateway.features.cost.settings:CostSettings",
        feature="gateway.features.cost.feature:Cost",
        commands="gateway.features.cost.command:add_to",
        instructions=126,
    ),
    Entry(
        "rate_limits",
        settings="gateway.features.rate_limits.settings:RateLimitSettings",
        feature="gateway.features.rate_limits.feature:RateLimits",
        instructions=250,
    ),
    Entry(
        "access",
        settings="gateway.features.access.settings:AccessSettings",
        feature="gateway.features.access.feature:Access",
    ),
    Entry(
        "labels",
        settings="gateway.features.labels.settings:LabelSettings",
        feature="gateway.features.labels.feature:OverrideLabels",
    ),
    Entry(
        "response_cache",
        settings="gateway.features.response_cache.settings:ResponseCacheSettings",
        feature="gateway.features.response_cache.feature:SubgraphResponseCache",
        instructions=0,
    ),
    Entry(
        "kept_answers",
        settings="gateway.features.kept_answers.settings:KeptAnswerSettings",
        feature="gateway.features.kept_answers.feature:KeptAnswers",
    ),
    Entry(
        "resilience",
        settings="gateway.features.resilience.settings:ResilienceSettings",
        feature="gateway.features.resilience.feature:Resilience",
        instructions=740,
    ),
    Entry(
        "subscriptions",
        settings="gateway.features.subscriptions.settings:SubscriptionSettings",
        feature="gateway.features.subscriptions.feature:Subscriptions",
    ),
    Entry(
        "propagation",
        settings="gateway.features.propagation.settings:PropagationSettings",
        feature="gateway.features.propagation.feature:Propagation",
    ),
    Entry(
        "uploads",
        settings="gateway.features.uploads.settings:UploadSettings",
        feature="gateway.features.uploads.feature:Uploads",
    ),
    Entry(
        "header_rules",
        settings="gateway.features.header_rules.settings:HeaderRuleSettings",
        feature="gateway.features.header_rules.feature:RulesForHeaders",
        instructions=740,
    ),
)
"""All features, in the order in which they are called at each stage of a request.

Sessions come first: features after them are told who the customers are.
"""

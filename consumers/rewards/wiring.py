"""The rewards consumer: schemes, weeks, accounts, reward versions, choices and qualifications."""

from prometheus_client import CollectorRegistry

from consumers.acknowledgements.acknowledger import acknowledging
from consumers.acknowledgements.settings import NodeSettings
from consumers.messages.customer_weeks import (
    CHOICE_TOPIC,
    QUALIFICATION_TOPIC,
    decode_choice,
    decode_qualification,
)
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.rewards.decisions import BudgetReports, RewardDecisions
from consumers.rewards.messages import REWARD_CONFIG_TOPIC, decode_reward_config
from consumers.rewards.reducers import ChoiceReducer, QualificationReducer, RewardConfigReducer
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.records.reference import ReferenceWriter
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.choices.read_back import ChoiceReadBack
from subgraphs.rewards.customer_data import erasure_of
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, STREAM


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
    node: NodeSettings | None = None,
) -> Consumer:
    """Return a consumer of the rewards database; `registry` must be its own.

    `changed` is called with customers whose data a commit has changed. `node` names this node; by default
    the settings do.
    """
    database = Database.open(database_settings, "rewards", None if tracing is None else tracing.tracer)
    reference = ReferenceReducer(ReferenceWriter(REFERENCE, database.dialect))
    pseudonyms = Pseudonyms.from_settings(database_settings)
    erasure = erasure_of(database.dialect, pseudonyms)
    publisher = ChoicePublisher(database.dialect, ControlGroups(pseudonyms.key))
    reward_configs = RewardConfigReducer(ConfigWriter(REWARD_CONFIG, database.dialect))
    choices = ChoiceReducer(ChoiceReadBack(publisher), erasure)
    qualifications = QualificationReducer(publisher, clock, erasure)
    topics = [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, clock),
        Topic(REWARD_CONFIG_TOPIC, decode_reward_config, reward_configs.configs, reference=True, shared=True),
        Topic(CHOICE_TOPIC, decode_choice, choices.choices, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, qualifications.qualifications),
    ]
    app = acknowledging(
        App("furlong-rewards", topics),
        "rewards",
        RewardDecisions(clock).reducer,
        database,
        STREAM.dead_letter,
        stream=stream_settings,
        clock=clock,
        node=node,
        workers=BudgetReports(database.fence.cell, clock).read,
    )
    return wire(
        app,
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )

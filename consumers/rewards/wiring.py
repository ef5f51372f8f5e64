"""The rewards consumer: schemes, weeks, accounts, exclusions, reward versions, choices, qualifications."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts, Decisions
from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.messages.exclusions import ExclusionReducer, exclusion_topic
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.rewards.decisions import BudgetReports, RewardDecisions
from consumers.rewards.messages import decode_reward_config
from consumers.rewards.reducers import ChoiceReducer, QualificationReducer, RewardConfigReducer
from consumers.stream.topics import AnyTopic, Topic
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import CHOICE_TOPIC, QUALIFICATION_TOPIC, REWARD_CONFIG_TOPIC
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.choices.read_back import ChoiceReadBack
from subgraphs.rewards.customer_data import erasure_of
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, STREAM


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    dialect, clock = parts.database.dialect, parts.clock
    writer, erasure = ReferenceWriter(REFERENCE, dialect), erasure_of(dialect, parts.pseudonyms)
    reference = ReferenceReducer(writer)
    publisher = ChoicePublisher(dialect, ControlGroups(parts.pseudonyms.key))
    configs = RewardConfigReducer(ConfigWriter(REWARD_CONFIG, dialect)).configs
    choices = ChoiceReducer(ChoiceReadBack(publisher), erasure).choices
    qualifications = QualificationReducer(publisher, clock, erasure).qualifications
    return [
        *reference_topics(reference.accounts, reference.schemes, reference.weeks, erasure, clock),
        exclusion_topic(ExclusionReducer(writer, erasure).apply, writer),
        Topic(REWARD_CONFIG_TOPIC, decode_reward_config, configs, reference=True, shared=True),
        Topic(CHOICE_TOPIC, decode_choice, choices, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, qualifications),
    ]


def _decisions(parts: ConsumerParts) -> Decisions:
    budgets = BudgetReports(parts.database.fence.cell, parts.clock)
    return Decisions(RewardDecisions(parts.clock).reducer, budgets.read)


create_consumer: Final = BlockConsumer("rewards", STREAM, _topics, _decisions)

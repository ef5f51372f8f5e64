"""The part of a consumer that applies the global topic and acknowledges it."""

from sqlalchemy import Table

from consumers.acknowledgements.acknowledger import Acknowledger
from consumers.acknowledgements.report import ReadWorkers
from consumers.acknowledgements.settings import ONLY_NODE, NodeSettings
from consumers.messages.global_events.message import decode_global
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.stream.consumer import App
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic, Topic
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.global_state.kinds import GLOBAL_TOPIC


def acknowledging(
    app: App,
    part: str,
    reducer: GlobalReducer,
    database: Database,
    dead_letter: Table,
    *,
    stream: StreamSettings,
    clock: Clock,
    node: NodeSettings | None = None,
    workers: ReadWorkers | None = None,
) -> App:
    """Return an app that also reads the global topic, and tells the back office what it has applied.

    A cell is a node of its name, unless the settings name the node. A node with a name of its own has a
    consumer group of its own, so that each node reads all messages. `workers` reads what the node's workers
    made of them.
    """
    node = node or node_of(database.fence.cell)
    acknowledger = Acknowledger(part, database, dead_letter, reducer, clock, stream.bootstrap, node, workers)
    decisions: AnyTopic = Topic(
        GLOBAL_TOPIC, decode_global, reducer.apply, reference=True, committed=acknowledger.wake, shared=True
    )
    group = app.group if node.name == ONLY_NODE else f"{app.group}.{node.name}"
    return App(group, (decisions, *app.topics), (*app.companions, acknowledger.run))


def node_of(cell: Cell | None, settings: NodeSettings | None = None) -> NodeSettings:
    """Return the node's settings; a node without a name of its own has the name of its cell."""
    settings = settings or NodeSettings()
    if cell is None or settings.name != ONLY_NODE:
        return settings
    return settings.model_copy(update={"name": cell.name})

"""Answers one question over a snapshot: the program that runs in the sandbox, and imports nothing of ours.

It reads a JSON object from its standard input, and writes a line of JSON and then the answer to its standard
output. The sandbox is what protects; what is refused here is refused because a person should hear why. Usage:
reader.py SNAPSHOT.
"""

import ctypes
import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any, Final

ADDRESS_SPACE: Final = 5 * 2**30
"""What the engine reserves beside the memory that a question uses."""

COMPLETENESS: Final = (
    "SELECT cell, toUnixTimestamp(complete_until) AS until, waiting FROM completeness ORDER BY cell"
)

WORKS: Final = "What works: SELECT … (or WITH … SELECT …), SHOW TABLES, and DESCRIBE table"

TABLE_FUNCTIONS: Final = frozenset({"numbers", "zeros", "values", "generateseries", "generate_series"})
FORBIDDEN: Final = re.compile(
    r"file|file\w*|filesystem\w*|url\w*|s3\w*|gcs|hdfs\w*|azure\w*|iceberg\w*|delta\w*|hudi|paimon\w*|remote\w*|"
    r"cluster\w*|merge|loop|input|python|executable|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|arrowflight|"
    r"ytsaurus|prometheus\w*|timeseries\w*|dictionary|dictget\w*|dicthas|dictis\w*|joinget\w*|catboost\w*|"
    r"sleep\w*|getsetting\w*|getmacro|getserver\w*|getoskernel\w*|hostname|fqdn|serveruuid|tcpport|uptime|"
    r"buildid|displayname|currentuser|user|currentprofiles|enabledprofiles|defaultprofiles|currentroles|"
    r"enabledroles|defaultroles|queryid|connectionid|address\w*|demangle|throwif|fuzz\w*|generaterandom|"
    r"aigenerate\w*|ai\w+|llm\w*|showcertificate|getclienthttpheader|blocknumber|globalvariable|initialqueryid",
    re.IGNORECASE,
)
READS: Final = re.compile(r"\bTABLE id: \d+,.*\btable_name: ([^\s,]+)")
NO_TABLE: Final = "system.one"
"""What a question without FROM reads: a single row."""

OF_THE_QUESTION: Final = "_temporary_and_external_tables"
"""Where the engine keeps what a recursive question has found so far; nobody can create tables there."""

IN: Final = re.compile(r"Function \w*in(ignoreset)? ", re.IGNORECASE)
LINE: Final = re.compile(r"^( *)(\S.*)$")


class Refused(Exception):
    """The question may not be asked, or cannot be understood."""


def main(snapshot: str) -> None:
    """Answer the question on the standard input."""
    asked = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the engine prints is no answer
    os.environ["TMPDIR"] = f"{snapshot}/scratch"
    os.mkdir(os.environ["TMPDIR"])  # noqa: PTH102 - this program imports as little as it can
    try:
        _limit(asked)
        if asked["landlock"]:
            _confine(snapshot)
        head, body = _answer(snapshot, asked)
    except Refused as fault:
        answer.write(json.dumps({"refused": str(fault)}).encode() + b"\n")
    except Exception as fault:  # noqa: BLE001 - the engine's errors have no common class
        answer.write(json.dumps({"failed": _first_line(fault)}).encode() + b"\n")
    else:
        answer.write(json.dumps(head).encode() + b"\n")
        answer.write(body)
    answer.flush()
    os._exit(0)  # the engine's threads need not be waited for


def check(tree: str, hidden: frozenset[str], databases: frozenset[str]) -> None:
    """Check a question by its syntax tree, as the engine prints it.

    Raises:
        Refused: The question does more than to read the tables that it may see.
    """
    lines = list(_nodes(tree))
    if not lines or not lines[0][1].startswith(("SelectWithUnionQuery", "SelectIntersectExceptQuery")):
        raise Refused(f"this statement cannot be asked. {WORKS}")
    path: list[str] = []
    for depth, text in lines:
        del path[depth:]
        parent = path[-1] if path else ""
        path.append(text)
        kind, _, rest = text.partition(" ")
        name = rest.split(" ", 1)[0]
        if depth == 1 and kind in {"Literal", "Identifier", "Set"}:
            raise Refused(
                "INTO OUTFILE, FORMAT and SETTINGS cannot be used: --format says how the answer is written"
            )
        if kind == "Set":
            raise Refused("SETTINGS cannot be changed")
        if kind == "TableIdentifier" and ("." in name or name.lower() in hidden):
            raise Refused(f"there is no table {name} for you")
        if (
            kind == "Identifier"
            and _is_searched(path, depth)
            and _may_be_table(name.lower(), hidden, databases)
        ):
            raise Refused(f"there is no table {name} for you")
        if (
            kind == "Function"
            and parent.startswith("TableExpression")
            and name.lower() not in TABLE_FUNCTIONS
        ):
            raise Refused(f"the table function {name} cannot be used")
        if kind == "Function" and FORBIDDEN.fullmatch(name):
            raise Refused(f"the function {name} cannot be used")


def check_reads(tree: str, database: str, hidden: frozenset[str]) -> None:
    """Check a question by what the engine says that it reads: the tables of its query tree, not of views.

    Raises:
        Refused: It reads a table that the person may not see, however it is written.
    """
    names = READS.findall(tree)
    if not names and "TABLE_FUNCTION id: " not in tree:  # the engine writes its trees otherwise than we know
        raise Refused("what the question reads cannot be told")
    for name in names:
        schema, _, table = name.rpartition(".")
        own = name == NO_TABLE or schema == OF_THE_QUESTION
        if not own and (schema != database or table.lower() in hidden):
            raise Refused(f"there is no table {name} for you")


def _may_be_table(name: str, hidden: frozenset[str], databases: frozenset[str]) -> bool:
    """Tell whether a name is that of a hidden table, or names a table with its database."""
    return name in hidden or name.split(".", 1)[0] in databases


def _is_searched(path: list[str], depth: int) -> bool:
    """Tell whether the last node of a path is an operand of IN, where a name may be that of a table."""
    return depth > 1 and IN.match(path[depth - 2]) is not None


def _answer(snapshot: str, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    sys.modules["pyarrow"] = None  # type: ignore[assignment] # chdb would import it, which takes as long as itself
    from chdb import session

    del sys.modules["pyarrow"]  # it is hidden from that import alone

    base = session.Session(snapshot)
    for statement in (
        "SYSTEM STOP MERGES",
        "SET session_timezone = 'UTC'",
        "SET implicit_select = 0",  # or SELEC * FORM bets is the product of two columns
        f"USE {asked['database']}",
        f"SET max_memory_usage = {asked['memory']}",
        f"SET max_execution_time = {asked['seconds']}",
        f"SET max_result_rows = {asked['rows']}",
        f"SET max_result_bytes = {asked['bytes']}",
        "SET result_overflow_mode = 'throw'",
        "SET max_recursive_cte_evaluation_depth = 1000",
        "SET max_subquery_depth = 100",
        "SET max_ast_elements = 50000",
        "SET allow_introspection_functions = 0",
        "SET output_format_json_quote_64bit_integers = 0",
        "SET output_format_json_array_of_rows = 1",
        "SET output_format_arrow_string_as_string = 1",
        "SET output_format_parquet_string_as_string = 1",
        "SET readonly = 1",
    ):
        base.query(statement)
    if asked["listing"] is not None:
        question = _listing(base, asked)
    else:
        question = _canonical(base, asked["sql"])
        _check(base, question, asked)
    answer: bytes = base.query(question, asked["format"]).bytes()
    if len(answer) > asked["bytes"]:
        raise RuntimeError(f"the answer has more than {asked['bytes']} bytes")
    return {"completeness": json.loads(base.query(COMPLETENESS, "JSONEachRow").bytes() or b"[]")}, answer


def _listing(base: Any, asked: dict[str, Any]) -> str:
    """Return the statement whose answer is a listing: of tables or of columns, with their sentences."""
    table, says = asked["listing"], asked["says"]
    if not table:
        heads, rows = "table String, says String", list(says.items())
    else:
        named = "SELECT name, type FROM system.columns WHERE database = {} AND table = {} ORDER BY position"
        of_table = named.format(_literal(asked["database"]), _literal(table))
        written: bytes = base.query(of_table, "JSONEachRow").bytes()
        heads = "column String, type String, says String"
        columns = json.loads(written or b"[]")
        rows = [(column["name"], column["type"], says.get(column["name"], "")) for column in columns]
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return f"SELECT * FROM values('{heads}', {values})" if rows else f"SELECT * FROM null('{heads}')"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _check(base: Any, question: str, asked: dict[str, Any]) -> None:
    """Check what a question does by its syntax, and what it reads by the names that the engine resolves."""
    hidden = frozenset(asked["hidden"])
    answer: bytes = base.query("SELECT lower(name) FROM system.databases", "TSVRaw").bytes()
    check(_tree(base, "EXPLAIN AST", question), hidden, frozenset(answer.decode().split()))
    resolved = _tree(base, "EXPLAIN QUERY TREE run_passes = 1, passes = 1", question)
    check_reads(resolved, asked["database"], hidden)


def _tree(base: Any, explain: str, question: str) -> str:
    """Return a tree of the question, which the engine refuses to make where settings are changed."""
    try:
        tree: str = base.query(f"{explain} {question}", "TSVRaw").bytes().decode()
    except Exception as fault:
        raise Refused(_first_line(fault)) from fault
    return tree


def _canonical(base: Any, sql: str) -> str:
    """Return the question as the engine writes it: a single statement, or it is none."""
    try:
        text: str = base.query(f"SELECT formatQuery({_literal(sql)})", "TSVRaw").bytes().decode().strip()
    except Exception as fault:
        raise Refused(_first_line(fault)) from fault
    return text


def _nodes(tree: str) -> Iterator[tuple[int, str]]:
    for line in tree.splitlines():
        if matched := LINE.match(line):
            yield len(matched[1]), matched[2]


def _first_line(fault: BaseException) -> str:
    text = str(fault).split("Stack trace", maxsplit=1)[0].strip()
    return (text.splitlines() or [type(fault).__name__])[0][:2000]


def _limit(asked: dict[str, Any]) -> None:
    """Let the kernel bound memory, processor time, and the size of files."""
    memory = asked["memory"] + ADDRESS_SPACE
    seconds = int(asked["seconds"] * (os.cpu_count() or 1)) + 30
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, asked["bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


# Landlock: without bubblewrap the process gives up all files but its snapshot by itself.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES: Final = 38
_READ: Final = 0b0000_0000_1101  # execute, read a file, read a folder
_ALL_FILES: Final = (1 << 13) - 1  # everything of the first version of Landlock
_NETWORK: Final = 0b11  # bind and connect, from the fourth version on
_NETWORK_SINCE: Final = 4


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def _confine(snapshot: str) -> None:
    """Give up all files but the interpreter's, libraries and the snapshot, and the network.

    Raises:
        OSError: The kernel cannot do that.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def call(*arguments: Any) -> int:
        result: int = libc.syscall(*arguments)
        if result < 0:
            raise OSError(ctypes.get_errno(), "Landlock cannot be used here")
        return result

    version = call(_CREATE_RULESET, None, 0, 1)
    has_network = version >= _NETWORK_SINCE
    if not has_network:
        raise OSError(0, "Landlock of this kernel cannot close the network")
    rules = _Ruleset(_ALL_FILES, _NETWORK)
    ruleset = call(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    published = os.path.realpath(f"{snapshot}/store")
    readable = {sys.prefix, sys.base_prefix, published, "/usr", "/lib", "/lib64", "/proc", "/sys/fs/cgroup"}
    for path, access in (*((path, _READ) for path in sorted(readable)), (snapshot, _ALL_FILES)):
        if os.path.exists(path):  # noqa: PTH110 - this program imports as little as it can
            folder = os.open(path, os.O_PATH)
            beneath = _Beneath(access, folder)
            call(_ADD_RULE, ruleset, 1, ctypes.byref(beneath), 0)
            os.close(folder)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(_RESTRICT_SELF, ruleset, 0)


if __name__ == "__main__":
    main(sys.argv[1])

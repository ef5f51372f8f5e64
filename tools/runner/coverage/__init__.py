"""Which statements the tests run, in all processes that they start, at a cost of a few percent.

Modules of the product are imported with a mark in each block of statements, which writes one byte into a file
that all processes map into their memory. So nothing is lost when a process is killed, and neither forks nor
greenlets nor threads make a difference. docs/decisions/marks-in-blocks.md says why no tracer does it.

    `blocks`: writes the marks into a module's syntax tree.
    `measurement`: prepares a run, and reads afterwards which blocks were run.
    `recording`: what runs in each process; it stands on the standard library alone.
    `table`: prints what was run, by package.
"""

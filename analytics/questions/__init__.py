"""Questions of people: on a snapshot, in a process of its own that sees nothing else.

In reading order: `snapshot` (what readers get of the store), `sandbox` (the process and its limits), `reader`
(the program in it), `reports` (the questions ready-made).
"""

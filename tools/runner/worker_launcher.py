"""What pytest-xdist starts in place of a worker: it asks for a forked one, and waits for its end.

Usage: `python worker_launcher.py SOCKET …`, as `forked_workers.py` says. The worker has the standard files of
this process.
"""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    socket.send_fds(connection, [b"."], [0, 1, 2])
    os.close(0)
    os.close(1)
    connection.recv(1)

"""`python -m tools.set_up TARGET`: any Python can read this file, and an older one says what is needed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - that is what this file is for
    sys.exit(
        "Furlong needs Python 3.11 or later, and this is Python %d.%d: "  # noqa: UP031 - any Python reads it
        "install one, and run `make demo PYTHON=python3.11`." % sys.version_info[:2]
    )

from tools.set_up.program import main

sys.exit(main(sys.argv[1:]))

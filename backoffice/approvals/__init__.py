"""Four eyes: what one person proposes and another one approves.

`proposals` says what a proposal is and what its hash covers, `kinds` what an area registers, `service` what
can be done.
"""

"""Four eyes: what one person proposes and another one approves.

`proposals` says what a proposal is, what its hash covers and what an area registers, `service` what can be
done.
"""

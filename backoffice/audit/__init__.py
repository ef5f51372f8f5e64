"""The append-only log of every change and every access to personal data, chained by hashes.

`audit_log` records in the transaction of the change, `verification` finds what was tampered with,
`repository` reads pages of it.
"""

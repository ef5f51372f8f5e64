"""The append-only log of every change and every access to personal data, chained by hashes.

`audit_log` records in the transaction of the change, and finds what was tampered with; `repository` has the
rows and reads pages of them.
"""

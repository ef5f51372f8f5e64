"""Durable steps: work on rows that several processes do at once, that any of them may be killed in.

`engine` brings one item forward, step by step; `schedule` says when it is looked at again; `loop` goes over
many, so that one which fails keeps no other waiting; `postponed` remembers those that fail, and why.
"""

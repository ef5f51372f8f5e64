"""Compiled execution against graphql-core's, in memory: the bet-slip's operations, and deep lists."""

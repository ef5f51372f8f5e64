"""Tasks that drive coroutines without asyncio tasks: how they step, wait and are cancelled."""

"""Checks of Valkey and Redis."""

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from furlong.checks.finding import CheckFailed
from furlong.checks.http import plain


async def ping(url: str, setting: str) -> str:
    """Check that a server answers.

    Raises:
        CheckFailed: The server does not answer.
    """
    try:
        client = Redis.from_url(url)
    except ValueError as error:
        raise CheckFailed("this is not a URL such as redis://HOST:6379/0", f"correct {setting}") from error
    try:
        await client.get("furlong check")  # a command that needs the password
    except AuthenticationError as error:
        raise CheckFailed(f"{plain(url)} refuses the password", f"correct {setting}") from error
    except (RedisError, OSError) as error:
        raise CheckFailed(
            f"{plain(url)} cannot be reached: {type(error).__name__}",
            f"is it running? Otherwise correct {setting}. Until it responds, each process decides on its own",
        ) from error
    finally:
        await client.aclose()
    return f"{plain(url)} answers"

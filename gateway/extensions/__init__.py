"""Extensions: third-party Python code that is called at the stages of the pipeline."""

from gateway.extensions.extension import Extension
from gateway.extensions.load import load_extensions
from gateway.pipeline.hooks import Hooks, PlanCheck, RequestCheck, ResponseHook

__all__ = ["Extension", "Hooks", "PlanCheck", "RequestCheck", "ResponseHook", "load_extensions"]
